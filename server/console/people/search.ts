import type { PersonView, TeamView } from '../../../shared/protocol/http.ts';

/** People whose name, address or a team contains every word that was typed, without regard to case or accents. */
export function searchPeople(
  people: readonly PersonView[],
  teams: readonly TeamView[],
  text: string,
): readonly PersonView[] {
  const words = plain(text)
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return people;
  const teamNames = new Map<string, string>(teams.map(({ id, name }) => [id, name]));
  return people.filter((person) => {
    const names = person.teams.map((team) => teamNames.get(team) ?? '');
    const hay = plain([person.name, person.email, ...names].join(' '));
    return words.every((word) => hay.includes(word));
  });
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
