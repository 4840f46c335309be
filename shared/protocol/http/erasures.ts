import { z } from 'zod';
import { ParameterId } from '../../catalog.ts';
import { ErasureId, ImageId, PersonId } from '../../ids.ts';
import { Exclusions } from '../../policy/exclusions.ts';
import { LawfulBasis } from '../../policy/policy.ts';
import { DAY, Day, UnixMs } from '../../time.ts';
import { proof } from './credentials.ts';
import { ReadableDay, zone } from './reading.ts';
import { empty, personPath, route } from './route.ts';

/**
 * What a person wants gone: all that was recorded of some parameters on days of theirs, both included (what reaches into them goes as a
 * whole; of a day that lasts, until now), or one screenshot; or what reveals something private: whatever there is of application, title, site
 * and screenshot of one entry of an application or a site, and, where `same` names applications or sites, the same of every moment at which one of them was in front.
 */
export const ErasureTarget = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('days'),
    parameters: z
      .array(ParameterId)
      .min(1, 'say of what')
      .refine((ids) => new Set(ids).size === ids.length, 'expected each once'),
    from: ReadableDay,
    to: ReadableDay,
    zone,
  }),
  z.strictObject({ kind: z.literal('screenshot'), image: ImageId }),
  z
    .strictObject({
      kind: z.literal('private'),
      from: UnixMs,
      /** Not included; the same as `from` for what had no length. */
      to: UnixMs,
      same: Exclusions,
      /** From now on what `same` names is left out for this person. */
      leaveOut: z.boolean(),
    })
    .refine(({ from, to }) => to >= from && to - from <= DAY, 'expected at most a day, from its beginning to its end')
    .refine(({ same, leaveOut }) => !leaveOut || same.apps.length + same.sites.length > 0, 'say what to leave out'),
]);
export type ErasureTarget = z.infer<typeof ErasureTarget>;

export const ErasurePreview = z.strictObject({
  /** What would go, by parameter in the order of the register and by UTC day; without those of which nothing would. */
  goes: z.array(
    z.strictObject({
      parameter: ParameterId,
      records: z.int().min(1),
      days: z.array(z.strictObject({ day: Day, records: z.int().min(1) })),
    }),
  ),
  /** What was asked for and is not the person's own to erase, because it is kept on that basis. */
  refused: z.array(z.strictObject({ parameter: ParameterId, basis: LawfulBasis })),
  /** Some of it is kept by a legal hold: shown to nobody from then on, and deleted by itself when the hold ends. */
  held: z.boolean(),
});
export type ErasurePreview = z.infer<typeof ErasurePreview>;

/** In this order; only `verified` is done: it was looked for again. */
export const ErasureProgress = z.enum(['requested', 'committed', 'keys_destroyed', 'purged', 'scrubbed', 'verified']);
export type ErasureProgress = z.infer<typeof ErasureProgress>;

/**
 * `own`: by the person, of themself, or by whoever carried out what they had asked for. `reported`: by the person, because it reveals something private. `special`: the rules that are in force now
 * take it for something private. `lowering`: of everyone, after less of it is collected. `minor`: they are said not to be of age.
 */
export const ErasureReason = z.enum(['own', 'reported', 'special', 'lowering', 'minor']);
export type ErasureReason = z.infer<typeof ErasureReason>;

export const ErasureView = z.strictObject({
  /** 1, 2, 3 … of this person. */
  number: z.int().min(1),
  at: UnixMs,
  state: ErasureProgress,
  /** When it came into that state: for `verified`, when it was gone and looked for again. */
  changedAt: UnixMs,
  /** Null when the record was damaged. */
  why: ErasureReason.nullable(),
  /** Of `own`: who carried out what the person had asked for; null where they ordered it themself. */
  by: PersonId.nullable(),
  byName: z.string().nullable(),
  /** Null when the record was damaged, and nobody can say what it is of. */
  of: z
    .strictObject({
      /** From `from` (included) to `to` (not); above that level, `off` being all. */
      parts: z.array(z.strictObject({ parameter: ParameterId, from: UnixMs, to: UnixMs, above: z.string() })),
      /** The one screenshot, if it is of one. */
      image: ImageId.nullable(),
      /** How many records there were when it was asked for; empty where nobody counted. */
      counted: z.array(z.strictObject({ parameter: ParameterId, records: z.int() })),
    })
    .nullable(),
});
export type ErasureView = z.infer<typeof ErasureView>;

/** How much there is of a parameter that was recorded while more than a level was allowed: some of it may be of that level or below. */
export const StoredAbove = z.strictObject({
  /** `off`: all of it. */
  level: z.string(),
  people: z.int(),
  /** Days of people. */
  days: z.int(),
  images: z.int(),
});
export type StoredAbove = z.infer<typeof StoredAbove>;

export const OrderedErasure = z.strictObject({
  order: ErasureId,
  at: UnixMs,
  /** Null: they are gone, or the record was damaged. */
  byName: z.string().nullable(),
  parameters: z.array(z.strictObject({ parameter: ParameterId, above: z.string() })),
  people: z.int(),
  /** Of how many of them it is gone and was looked for again. */
  verified: z.int(),
  /** When that was so of all; null until then. */
  finishedAt: UnixMs.nullable(),
});
export type OrderedErasure = z.infer<typeof OrderedErasure>;

export const erasuresRoutes = {
  erasures: route({
    method: 'GET',
    path: '/people/:person/erasures',
    auth: 'session',
    params: personPath,
    query: empty,
    summary: 'What was erased of oneself before its time, and how far that is, newest first (the person alone).',
    body: null,
    response: z.strictObject({ erasures: z.array(ErasureView) }),
  }),
  previewErasure: route({
    method: 'POST',
    path: '/people/:person/erasures/preview',
    auth: 'session',
    params: personPath,
    query: empty,
    summary:
      'What erasing this of oneself would take away, counted by parameter and day (the person alone). Changes nothing; recorded like a day. 429 after thirty within an hour.',
    body: ErasureTarget,
    response: ErasurePreview,
  }),
  erase: route({
    method: 'POST',
    path: '/people/:person/erasures',
    auth: 'session',
    params: personPath,
    query: empty,
    summary:
      'Erases something of oneself for ever (the person alone), with the password again, and the code of whoever has a second factor. Ordered when it is answered, done when its state is `verified`. What reveals something private goes whatever it rests on but a legal obligation. 409 for what is kept on the basis of a contract or a legal obligation, for a moment that is not within one entry, and when there is nothing, or it is being erased already; 429 after twenty within a day.',
    body: z.strictObject({ what: ErasureTarget, ...proof }),
    response: ErasureView,
    status: 201,
  }),
  storedAbove: route({
    method: 'GET',
    path: '/policy/stored',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'How much is stored of everyone, by parameter, and above each of its levels (owner, admin): what lowering could delete.',
    body: null,
    response: z.strictObject({
      parameters: z.array(
        z.strictObject({
          parameter: ParameterId,
          above: z.array(StoredAbove),
          /** How many people have had it restricted: what is stored of them is not counted, and is not erased. */
          restricted: z.int().min(0),
          /** `contract` or `legal_obligation` where some of it must be kept on that basis: nobody erases it for everyone. */
          keptOn: LawfulBasis.nullable(),
        }),
      ),
    }),
  }),
  eraseStored: route({
    method: 'POST',
    path: '/policy/erasures',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'After a lowering: erases what is stored of everyone above the level in force, or all of it (owner, admin), with the password again. 409 when another version is in force, and for a parameter that was never above its present level, of which nothing is stored above it, or of which something is kept on the basis of a contract or a legal obligation; 429 after twenty within a day. Of whoever has had a parameter restricted nothing of it goes.',
    body: z.strictObject({
      /** The version in force. */
      version: z.int().min(1),
      parameters: z
        .array(z.strictObject({ parameter: ParameterId, which: z.enum(['above', 'all']) }))
        .min(1, 'say of what')
        .refine((all) => new Set(all.map(({ parameter }) => parameter)).size === all.length, 'expected each once'),
      ...proof,
    }),
    response: OrderedErasure,
    status: 201,
  }),
  orderedErasures: route({
    method: 'GET',
    path: '/policy/erasures',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'What was erased of everyone after a lowering, and how far that is, newest first (owner, admin, manager, privacy officer).',
    body: null,
    response: z.strictObject({ erasures: z.array(OrderedErasure) }),
  }),
};
