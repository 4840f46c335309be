import { z } from 'zod';
import { Purpose } from '../../catalog.ts';
import { Day } from '../../time.ts';

/** Why someone looks at a person's data. Recorded, and shown to that person. */
export const ReadPurpose = z.enum([...Purpose.options, 'own_data']);
export type ReadPurpose = z.infer<typeof ReadPurpose>;

/** A day that begins and ends between 2020 and 2100 in every time zone. */
export const ReadableDay = Day.refine(
  (day) => day >= '2020-01-02' && day <= '2099-12-30',
  'expected a day from 2020-01-02 to 2099-12-30',
);

export const zone = z.string().max(64).default('UTC');
