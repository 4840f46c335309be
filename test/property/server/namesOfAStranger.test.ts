import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock as clock } from '../../../server/clock.ts';
import { type Foundation, openFoundation } from '../../../server/foundation.ts';
import { initialise } from '../../../server/initialise.ts';
import { createImports } from '../../../server/lifecycle/imports.ts';
import { systemRandom as random } from '../../../server/random.ts';
import { DaylightError } from '../../../shared/errors.ts';
import type { OrgId, PersonId } from '../../../shared/ids.ts';
import { longExport } from '../../support/longExport.ts';

let data = '';
let foundation: Foundation;
let whose: { org: OrgId; person: PersonId };

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'daylight-names-'));
  const { org, person } = await initialise(data, {
    ...{ organisation: 'After', ownerName: 'Ann', ownerEmail: 'ann@example.com' },
  });
  whose = { org, person };
  foundation = await openFoundation({ data, clock, random, create: false });
});

afterAll(async () => {
  await foundation.close();
  await rm(data, { recursive: true, force: true });
});

/** What a page would show of it, or the sentence that it is refused with. Anything else is thrown. */
async function read(names: { organisation: string; person: string }): Promise<string[] | string> {
  const imports = createImports({ ...foundation, clock, random });
  try {
    const { source } = await imports.check(whose, longExport({ entries: 1, ...names }), () => undefined);
    return [source.organisation.name, source.person.name];
  } catch (cause) {
    if (cause instanceof DaylightError && cause.code === 'bad_request' && cause.remedy !== undefined)
      return cause.message;
    throw cause;
  }
}

/** Controls, what turns or hides text, ends of lines, halves of characters, and what stands for markup. */
const hostile = fc.constantFrom(
  ...['\0', '\u0007', '\u001b[31m', '\n', '\r\n', '\t', '\u007f', '\u0085', '\u2028', '\u202e', '\u202a', '\u2066'],
  ...['\u2069', '\u200b', '\u200f', '\ufeff', '\u00ad', '\ud800', '\udc00', '\u{e0041}', '<b>', '&lt;', '{person}'],
  ...['a\u0301'.repeat(40), 'x'.repeat(150), ' ', '😀', 'א', 'ب', 'Acme'],
);
const anyName = fc
  .oneof(
    fc.array(fc.oneof({ weight: 2, arbitrary: hostile }, fc.string({ unit: 'binary' })), { maxLength: 8 }),
    fc.array(fc.constantFrom('Acme', ' ', '\u202e', '\u2067', 'א'), { minLength: 1, maxLength: 8 }),
  )
  .map((parts) => parts.join(''));

test('a name that a stranger wrote is one short line that turns nothing, or refuses the file without being repeated', async () => {
  let [shown, refused] = [0, 0];
  await fc.assert(
    fc.asyncProperty(anyName, anyName, async (organisation, person) => {
      const result = await read({ organisation, person });
      if (typeof result === 'string') {
        refused += 1;
        expect(result).toMatch(/^manifest\.json: the name of its (organisation|person): [\x20-\x7e]{1,100}$/);
        return;
      }
      shown += 1;
      for (const name of result) {
        expect(name).toMatch(/^[^\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]{1,200}$/u);
        expect(name).toMatch(/[\p{L}\p{N}]/u);
      }
    }),
    { numRuns: 600 },
  );
  expect(Math.min(shown, refused)).toBeGreaterThan(20); // the property is about something
});

test('a name of an older server, of which one character turned the line, is shown in the order of its letters', async () => {
  expect(await read({ organisation: 'Acme \u202eGmbH\u202c', person: 'ן‌דנה' })).toEqual(['Acme GmbH', 'ן‌דנה']);
});
