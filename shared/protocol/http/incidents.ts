import { z } from 'zod';
import { EntryProof } from '../../audit/checkpoint.ts';
import { ParameterId } from '../../catalog.ts';
import { PersonId } from '../../ids.ts';
import { PublicKey, Signed } from '../../signed.ts';
import { text } from '../../text.ts';
import { Day, UnixMs } from '../../time.ts';
import { versionInPath } from './policy.ts';
import { changedEntry, changeOf, EntryReason } from './registerEntry.ts';
import { empty, personPath, route } from './route.ts';

/** From the moment that a breach is known the supervisory authority is told within so many hours (GDPR Art. 33(1)). */
export const AUTHORITY_HOURS = 72;

/** Art. 4(12): it was seen, changed or lost by or for somebody who should not have. */
export const IncidentEffect = z.enum(['confidentiality', 'integrity', 'availability']);
export type IncidentEffect = z.infer<typeof IncidentEffect>;

/**
 * Whom it concerns. `looks`: everyone of whom one of these accounts looked at something in that time, by the audit. `people`: those who are
 * named, where the audit cannot know it (a letter to the wrong person). `everyone`: all who have an account, as where a copy of everything is gone.
 */
export const IncidentScope = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('looks'),
      readers: z
        .array(PersonId)
        .min(1, 'name whose account it was')
        .max(50)
        .refine((all) => new Set(all).size === all.length, 'expected each once'),
      from: UnixMs,
      /** Not included. */
      to: UnixMs,
    })
    .refine(({ from, to }) => from < to, { path: ['to'], error: 'expected a time after `from`' }),
  z.strictObject({
    kind: z.literal('people'),
    people: z
      .array(PersonId)
      .min(1, 'name whom it concerns')
      .max(500)
      .refine((all) => new Set(all).size === all.length, 'expected each once'),
  }),
  z.strictObject({ kind: z.literal('everyone') }),
]);
export type IncidentScope = z.infer<typeof IncidentScope>;

/** What is known of it. A later finding says all of it again. */
export const IncidentContent = z.strictObject({
  /** For the record, which those whom it concerns do not read. */
  what: text(1, 2_000, 'say what happened'),
  effects: z
    .array(IncidentEffect)
    .min(1, 'say what it did to the data')
    .refine((all) => new Set(all).size === all.length, 'expected each once'),
  /** When somebody here knew of it: the clocks begin. */
  noticedAt: UnixMs,
  scope: IncidentScope,
});
export type IncidentContent = z.infer<typeof IncidentContent>;

/** What those whom it concerns are told (Art. 34(2)): what happened, what may come of it, what was done, what they can do. */
const Words = text(1, 4_000, 'say what happened, what may come of it, and what was done');

export const IncidentStep = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('opened'), content: IncidentContent }),
  z.strictObject({ kind: z.literal('found'), content: IncidentContent }),
  /** The authority was told, or need not be because nobody is at risk (Art. 33(1)). */
  z.strictObject({ kind: z.literal('authority'), outcome: z.enum(['told', 'no_risk']), on: Day }),
  /** Everyone whom it concerned by what was known then. */
  z.strictObject({ kind: z.literal('told'), words: Words, people: z.array(PersonId) }),
  z.strictObject({ kind: z.literal('closed') }),
]);
export type IncidentStep = z.infer<typeof IncidentStep>;

/** What was looked at of one person, as the audit says. */
const Looked = z.strictObject({
  looks: z.int().min(0),
  parameters: z.array(ParameterId),
  first: UnixMs.nullable(),
  last: UnixMs.nullable(),
});

export const IncidentView = z.strictObject({
  /** That of the entry that it began with. */
  number: z.int().min(1),
  ...IncidentContent.shape,
  openedBy: PersonId,
  openedAt: UnixMs,
  /** Until when the authority is told, and what came of it; null as long as nothing has. */
  authorityBy: UnixMs,
  authority: z.strictObject({ outcome: z.enum(['told', 'no_risk']), on: Day, at: UnixMs }).nullable(),
  /** Null as long as it is open. */
  closedAt: UnixMs.nullable(),
  /** By what is known now. */
  affected: z.array(Looked.extend({ person: PersonId, toldAt: UnixMs.nullable() })),
  /** Something was found since they were told, or there are some who were not: they are to be told (again). */
  toTell: z.int().min(0),
  changes: z.array(changeOf(IncidentStep)),
});
export type IncidentView = z.infer<typeof IncidentView>;

export const IncidentsView = z.strictObject({
  asOf: UnixMs,
  revision: z.int(),
  incidents: z.array(IncidentView),
  unreadable: z.int(),
});
export type IncidentsView = z.infer<typeof IncidentsView>;

/** What one person is told of an incident that concerns them, newest telling first. */
export const OwnIncident = z.strictObject({
  number: z.int().min(1),
  noticedAt: UnixMs,
  effects: z.array(IncidentEffect),
  told: z.array(z.strictObject({ at: UnixMs, words: z.string() })),
  /** What of theirs was looked at; null where it is not about looks. */
  looked: Looked.nullable(),
});
export type OwnIncident = z.infer<typeof OwnIncident>;

/** What proves an incident, to keep or to hand to an authority. */
export const IncidentEvidence = z.strictObject({
  asOf: UnixMs,
  incident: IncidentView,
  /** How many looks count; of the first 2,000 there are proofs, where they are in the audit tree. */
  looks: z.int().min(0),
  proofs: z.array(EntryProof),
  checkpoint: Signed,
  serverKey: PublicKey,
});
export type IncidentEvidence = z.infer<typeof IncidentEvidence>;

export const incidentRoutes = {
  incidents: route({
    method: 'GET',
    path: '/records/incidents',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'The register of incidents: what happened, until when the authority is told, whom it concerns by the audit, and who was told (privacy officer, owner).',
    body: null,
    response: IncidentsView,
  }),
  openIncident: route({
    method: 'POST',
    path: '/records/incidents',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Puts an incident on record (privacy officer, owner). Nobody is told by that. 409 when `revision` is not the newest.',
    body: z.strictObject({ revision: changedEntry.revision, content: IncidentContent, reason: EntryReason }),
    response: IncidentsView,
  }),
  changeIncident: route({
    method: 'PUT',
    path: '/records/incidents/:number',
    auth: 'session',
    params: z.strictObject({ number: versionInPath }),
    query: empty,
    summary:
      'What was found later, that the authority was told, what those whom it concerns are told (all of them, as the audit says at that moment), or that it is closed (privacy officer, owner). 409 for one that is closed, and to close one of which somebody is to be told or the authority was not.',
    body: z.strictObject({
      revision: changedEntry.revision,
      step: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('found'), content: IncidentContent }),
        z.strictObject({ kind: z.literal('authority'), outcome: z.enum(['told', 'no_risk']), on: Day }),
        z.strictObject({ kind: z.literal('tell'), words: Words }),
        z.strictObject({ kind: z.literal('close') }),
      ]),
      reason: EntryReason,
    }),
    response: IncidentsView,
  }),
  incidentEvidence: route({
    method: 'GET',
    path: '/records/incidents/:number/evidence',
    auth: 'session',
    params: z.strictObject({ number: versionInPath }),
    query: empty,
    summary:
      'What proves it, as one JSON file: all that was written, every look that counts with its leaf of the audit tree, and a signed checkpoint. Random ids, and nothing of what was recorded of anybody (privacy officer, owner).',
    body: null,
    response: IncidentEvidence,
  }),
  ownIncidents: route({
    method: 'GET',
    path: '/people/:person/incidents',
    auth: 'session',
    params: personPath,
    query: empty,
    summary: 'Incidents that concern oneself and that one was told of (the person alone).',
    body: null,
    response: z.strictObject({ asOf: UnixMs, incidents: z.array(OwnIncident) }),
  }),
};
