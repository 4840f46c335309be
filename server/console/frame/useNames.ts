import type { PersonId } from '../../../shared/ids.ts';
import { useAccessLogs, usePeople, usePerson } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { say } from '../strings/say.ts';
import { may } from './may.ts';

/** The names of those whom the viewer may know by name; undefined for everyone else. */
export function useNames(): (person: string) => string | undefined {
  const me = useMe();
  const people = usePeople();
  const logs = useAccessLogs(may.seeAccessLogs(me.person.role));
  const names = new Map<string, string>(
    [...(logs.data ?? []), ...(people.data ?? [])].map(({ id, name }) => [id, name]),
  );
  return (person) => (person === me.person.id ? me.person.name : names.get(person));
}

/** The name of one person, on a page about them. */
export function useNameOf(person: string): string {
  const { isPending } = usePerson(person); // somebody who was invited a moment ago is asked for
  return useNames()(person) ?? say(isPending ? 'person.sought' : 'person.unnamed');
}

/** The name of who published, or wrote into a register. Of whom the viewer may not know it is said who may do that. */
export function useAuthorName(author: PersonId | null, who: 'publisher' | 'recorder' = 'publisher'): string {
  const { person } = useMe();
  const nameOf = useNames();
  if (author === null) return say('author.daylight');
  if (author === person.id) return say('author.you');
  return nameOf(author) ?? say(`author.${who}`);
}
