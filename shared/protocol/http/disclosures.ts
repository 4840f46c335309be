import { z } from 'zod';
import { ParameterId } from '../../catalog.ts';
import { PersonId } from '../../ids.ts';
import { line, text } from '../../text.ts';
import { Day, UnixMs } from '../../time.ts';
import { versionInPath } from './policy.ts';
import { ALONE_HOURS, changedEntry, changeOf, EntryReason } from './registerEntry.ts';
import { empty, personPath, route } from './route.ts';

/** What those whom it concerns are not told yet, on whose authority, and to the end of which day. */
export const Secrecy = z.strictObject({
  reason: text(1, 1_000, 'say why they are not told'),
  authority: line(1, 200),
  until: Day,
});
export type Secrecy = z.infer<typeof Secrecy>;

/** Data of people that is given to somebody outside the organisation, such as a court or an authority. */
export const DisclosureContent = z
  .strictObject({
    recipient: line(1, 200),
    /** The law, order or ground that it rests on. */
    basis: line(1, 300),
    why: text(1, 2_000, 'say why it is given'),
    /** Whom it is about: named one by one, or everyone in the organisation. */
    people: z.union([
      z.literal('everyone'),
      z
        .array(PersonId)
        .min(1, 'name whom it is about')
        .max(500)
        .refine((all) => new Set(all).size === all.length, 'expected each person once'),
    ]),
    parameters: z
      .array(ParameterId)
      .min(1, 'name what it is about')
      .refine((all) => new Set(all).size === all.length, 'expected each parameter once'),
    from: Day,
    to: Day,
    /** What is given exactly, and in what form. */
    what: text(1, 2_000, 'say what is given'),
    givenOn: Day,
    secrecy: Secrecy.nullable(),
  })
  .refine(({ from, to }) => from <= to, { path: ['to'], error: 'expected no day before `from`' });
export type DisclosureContent = z.infer<typeof DisclosureContent>;

/** What was done about a disclosure. The first one proposes it, and no later one changes what it said. */
export const DisclosureStep = z.discriminatedUnion('kind', [
  /** `alone`: nobody else could have approved it then. */
  z.strictObject({ kind: z.literal('proposed'), content: DisclosureContent, alone: z.boolean() }),
  z.strictObject({ kind: z.literal('approved') }),
  z.strictObject({ kind: z.literal('refused') }),
  z.strictObject({ kind: z.literal('told') }),
]);
export type DisclosureStep = z.infer<typeof DisclosureStep>;

/** `proposed`: it waits for a second person, or for its time. `counts`: data may be, or was, given. */
const State = z.enum(['proposed', 'refused', 'counts']);

export const DisclosureView = z.strictObject({
  /** That of the entry that proposed it. */
  number: z.int().min(1),
  ...DisclosureContent.shape,
  state: State,
  proposedBy: PersonId,
  /** Null: nobody has, or nobody else could. */
  approvedBy: PersonId.nullable(),
  /** From when it counts, or will where nobody else could approve it; null while it waits for somebody. */
  countsFrom: UnixMs.nullable(),
  /** True: those whom it concerns are not told of it yet. */
  isSecret: z.boolean(),
  changes: z.array(changeOf(DisclosureStep)),
});
export type DisclosureView = z.infer<typeof DisclosureView>;

export const DisclosuresView = z.strictObject({
  asOf: UnixMs,
  revision: z.int(),
  disclosures: z.array(DisclosureView),
  /** Entries that were damaged in the store. They count for nothing. */
  unreadable: z.int(),
});
export type DisclosuresView = z.infer<typeof DisclosuresView>;

/** A disclosure as somebody whom it concerns is told of it: without the others, and without who decided. */
export const OwnDisclosure = z.strictObject({
  number: z.int().min(1),
  recipient: z.string(),
  basis: z.string(),
  why: z.string(),
  parameters: z.array(ParameterId),
  from: Day,
  to: Day,
  what: z.string(),
  givenOn: Day,
  /** Why they are told so late, on whose authority and to when it was secret; null: it never was. */
  wasSecret: Secrecy.nullable(),
});
export type OwnDisclosure = z.infer<typeof OwnDisclosure>;

const register = { method: 'GET', auth: 'session', params: empty, query: empty, body: null } as const;
const own = { ...register, params: personPath } as const;

export const disclosureRoutes = {
  disclosures: route({
    ...register,
    path: '/records/disclosures',
    summary:
      'The register of disclosures: to whom data of people was given, on what ground, with all that was written (privacy officer, owner).',
    response: DisclosuresView,
  }),
  disclosuresPage: route({
    ...register,
    path: '/records/disclosures/page',
    summary: 'The same as one HTML page that needs no network, to print and to keep (privacy officer, owner).',
    response: 'text/html',
  }),
  disclosuresTable: route({
    ...register,
    path: '/records/disclosures/table',
    summary: 'The same as a table (CSV, RFC 4180), one line for each disclosure (privacy officer, owner).',
    response: 'text/csv',
  }),
  proposeDisclosure: route({
    method: 'POST',
    path: '/records/disclosures',
    auth: 'session',
    params: empty,
    query: empty,
    summary: `Puts a disclosure on record before it is made (privacy officer, owner). It counts once a second one has approved it; where there is none, after ${ALONE_HOURS} hours. 409 when \`revision\` is not the newest.`,
    body: z.strictObject({ revision: changedEntry.revision, content: DisclosureContent, reason: EntryReason }),
    response: DisclosuresView,
  }),
  answerDisclosure: route({
    method: 'PUT',
    path: '/records/disclosures/:number',
    auth: 'session',
    params: z.strictObject({ number: versionInPath }),
    query: empty,
    summary:
      'Approves or refuses a disclosure that somebody else proposed, takes one’s own back (`refused`), or tells those whom it concerns before the day to which it is secret (`told`) (privacy officer, owner). 403 for whoever approves their own.',
    body: z.strictObject({
      revision: changedEntry.revision,
      answer: z.enum(['approved', 'refused', 'told']),
      reason: EntryReason,
    }),
    response: DisclosuresView,
  }),
  ownDisclosures: route({
    ...own,
    path: '/people/:person/disclosures',
    summary: 'To whom data of oneself was given (the person alone). What is secret to a day is told after it.',
    response: z.strictObject({ asOf: UnixMs, disclosures: z.array(OwnDisclosure) }),
  }),
  ownDisclosuresPage: route({
    ...own,
    path: '/people/:person/disclosures/page',
    summary: 'The same as one HTML page (the person alone).',
    response: 'text/html',
  }),
  ownDisclosuresTable: route({
    ...own,
    path: '/people/:person/disclosures/table',
    summary: 'The same as a table (CSV, RFC 4180) (the person alone).',
    response: 'text/csv',
  }),
};
