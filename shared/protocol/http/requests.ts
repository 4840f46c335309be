import { z } from 'zod';
import { ParameterId } from '../../catalog.ts';
import { CorrectionValues } from '../../correction.ts';
import { DeviceId, PersonId, RequestId } from '../../ids.ts';
import {
  AnsweredContent,
  AnswerText,
  IdentityCheck,
  ReceivedThrough,
  RefusalReason,
  Representative,
  RequestContent,
} from '../../rightsRequest.ts';
import { Day, UnixMs } from '../../time.ts';
import { proof } from './credentials.ts';
import { ErasurePreview, ErasureView } from './erasures.ts';
import { ReadableDay, zone } from './reading.ts';
import { empty, personPath, route } from './route.ts';

/**
 * `awaiting_person`: a representative's, which the person has not agreed to · `awaiting_device`: nobody has proved yet that it is the person's ·
 * `awaiting_time`: proved in a way that leaves the person 72 hours to stop it · `open`: it counts, and its clock runs.
 * Of a copy, which nobody answers, instead of `open`: `ready`, it can be downloaded · `over`, it cannot any more.
 */
export const RequestState = z.enum([
  'awaiting_person',
  'awaiting_device',
  'awaiting_time',
  'open',
  'ready',
  'over',
  'fulfilled',
  'refused',
  'withdrawn',
]);
export type RequestState = z.infer<typeof RequestState>;

const author = { at: UnixMs, by: PersonId, byName: z.string().nullable() };

/** An answer of a human. A refusal without reason, words and the way to complain is none. */
export const RequestAnswer = z.discriminatedUnion('answer', [
  z.strictObject({ answer: z.literal('fulfilled'), words: AnswerText }),
  z.strictObject({ answer: z.literal('refused'), reason: RefusalReason, words: AnswerText }),
]);
export type RequestAnswer = z.infer<typeof RequestAnswer>;

export const RequestView = z.strictObject({
  request: RequestId,
  person: PersonId,
  state: RequestState,
  content: RequestContent,
  filedAt: UnixMs,
  /** Who filed it for the person, and on whose authority; null where the person did. */
  representation: z
    .strictObject({ by: PersonId, byName: z.string().nullable(), representative: Representative })
    .nullable(),
  /** Who took it down for the person, how it came, and how they made sure who asked; null where it was filed in the console. */
  received: z
    .strictObject({ by: PersonId, byName: z.string().nullable(), through: ReceivedThrough, words: z.string() })
    .nullable(),
  proof: z
    .discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('device'),
        at: UnixMs,
        device: DeviceId,
        /** When this computer was enrolled, if that was less than 72 hours before it said yes; null where it was earlier. */
        enrolledAt: UnixMs.nullable(),
      }),
      z.strictObject({ kind: z.literal('in_person'), ...author, how: IdentityCheck, words: z.string() }),
    ])
    .nullable(),
  /** From when it counts: its month begins on that UTC day. Null until it is proved; in the future while the 72 hours run. */
  countsFrom: UnixMs.nullable(),
  /** The last UTC day on which it may be answered, by Regulation 1182/71; null until it is proved, and of a copy, which nobody answers. */
  due: Day.nullable(),
  /** Until when a copy can be downloaded; null until it is proved, and of all else. */
  openUntil: UnixMs.nullable(),
  /** It counts, is not answered, and `due` is over. */
  isOverdue: z.boolean(),
  /** Computers that said "no" when they had been enrolled for less than 72 hours: it ends nothing. */
  doubts: z.array(z.strictObject({ at: UnixMs, device: DeviceId })),
  extension: z.strictObject({ ...author, words: z.string() }).nullable(),
  answer: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('fulfilled'), ...author, words: z.string() }),
      z.strictObject({
        kind: z.literal('refused'),
        ...author,
        reason: RefusalReason,
        words: z.string(),
        /** How to complain, and that there are courts. */
        appeal: z.string().min(1),
      }),
    ])
    .nullable(),
  /** How it was withdrawn: by a "no" on this device; null: in the console, or, of a copy, because the device that proved it was retired. */
  withdrawn: z.strictObject({ at: UnixMs, device: DeviceId.nullable() }).nullable(),
});
export type RequestView = z.infer<typeof RequestView>;

const listed = <V extends z.ZodType>(view: V) =>
  z.strictObject({
    requests: z.array(view),
    /** Requests of which something was damaged in the store: nobody can say what they ask. */
    unreadable: z.int().min(0),
  });

const path = personPath.extend({ request: RequestId });

export const requestsRoutes = {
  requests: route({
    method: 'GET',
    path: '/people/:person/requests',
    auth: 'session',
    params: personPath,
    query: empty,
    summary:
      'Every request that this person filed or that was filed for them, newest first (the person, privacy officer, owner). A look of another is recorded before it is shown.',
    body: null,
    response: listed(RequestView),
  }),
  allRequests: route({
    method: 'GET',
    path: '/requests',
    auth: 'session',
    params: empty,
    query: z.strictObject({ which: z.enum(['unanswered', 'answered']).default('unanswered') }),
    summary:
      'The requests of everybody (privacy officer, owner). Unanswered: those that count by their last day, then those that wait for proof; answered: newest answer first. Withdrawn ones are not listed. Looks are recorded.',
    body: null,
    response: listed(RequestView.extend({ personName: z.string() })),
  }),
  fileRequest: route({
    method: 'POST',
    path: '/people/:person/requests',
    auth: 'session',
    params: personPath,
    query: empty,
    status: 201,
    summary:
      'Files a request about oneself. Asks for the password again, and for the code of whoever has a second factor; it does not count before an enrolled device of the person has signed that it is theirs. A copy is asked one at a time. 409 with three that wait for that, 429 after twenty within a day.',
    body: z.strictObject({ ...proof, content: RequestContent }),
    response: RequestView,
  }),
  representRequest: route({
    method: 'POST',
    path: '/people/:person/represented-requests',
    auth: 'session',
    params: personPath,
    query: empty,
    status: 201,
    summary:
      'Files a request for somebody else on the written authority of their representative (privacy officer, owner). It stays as it is until the person agrees to it and proves that it is theirs. 409 with two that wait for that.',
    body: z.strictObject({ content: AnsweredContent, representative: Representative }),
    response: RequestView,
  }),
  receiveRequest: route({
    method: 'POST',
    path: '/people/:person/received-requests',
    auth: 'session',
    params: personPath,
    query: empty,
    status: 201,
    summary:
      'Files a request that somebody else made outside the console, with how it came and how it was made sure who asked (another privacy officer or owner), and with the password and code of who files it. It counts when a computer of the person has said yes, or, where they have none, as for `confirmIdentity`. 409 with two that others filed and that wait.',
    body: z.strictObject({ ...proof, content: AnsweredContent, through: ReceivedThrough, words: AnswerText }),
    response: RequestView,
  }),
  previewRequestedErasure: route({
    method: 'POST',
    path: '/people/:person/requests/:request/erasure/preview',
    auth: 'session',
    params: path,
    query: empty,
    summary:
      'What carrying out a request for erasure that counts would take away, counted by parameter and day (another privacy officer or owner). Changes nothing; the person reads that it was looked at. 404 when there is none, 409 when it does not count, is answered, or asks for something else; 429 after thirty within an hour.',
    body: z.strictObject({ zone }),
    response: ErasurePreview,
  }),
  carryOutErasure: route({
    method: 'POST',
    path: '/people/:person/requests/:request/erasure',
    auth: 'session',
    params: path,
    query: empty,
    status: 201,
    summary:
      'Carries out a request for erasure that counts, for ever, exactly as the person could erase it themself (another privacy officer or owner), with the password and code of who does it. What is kept on the basis of a contract or a legal obligation stays. `zone`: whose days the days of the request are. It answers nothing: that is done when the erasure is `verified`. As `erase`, and as `previewRequestedErasure`.',
    body: z.strictObject({ ...proof, zone }),
    response: ErasureView,
  }),
  carryOutCorrection: route({
    method: 'POST',
    path: '/people/:person/requests/:request/corrections',
    auth: 'session',
    params: path,
    query: empty,
    status: 201,
    summary:
      'Carries out a request for rectification that counts: corrects one record of what the person entered, exactly as they could themself (another privacy officer or owner), with the password and code of who does it. `reads` says how the record reads now, `at` to the minute, and has to fit one record of that UTC day; nothing more of it is answered, and the person reads that it was looked at. 404 when none reads so; 409 when several do, when it was observed, and as `correct`.',
    body: z.strictObject({
      ...proof,
      parameter: ParameterId,
      day: ReadableDay,
      reads: CorrectionValues,
      values: CorrectionValues,
      words: AnswerText,
    }),
    /** The record, as the person finds it among what was corrected. */
    response: z.strictObject({ correction: RequestId }),
  }),
  agreeToRequest: route({
    method: 'POST',
    path: '/people/:person/requests/:request/agreement',
    auth: 'session',
    params: path,
    query: empty,
    summary:
      "Agrees to a representative's request (the person alone), with the password and code as for filing. It then waits for a device like one's own. 404 when there is none, 409 when it does not wait for that.",
    body: z.strictObject(proof),
    response: RequestView,
  }),
  withdrawRequest: route({
    method: 'POST',
    path: '/people/:person/requests/:request/withdrawal',
    auth: 'session',
    params: path,
    query: empty,
    summary:
      'Withdraws, or stops, a request of oneself that is not answered. One that counts already asks for the password and code as for filing; stopping a copy, or what does not count, asks for nothing. 404 when there is none, 409 when it is answered.',
    body: z.strictObject({ password: proof.password.optional(), totp: proof.totp }),
    response: RequestView,
  }),
  confirmIdentity: route({
    method: 'POST',
    path: '/people/:person/requests/:request/identity',
    auth: 'session',
    params: path,
    query: empty,
    summary:
      'Records that the person proved in person who they are, as their computer is gone or they never had one (another privacy officer or owner). The request counts 72 hours later, unless the person stops it. 409 when it does not wait for a device, and while a computer that was enrolled 72 hours ago or earlier is active.',
    body: z.strictObject({ how: IdentityCheck, words: AnswerText }),
    response: RequestView,
  }),
  extendRequest: route({
    method: 'POST',
    path: '/people/:person/requests/:request/extension',
    auth: 'session',
    params: path,
    query: empty,
    summary:
      'Takes two further months, with the reason that the person reads (GDPR Art. 12(3)); once, and within the first month (another privacy officer or owner). 409 otherwise.',
    body: z.strictObject({ words: AnswerText }),
    response: RequestView,
  }),
  answerRequest: route({
    method: 'POST',
    path: '/people/:person/requests/:request/answer',
    auth: 'session',
    params: path,
    query: empty,
    summary:
      'Answers a request of somebody else that counts (privacy officer, owner): fulfilled, or refused with a reason of the list; both with words that the person reads. How to complain goes with a refusal by itself. 409 when it does not count or is answered.',
    body: RequestAnswer,
    response: RequestView,
  }),
};
