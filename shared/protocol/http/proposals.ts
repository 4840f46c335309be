import { z } from 'zod';
import { ParameterId } from '../../catalog.ts';
import { PersonId } from '../../ids.ts';
import { PolicyDocument } from '../../policy/policy.ts';
import { Digest } from '../../signed.ts';
import { UnixMs } from '../../time.ts';
import { LeavingDate } from './leavingDates.ts';
import { PolicyChange, versionInPath } from './policy.ts';
import { ALONE_HOURS, EntryReason } from './registerEntry.ts';
import { empty, route } from './route.ts';

/** What waits at once in an organisation, at the most. */
export const OPEN_PROPOSALS = 20;
/** So many days ahead a publication is dated at the most. */
export const DATED_DAYS = 365;

/** What somebody puts forward. */
export const ProposalContent = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('policy'),
    change: PolicyChange,
    /** The next policy, whole; but for `notBefore`, which becomes the moment of its publication, this is what is published. */
    document: PolicyDocument,
    /** Not before then; null: as soon as it may be. */
    publishAt: UnixMs.nullable(),
  }),
  /** No second person is asked for any more. */
  z.strictObject({ kind: z.literal('second_off') }),
]);
export type ProposalContent = z.infer<typeof ProposalContent>;

/** So long after it those whom a date was told are shown that it does not come. */
export const TOLD_DAYS = 14;

/** So many of those an agent is told of at the most. */
export const DROPPED_TOLD = 20;

/** Why something was not published although its time had come. */
export const NotPublished = z.enum(['no_longer_may', 'changed', 'damaged']);
export type NotPublished = z.infer<typeof NotPublished>;

/** What was done about a proposal, one after the other. The first one proposes it, and no later one changes what it said. */
export const ProposalStep = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('proposed'),
    content: ProposalContent,
    /** SHA-256 of what is proposed, by which it is approved. */
    hash: Digest,
    /** A second person was asked for when it was proposed. */
    second: z.boolean(),
    /** Nobody else could have approved it then. */
    alone: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('approved'), hash: Digest }),
  z.strictObject({ kind: z.literal('refused') }),
  z.strictObject({ kind: z.literal('withdrawn') }),
  z.strictObject({ kind: z.literal('not_published'), why: NotPublished }),
  /** From now on what raises needs a second person. */
  z.strictObject({ kind: z.literal('second_on') }),
]);
export type ProposalStep = z.infer<typeof ProposalStep>;

/**
 * `waiting`: for a second person · `scheduled`: at `due` it is published, or holds · `done`: it was, or does · `overtaken`: another version was
 * published first, so that this one never will be · `not_published`: it could not be, see `why`.
 */
export const ProposalState = z.enum([
  'waiting',
  'scheduled',
  'done',
  'refused',
  'withdrawn',
  'overtaken',
  'not_published',
]);
export type ProposalState = z.infer<typeof ProposalState>;

export const ProposalView = z.strictObject({
  number: z.int().min(1),
  content: ProposalContent,
  hash: Digest,
  proposedBy: PersonId,
  proposedAt: UnixMs,
  reason: z.string(),
  /** It needs, or needed, a second person. */
  needsSecond: z.boolean(),
  /** Nobody else could approve it: it counts after 72 hours, unless it is refused or withdrawn before. */
  alone: z.boolean(),
  state: ProposalState,
  /** When it is published or holds, or was to be; null while it waits for somebody. */
  due: UnixMs.nullable(),
  approvedBy: PersonId.nullable(),
  /** The version that was made of it; null for none. */
  version: z.int().nullable(),
  why: NotPublished.nullable(),
  /** Since when it is clear that it will not be published; null while it may be, or where it was. */
  endedAt: UnixMs.nullable(),
  /** What was done about it, in order; `by` is null for the server. */
  steps: z.array(
    z.strictObject({
      at: UnixMs,
      by: PersonId.nullable(),
      kind: z.enum(['proposed', 'approved', 'refused', 'withdrawn', 'not_published']),
      reason: z.string(),
    }),
  ),
});
export type ProposalView = z.infer<typeof ProposalView>;

export const ProposalsView = z.strictObject({
  asOf: UnixMs,
  /** Whether what raises needs a second person. */
  secondRequired: z.boolean(),
  /** Newest first. */
  proposals: z.array(ProposalView),
  /** Entries that were damaged in the store: what they might have forbidden is not published. */
  unreadable: z.int(),
});
export type ProposalsView = z.infer<typeof ProposalsView>;

/** What is coming for whoever asks. */
export const ComingView = z.strictObject({
  asOf: UnixMs,
  /** What is published at a date, for everyone, next first. Nothing of it holds before. */
  scheduled: z.array(z.strictObject({ number: z.int(), due: UnixMs, reason: z.string(), policy: PolicyDocument })),
  /** What had a date, and does not come: for fourteen days, newest first. */
  dropped: z.array(
    z.strictObject({
      number: z.int(),
      due: UnixMs,
      reason: z.string(),
      state: z.enum(['refused', 'withdrawn', 'overtaken', 'not_published']),
      endedAt: UnixMs,
    }),
  ),
  /** What is published and acknowledged, and counts for them from then on: their time to react runs. */
  running: z.array(z.strictObject({ parameter: ParameterId, level: z.string(), from: UnixMs })),
  /** What is published and not acknowledged on any of their computers: it waits for that, and then for their time to react. */
  unread: z.array(z.strictObject({ parameter: ParameterId, level: z.string() })),
  /** What is published and kept from them by old terms, because they have not agreed to what was taken from them: acknowledging it would change nothing. */
  unagreed: z.array(z.strictObject({ parameter: ParameterId, level: z.string() })),
  /** With which day their account ends by itself; null: with none. */
  leaving: LeavingDate.nullable(),
});
export type ComingView = z.infer<typeof ComingView>;

const read = { method: 'GET', auth: 'session', params: empty, query: empty, body: null } as const;

export const proposalRoutes = {
  proposals: route({
    ...read,
    path: '/policy/proposals',
    summary:
      'What was put forward for publication, by whom, who decided on it, and when it is published (owner, admin, manager).',
    response: ProposalsView,
  }),
  propose: route({
    method: 'POST',
    path: '/policy/proposals',
    auth: 'session',
    params: empty,
    query: empty,
    summary: `Puts a change forward that is published at a date, or once a second person has approved it (owner, admin, manager); where nobody else could, after ${ALONE_HOURS} hours. 409 when \`baseVersion\` is not in force, when there is nothing to wait for, or when ${OPEN_PROPOSALS} wait already.`,
    body: z.strictObject({ change: PolicyChange, publishAt: UnixMs.nullable() }),
    response: ProposalsView,
  }),
  answerProposal: route({
    method: 'PUT',
    path: '/policy/proposals/:number',
    auth: 'session',
    params: z.strictObject({ number: versionInPath }),
    query: empty,
    summary:
      'Approves or refuses what somebody else put forward, or withdraws one’s own, until it is published (owner, admin, manager). `hash` is that of what was looked at. 403 for whoever approves their own.',
    body: z.strictObject({
      hash: Digest,
      answer: z.enum(['approved', 'refused', 'withdrawn']),
      reason: EntryReason,
    }),
    response: ProposalsView,
  }),
  requireSecond: route({
    method: 'PUT',
    path: '/policy/second-person',
    auth: 'session',
    params: empty,
    query: empty,
    summary: `Says whether what raises needs a second person (owner). To ask for one holds at once; not to any more is put forward itself, for a second person to approve, or for ${ALONE_HOURS} hours where there is none.`,
    body: z.strictObject({ required: z.boolean(), reason: EntryReason }),
    response: ProposalsView,
  }),
  coming: route({
    ...read,
    path: '/policy/coming',
    summary:
      'What is coming for oneself: the last day of the account where one is set, what is published at a date, what had one and does not come, and what is published and does not count yet. Everyone in the organisation may read it.',
    response: ComingView,
  }),
};
