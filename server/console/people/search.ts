import type { PersonView } from '../../../shared/protocol/http/people.ts';
import type { TeamView } from '../../../shared/protocol/http/teams.ts';

/** People whose name, address or a team contains every word that was typed. */
export function searchPeople(
  people: readonly PersonView[],
  teams: readonly TeamView[],
  text: string,
): readonly PersonView[] {
  const teamNames = new Map<string, string>(teams.map(({ id, name }) => [id, name]));
  return people.filter((person) => {
    const names = person.teams.map((team) => teamNames.get(team) ?? '');
    return matches(text, [person.name, person.email, ...names]);
  });
}

/** Whether the fields together contain every word of the text, without regard to case or accents. */
export function matches(text: string, fields: readonly string[]): boolean {
  const hay = plain(fields.join(' '));
  return plain(text)
    .split(/\s+/)
    .every((word) => hay.includes(word));
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
