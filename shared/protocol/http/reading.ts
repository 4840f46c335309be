import { z } from 'zod';
import { Purpose } from '../../catalog.ts';
import { Day } from '../../time.ts';

/** Why someone looks at a person's data. Recorded, and shown to that person. */
export const ReadPurpose = z.enum([...Purpose.options, 'own_data']);
export type ReadPurpose = z.infer<typeof ReadPurpose>;

/** For what a query reads: one purpose, or several with commas between them. `own_data` stands alone. */
export const ReadPurposes = z
  .string(expectedPurposes())
  .regex(listOf(ReadPurpose.options), expectedPurposes())
  .transform((named) => named.split(','))
  .refine((named) => new Set(named).size === named.length, 'expected each purpose once')
  .refine((named) => named.length === 1 || !named.includes('own_data'), 'expected own_data alone')
  .pipe(z.array(ReadPurpose));
export type ReadPurposes = z.infer<typeof ReadPurposes>;

function expectedPurposes(): string {
  return `expected one or several, with commas between them, of ${ReadPurpose.options.map((one) => JSON.stringify(one)).join(', ')}`;
}

function listOf(words: readonly string[]): RegExp {
  const word = `(?:${words.join('|')})`;
  return new RegExp(`^${word}(?:,${word})*$`);
}

/** A day that begins and ends between 2020 and 2100 in every time zone. */
export const ReadableDay = Day.refine(
  (day) => day >= '2020-01-02' && day <= '2099-12-30',
  'expected a day from 2020-01-02 to 2099-12-30',
);

export const zone = z.string().max(64).default('UTC');
