import { usePeople } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { say } from '../strings/say.ts';

/** The name of a person in the viewer's scope. */
export function useNameOf(person: string): string {
  const me = useMe();
  const people = usePeople();
  if (person === me.person.id) return me.person.name;
  return people.data?.find(({ id }) => id === person)?.name ?? say('person.unnamed');
}
