import { expect, test } from 'vitest';
import { searchPeople } from '../../../server/console/people/search.ts';
import { en } from '../../../server/console/strings/en.ts';
import { duration, exactNear, latency } from '../../../server/console/strings/format.ts';
import { count, say } from '../../../server/console/strings/say.ts';
import { catalog, parameterIds } from '../../../shared/catalog.ts';
import { SESSION_CAUSES } from '../../../shared/events/observation.ts';
import { PersonId, TeamId } from '../../../shared/ids.ts';
import { lookActions } from '../../../shared/protocol/http/accesses.ts';
import type { PersonView } from '../../../shared/protocol/http/people.ts';
import { securityEventKinds } from '../../../shared/protocol/http/securityEvents.ts';
import { HOUR, MINUTE } from '../../../shared/time.ts';

test('every level of the catalogue and every cause of a stop has a word', () => {
  const levels = parameterIds.flatMap((id) => catalog[id].levels.map((level) => `level.${level}`));
  const causes = [...SESSION_CAUSES, 'paused'].map((cause) => `cause.${cause}`);
  expect([...levels, ...causes].filter((key) => !Object.hasOwn(en, key))).toEqual([]);
});

test('everything that the server puts on record, as an event of security or as a look, has words of its own', () => {
  const keys = [...securityEventKinds.map((kind) => `event.${kind}`), ...lookActions.map((one) => `action.of.${one}`)];
  expect(keys.filter((key) => !Object.hasOwn(en, key))).toEqual([]);
  const said = keys.map((key) => en[key as keyof typeof en]);
  expect(said.filter((words, at) => said.indexOf(words) !== at)).toEqual([]);
});

test('every counted string has both of its forms', () => {
  const stems = Object.keys(en).filter((key) => key.endsWith('.one'));
  expect(stems.map((key) => key.replace(/one$/, 'other')).filter((key) => !Object.hasOwn(en, key))).toEqual([]);
});

test('slots are filled, and a name with a slot in it is not filled again', () => {
  expect(say('proof.confirmed', { confirmed: 25, devices: 1_027 })).toBe('confirmed on 25 of 1,027');
  expect(say('purpose.ask', { name: '{name}' })).toBe('Why do you want to see {name}’s day?');
  expect([count('days', 1), count('days', 30)]).toEqual(['1 day', '30 days']);
});

test('spans of time read as people say them', () => {
  expect([0, 40_000, 12 * MINUTE, 6 * HOUR + 48 * MINUTE, 2 * HOUR].map(duration)).toEqual([
    '0 min',
    '40 s',
    '12 min',
    '6 h 48 min',
    '2 h',
  ]);
  expect(latency(312)).toBe('0.3 s');
});

test('a moment of another day is never shown as if it were of today', () => {
  const noon = new Date(2026, 10, 12, 12, 0, 11).getTime();
  expect(exactNear(noon, noon + HOUR)).toBe('12:00:11');
  expect(exactNear(noon, noon + 24 * HOUR)).toMatch(/^Thu,? 12 Nov, 12:00:11$/);
});

test('people are found by part of a name, address or team, without regard to case or accents', () => {
  const team = TeamId.parse('6f1c9a52-33f0-4a60-9a2a-3c6a70a1b0aa');
  const person = (name: string, email: string, teams: TeamId[]): PersonView => ({
    id: PersonId.parse(crypto.randomUUID()),
    name,
    email,
    role: 'employee',
    status: 'active',
    teams,
    managesTeams: [],
    secondFactor: false,
    devices: 0,
  });
  const people = [person('Zoë Müller', 'zoe@example.org', [team]), person('Ana Ruiz', 'ana@example.org', [])];
  const teams = [{ id: team, name: 'Design', members: 1, managers: [] }];
  const found = (text: string) => searchPeople(people, teams, text).map(({ name }) => name);
  expect(found('zoe mull')).toEqual(['Zoë Müller']);
  expect(found('DESIGN')).toEqual(['Zoë Müller']);
  expect(found('example.org')).toHaveLength(2);
  expect(found('nobody')).toEqual([]);
});
