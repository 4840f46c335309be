import { expect, test } from 'vitest';
import { changeOf, type PersonForm } from '../../../server/console/people/personChange.ts';

const before: PersonForm = { name: 'Noor Dahl', role: 'manager', teams: ['a', 'b'], managesTeams: ['c'] };

test('only what was changed in the form is sent: what somebody else has changed meanwhile stays theirs', () => {
  expect(changeOf(before, { ...before, name: 'Noor Dahl-Berg' })).toEqual({ name: 'Noor Dahl-Berg' });
  expect(changeOf(before, { ...before, teams: ['b'] })).toEqual({ teams: ['b'] });
  expect(changeOf(before, { ...before, role: 'employee' })).toEqual({ role: 'employee', managesTeams: [] });
  expect(changeOf(before, { ...before, role: 'employee', managesTeams: ['c', 'd'] })).toEqual({
    ...{ role: 'employee', managesTeams: [] },
  });
});

test('a form in which nothing was changed sends nothing, whatever the order of its teams', () => {
  expect(changeOf(before, { ...before, teams: ['b', 'a'] })).toBeNull();
});
