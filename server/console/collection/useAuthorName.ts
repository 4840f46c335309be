import type { PersonId } from '../../../shared/ids.ts';
import { usePeople } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { say } from '../strings/say.ts';

/** The name of who published; people outside the viewer's scope are not named. */
export function useAuthorName(author: PersonId | null): string {
  const { person } = useMe();
  const people = usePeople();
  if (author === null) return say('author.daylight');
  if (author === person.id) return say('author.you');
  return people.data?.find(({ id }) => id === author)?.name ?? say('author.someone');
}
