import { expect, it } from 'vitest';
import { z } from 'zod';
import { describeIssue } from '../../../shared/errors.ts';
import { WindowRequest } from '../../../shared/protocol/window.ts';
import { line } from '../../../shared/text.ts';

const cases: readonly (readonly [what: string, schema: z.ZodType, value: unknown, words: string])[] = [
  ['missing', z.strictObject({ name: z.string() }), {}, 'value: name: is missing; expected text'],
  ['of another kind', z.strictObject({ n: z.number() }), { n: 'x' }, 'value: n: expected a number'],
  ['not a number at all', z.coerce.number(), 'x', 'value: expected a number'],
  ['a fraction', z.int(), 1.5, 'value: expected a whole number'],
  ['nothing', z.strictObject({}), null, 'value: expected an object'],
  ['too long', z.string().max(200), 'x'.repeat(201), 'value: expected at most 200 characters'],
  ['empty', line(1, 5), '  ', 'value: must not be empty'],
  ['too short', z.string().min(8), 'x', 'value: expected at least 8 characters'],
  ['too many', z.array(z.int()).max(1), [1, 2], 'value: expected at most 1 entry'],
  ['too small', z.int().min(1), 0, 'value: expected at least 1'],
  ['not above', z.number().gt(0), 0, 'value: expected more than 0'],
  ['too big', z.int().max(5), 9, 'value: expected at most 5'],
  ['not below', z.number().lt(5), 5, 'value: expected less than 5'],
  ['between steps', z.number().multipleOf(60), 61, 'value: expected a multiple of 60'],
  ['none of the choices', z.enum(['keep', 'discard']), 'x', 'value: expected one of "keep", "discard"'],
  ['not the one choice', z.literal(1), 2, 'value: expected 1'],
  ['none of the kinds', z.union([z.string(), z.number()]), true, 'value: is none of what is possible here'],
  ['no id', z.uuid(), 'x', 'value: expected an id (UUID)'],
  ['no day', z.iso.date(), '2026-02-30', 'value: expected a day such as 2026-11-12'],
  ['no e-mail address', z.email(), 'x', 'value: expected an e-mail address'],
  ['of another form', z.string().regex(/^a$/), 'x', 'value: does not have the form that is expected'],
  ['unknown', z.strictObject({}), { extra: 1 }, 'value: extra: is not known here'],
  ['in our own words', line(1, 5), 'a\tb', 'value: expected one line without control characters'],
];

it.each(cases)('a value that is %s is described in words, with what was expected', (_what, schema, value, words) => {
  const parsed = schema.safeParse(value);
  expect(parsed.error && describeIssue(parsed.error).message).toBe(words);
});

it('an unknown request of the window is told which there are, and no word of the schema language', () => {
  const { error } = WindowRequest.safeParse({ command: 'x' });
  expect(error && describeIssue(error, 'request').message).toMatch(
    /^request: command: expected one of "status", "start"/,
  );
});

it('what was wrong is not repeated: it may be personal', () => {
  const secret = 'a secret that somebody pasted';
  const schemas = [
    z.int(),
    z.enum(['a']),
    z.uuid(),
    z.string().max(1),
    z.strictObject({}),
    z.union([z.int(), z.null()]),
  ];
  const said = schemas.map((schema) => schema.safeParse(secret).error).map((error) => error && describeIssue(error));
  expect(said.every((one) => one !== undefined)).toBe(true);
  expect(JSON.stringify(said)).not.toContain('secret');
});
