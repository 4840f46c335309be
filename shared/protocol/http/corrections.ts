import { z } from 'zod';
import { ParameterId } from '../../catalog.ts';
import { CorrectionRefusal, CorrectionSaid, CorrectionValues, Mark, TellingOutcome } from '../../correction.ts';
import { Observation } from '../../events/observation.ts';
import { DeviceId, PersonId, RequestId, SessionId } from '../../ids.ts';
import { text } from '../../text.ts';
import { Day, UnixMs } from '../../time.ts';
import { ReadableDay } from './reading.ts';
import { empty, personPath, route } from './route.ts';

const named = { by: PersonId, byName: z.string().nullable() };
const ordinal = z.int().min(1);

/** One correction that holds: who, when, from what, to what. */
const ChangeView = z.strictObject({
  number: ordinal,
  at: UnixMs,
  /** Who decided a dispute, or carried out what the person had asked for; null: the person themself. */
  by: PersonId.nullable(),
  byName: z.string().nullable(),
  from: CorrectionValues,
  to: CorrectionValues,
  words: z.string(),
});

const DisputeView = z.strictObject({
  number: ordinal,
  at: UnixMs,
  values: CorrectionValues,
  words: z.string(),
  state: z.enum(['open', 'withdrawn', 'accepted', 'refused']),
  /** The last day for an answer (GDPR Art. 12(3)); null once there is one, or it was withdrawn. */
  due: Day.nullable(),
  answer: z
    .strictObject({
      ...named,
      at: UnixMs,
      words: z.string(),
      reason: CorrectionRefusal.nullable(),
      /** Whom the person can complain to; null where it was accepted. */
      appeal: z.string().nullable(),
    })
    .nullable(),
});

/** Somebody outside who was given what was corrected since (GDPR Art. 19). */
const RecipientView = z.strictObject({
  /** Of the disclosure. */
  disclosure: ordinal,
  recipient: z.string(),
  givenOn: Day,
  /** What was done about the newest correction; null: nothing yet. */
  told: z
    .strictObject({ ...named, at: UnixMs, outcome: TellingOutcome, on: Day.nullable(), words: z.string() })
    .nullable(),
});

/** Everything that was said about one record. */
export const CorrectionView = z.strictObject({
  correction: RequestId,
  person: PersonId,
  parameter: ParameterId,
  /** The UTC day that the record is stored under. */
  day: Day,
  session: SessionId,
  /** As it was recorded, and as it is shown. */
  stored: Observation,
  shown: Observation,
  changes: z.array(ChangeView),
  disputes: z.array(DisputeView),
  statements: z.array(z.strictObject({ number: ordinal, at: UnixMs, words: z.string() })),
  recipients: z.array(RecipientView),
});
export type CorrectionView = z.infer<typeof CorrectionView>;

/** A record of one's own, with what can be said about it. */
export const EntryView = z.strictObject({
  device: DeviceId,
  session: SessionId,
  /** As it was recorded: whoever says something about it names it by this. */
  stored: Observation,
  shown: Observation,
  /** The fields that can be corrected; empty where a statement is all that can be said. */
  fields: z.array(z.string()),
  mark: Mark.nullable(),
  /** What was said about it already. */
  correction: RequestId.nullable(),
});
export type EntryView = z.infer<typeof EntryView>;

const [corrected, disputed, stated] = CorrectionSaid.options;
/** What a person may say of a record of their own. */
export const OwnSaid = z.discriminatedUnion('kind', [corrected.omit({ by: true }), disputed, stated]);
export type OwnSaid = z.infer<typeof OwnSaid>;

const words = text(1, 2_000, 'say why, in words that a person will read');

export const CorrectionAnswer = z.discriminatedUnion('answer', [
  z.strictObject({ answer: z.literal('accepted'), words }),
  z.strictObject({ answer: z.literal('refused'), reason: CorrectionRefusal, words }),
]);
export type CorrectionAnswer = z.infer<typeof CorrectionAnswer>;

export const RecipientTold = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('told'), on: Day, words }),
  z.strictObject({ outcome: z.literal('impossible'), words }),
  z.strictObject({ outcome: z.literal('disproportionate'), words }),
]);
export type RecipientTold = z.infer<typeof RecipientTold>;

const one = personPath.extend({ correction: RequestId });
const numberInPath = z.coerce.number().pipe(z.int().min(1));

export const correctionsRoutes = {
  entries: route({
    method: 'GET',
    path: '/people/:person/entries',
    auth: 'session',
    params: personPath,
    query: z.strictObject({ day: ReadableDay, parameter: ParameterId }),
    summary:
      'The records of one parameter that are stored under one UTC day, for the person alone, each as it was recorded and as it is shown, with the fields that can be corrected.',
    body: null,
    response: z.strictObject({ entries: z.array(EntryView) }),
  }),
  corrections: route({
    method: 'GET',
    path: '/people/:person/corrections',
    auth: 'session',
    params: personPath,
    query: empty,
    summary:
      'What this person corrected, disputed or stated, with its history and who was given what was corrected (the person, privacy officer, owner), newest record first. To officer and owner only records of which a dispute is not answered, or a recipient not told. What was erased or is past its day is not in it.',
    body: null,
    response: z.strictObject({ corrections: z.array(CorrectionView) }),
  }),
  allCorrections: route({
    method: 'GET',
    path: '/corrections',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Of everybody what waits for an officer: disputes that are not answered, and recipients of whom nothing is on record since a correction (privacy officer, owner).',
    body: null,
    response: z.strictObject({ corrections: z.array(CorrectionView.extend({ personName: z.string() })) }),
  }),
  correct: route({
    method: 'POST',
    path: '/people/:person/corrections',
    auth: 'session',
    params: personPath,
    query: empty,
    summary:
      'Says something about a record of one’s own (GDPR Art. 16): `corrected` what one entered, which holds at once; `disputed` what was observed, which an officer decides; `stated` a supplementary statement. `day`, `session` and `record` name it as `GET …/entries` gave them. 404 when it is not stored; 409 for what was observed and `corrected`, or entered and `disputed`, for values that it could not have, and until an erasure of something of the person has taken it away; 429 after a hundred within a day.',
    body: z.strictObject({ day: ReadableDay, session: SessionId, record: Observation, said: OwnSaid }),
    response: CorrectionView,
  }),
  withdrawDispute: route({
    method: 'DELETE',
    path: '/people/:person/corrections/:correction/disputes/:number',
    auth: 'session',
    params: one.extend({ number: numberInPath }),
    query: empty,
    summary: "Withdraws a dispute of one's own that is not answered. 404 when there is none, 409 when it is answered.",
    body: null,
    response: CorrectionView,
  }),
  answerDispute: route({
    method: 'POST',
    path: '/people/:person/corrections/:correction/disputes/:number/answer',
    auth: 'session',
    params: one.extend({ number: numberInPath }),
    query: empty,
    summary:
      'Answers a dispute of somebody else (privacy officer, owner): accepted, the record is shown as they say from then on; refused, with one of the reasons, words, and the way to complain. 404 when there is none, 409 when it is answered or withdrawn.',
    body: CorrectionAnswer,
    response: CorrectionView,
  }),
  tellRecipient: route({
    method: 'PUT',
    path: '/people/:person/corrections/:correction/recipients/:number',
    auth: 'session',
    params: one.extend({ number: numberInPath }),
    query: empty,
    summary:
      'Puts on record that the recipient of a disclosure, by its number, was told of a correction of somebody else, when and how; or why that is impossible or disproportionate (privacy officer, owner; GDPR Art. 19). Tells nobody by itself. 404 when this disclosure is not of what was corrected.',
    body: RecipientTold,
    response: CorrectionView,
  }),
};
