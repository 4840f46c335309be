import { expect, test } from 'vitest';
import { fieldError, isAt, wordsOf } from '../../../server/console/frame/failureWords.ts';
import { en } from '../../../server/console/strings/en.ts';
import { DaylightError } from '../../../shared/errors.ts';
import { routes } from '../../../shared/protocol/http.ts';

const refused = new DaylightError('bad_request', 'body: name: must not be empty', { field: 'name' });
const unknownTeam = new DaylightError('bad_request', 'body: teams.0: there is no such team', {
  ...{ field: 'teams.0', remedy: 'Create the team first.' },
});
const invited = new DaylightError('conflict', 'email: this address is invited already', {
  ...{ field: 'email', remedy: 'Give them a new link.' },
});

test('what was entered wrongly is said in the words of the catalogue, and no path of a field is shown to a person', () => {
  expect(wordsOf(refused)).toEqual({ message: en['refused.bad_request.name'], remedy: undefined });
  expect(wordsOf(unknownTeam)).toEqual({ message: 'There is no such team', remedy: 'Create the team first.' });
  expect(wordsOf(new DaylightError('forbidden', 'your role may not: do this'))).toEqual({
    ...{ message: 'Your role may not: do this', remedy: en['error.forbiddenRemedy'] },
  });
  expect(wordsOf(new TypeError('x is undefined')).message).toBe(en['error.unexpected']);
});

test('an error is shown beside the field that it is about, with its remedy, and at no other', () => {
  expect(fieldError(invited, 'email')).toBe('This address is invited already. Give them a new link.');
  expect(fieldError(invited, 'name')).toBeUndefined();
  expect([isAt(invited, ['name', 'email']), isAt(invited, ['name']), isAt(new Error('x'), ['email'])]).toEqual([
    ...[true, false, false],
  ]);
});

test('every field that the catalogue has words for is one that a route asks for', () => {
  const fields = Object.keys(en).flatMap((key) => /^refused\.[a-z_]+\.(\w+)$/.exec(key)?.slice(1) ?? []);
  const asked = Object.values(routes).flatMap(({ body }) =>
    body !== null && typeof body !== 'string' && 'shape' in body ? Object.keys(body.shape) : [],
  );
  expect(fields.length).toBeGreaterThan(0);
  expect(fields.filter((field) => !asked.includes(field))).toEqual([]);
});
