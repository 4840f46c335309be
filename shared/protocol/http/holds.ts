import { z } from 'zod';
import { ParameterId } from '../../catalog.ts';
import { PersonId } from '../../ids.ts';
import { line, text } from '../../text.ts';
import { Day, UnixMs } from '../../time.ts';
import { versionInPath } from './policy.ts';
import { ALONE_HOURS, changedEntry, changeOf, EntryReason } from './registerEntry.ts';
import { empty, personPath, route } from './route.ts';

/** A hold has an end, this far ahead at the most; what is needed for longer is held anew, by two people. */
export const MOST_HELD_DAYS = 731;

/** What of one person must not be deleted for now, though its time may be over, or they asked for it (GDPR Art. 17(3)(b), (e)). */
export const HoldContent = z
  .strictObject({
    person: PersonId,
    parameters: z
      .array(ParameterId)
      .min(1, 'name what is held')
      .refine((all) => new Set(all).size === all.length, 'expected each parameter once'),
    from: Day,
    to: Day,
    /** What it is needed for. */
    why: text(1, 1_000, 'say what it is needed for'),
    /** The claim, order or law that it rests on. */
    authority: line(1, 300),
    /** The last day on which it is held. */
    until: Day,
  })
  .refine(({ from, to }) => from <= to, { path: ['to'], error: 'expected no day before `from`' });
export type HoldContent = z.infer<typeof HoldContent>;

/** What was done about a hold. The first one proposes it, and no later one changes what it said. */
export const HoldStep = z.discriminatedUnion('kind', [
  /** `alone`: nobody else could have approved it then. */
  z.strictObject({ kind: z.literal('proposed'), content: HoldContent, alone: z.boolean() }),
  z.strictObject({ kind: z.literal('approved') }),
  z.strictObject({ kind: z.literal('refused') }),
  z.strictObject({ kind: z.literal('released') }),
]);
export type HoldStep = z.infer<typeof HoldStep>;

/** `proposed`: it holds nothing yet. `holds`: until its last day. `released`, `over`: what was to be deleted is deleted since. */
const State = z.enum(['proposed', 'refused', 'holds', 'released', 'over']);
export type HoldState = z.infer<typeof State>;

export const HoldView = z.strictObject({
  /** That of the entry that proposed it. */
  number: z.int().min(1),
  ...HoldContent.shape,
  state: State,
  proposedBy: PersonId,
  /** Null: nobody has, or nobody else could. */
  approvedBy: PersonId.nullable(),
  /** From when it holds, or will where nobody else could approve it; null while it waits for somebody. */
  holdsFrom: UnixMs.nullable(),
  changes: z.array(changeOf(HoldStep)),
});
export type HoldView = z.infer<typeof HoldView>;

export const HoldsView = z.strictObject({
  asOf: UnixMs,
  revision: z.int(),
  holds: z.array(HoldView),
  /** Entries that were damaged in the store. */
  unreadable: z.int(),
});
export type HoldsView = z.infer<typeof HoldsView>;

/** A hold as the person is told of it whose data it holds: without who decided. */
export const OwnHold = z.strictObject({
  number: z.int().min(1),
  parameters: z.array(ParameterId),
  from: Day,
  to: Day,
  why: z.string(),
  authority: z.string(),
  until: Day,
  state: z.enum(['holds', 'released', 'over']),
  holdsFrom: UnixMs,
});
export type OwnHold = z.infer<typeof OwnHold>;

export const holdRoutes = {
  holds: route({
    method: 'GET',
    path: '/records/holds',
    auth: 'session',
    params: empty,
    query: empty,
    summary: 'The register of legal holds: what of whom must not be deleted for now, and why (privacy officer, owner).',
    body: null,
    response: HoldsView,
  }),
  proposeHold: route({
    method: 'POST',
    path: '/records/holds',
    auth: 'session',
    params: empty,
    query: empty,
    summary: `Puts a legal hold forward (privacy officer, owner). It holds nothing before a second one has approved it; where there is none, before ${ALONE_HOURS} hours have passed. 409 when \`revision\` is not the newest.`,
    body: z.strictObject({ revision: changedEntry.revision, content: HoldContent, reason: EntryReason }),
    response: HoldsView,
  }),
  answerHold: route({
    method: 'PUT',
    path: '/records/holds/:number',
    auth: 'session',
    params: z.strictObject({ number: versionInPath }),
    query: empty,
    summary:
      'Approves or refuses a hold that somebody else proposed, takes one’s own back (`refused`), or releases one before its last day (`released`), by which what was to be deleted is deleted (privacy officer, owner). 403 for whoever approves their own.',
    body: z.strictObject({
      revision: changedEntry.revision,
      answer: z.enum(['approved', 'refused', 'released']),
      reason: EntryReason,
    }),
    response: HoldsView,
  }),
  ownHolds: route({
    method: 'GET',
    path: '/people/:person/holds',
    auth: 'session',
    params: personPath,
    query: empty,
    summary: 'What of one’s own data is held back from deletion, or was, and why (the person alone).',
    body: null,
    response: z.strictObject({ asOf: UnixMs, holds: z.array(OwnHold) }),
  }),
};
