import { z } from 'zod';
import { ParameterId } from '../../catalog.ts';
import { Day, UnixMs } from '../../time.ts';
import { proof } from './credentials.ts';
import { empty, route } from './route.ts';

/** Of fewer people than this it is not said of how many, nor on which days: it could be known of whom. */
export const FEWEST_TOLD = 5;

/** What the present rules take for something private, of everybody together. Nothing of what it says, and not of whom. */
export const SpecialFound = z.strictObject({
  parameters: z.array(
    z.strictObject({
      parameter: ParameterId,
      records: z.int().min(1),
      /** UTC days on which it is of five people or more. */
      days: z.array(z.strictObject({ day: Day, records: z.int().min(1) })),
      /** On all other days together. */
      otherDays: z.int().min(0),
    }),
  ),
  /** Null: fewer than five, or nobody. */
  people: z.int().min(FEWEST_TOLD).nullable(),
  /** People of whom something was not opened, because they have had it restricted. */
  restricted: z.int().min(0),
  /** Of these some was not opened, because a law obliges to keep it. */
  keptByLaw: z.array(ParameterId),
});
export type SpecialFound = z.infer<typeof SpecialFound>;

export const SpecialSearchView = z.strictObject({
  /** The search that is under way, with how many people it is through. */
  running: z.strictObject({ mode: z.enum(['look', 'erase']), done: z.int().min(0), of: z.int().min(0) }).nullable(),
  /** The newest one broke off; it can be begun again. */
  failed: z.boolean(),
  /** What was found last, since this server started. */
  look: z.strictObject({ at: UnixMs, found: SpecialFound }).nullable(),
  /** What was ordered to be erased last. */
  erased: z
    .strictObject({
      at: UnixMs,
      /** Null: they are gone. */
      byName: z.string().nullable(),
      /** Null while it is being looked for. */
      found: SpecialFound.nullable(),
      /** When all of it was gone and looked for again; null until then. */
      finishedAt: UnixMs.nullable(),
    })
    .nullable(),
});
export type SpecialSearchView = z.infer<typeof SpecialSearchView>;

export const specialSearchRoutes = {
  specialSearch: route({
    method: 'GET',
    path: '/records/private',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'What was found that the present rules take for something private, how far a search is, and what was erased of it (owner, privacy officer).',
    body: null,
    response: SpecialSearchView,
  }),
  searchSpecial: route({
    method: 'POST',
    path: '/records/private',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Has the machine open what is stored of everybody and judge it by the present rules: `look` counts, `erase` erases exactly that (owner, privacy officer), with the password again, after a look of the last 24 hours. Goes on after it is answered; each person sees on their list that their data was opened for this. 409 while one is under way, and to erase what nobody looked for; 429 after five within an hour.',
    body: z.discriminatedUnion('mode', [
      z.strictObject({ mode: z.literal('look') }),
      z.strictObject({ mode: z.literal('erase'), ...proof }),
    ]),
    response: SpecialSearchView,
    status: 201,
  }),
};
