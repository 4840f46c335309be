import { z } from 'zod';
import { ProofPath } from '../audit/checkpoint.ts';
import { LeafNumber } from '../audit/leaf.ts';
import { hasLevel, ParameterId, parameterIds } from '../catalog.ts';
import { BootId, DeviceId, ErasureId, ImageId, OrgId, PersonId, RequestId, SessionId } from '../ids.ts';
import { DiscardReason, DropCause } from '../outcome.ts';
import { KEYS_IN_A_FRAME, SignedKeyStatement } from '../policy/keys.ts';
import { NoticeTranslation } from '../policy/translation.ts';
import { RequestStatement, WAITING_OWN_MOST, WAITING_REPRESENTED_MOST } from '../rightsRequest.ts';
import { Digest, Nonce, Signed } from '../signed.ts';
import { line } from '../text.ts';
import { MonoMs, UnixMs } from '../time.ts';
import { LeavingDate } from './http/leavingDates.ts';
import { LanguageTag, NoticeView } from './http/notice.ts';
import { DROPPED_TOLD, OPEN_PROPOSALS } from './http/proposals.ts';
import { limits } from './limits.ts';

/** The WebSocket path, subprotocol and version. */
export const AGENT_PATH = '/agent/v1';
export const SUBPROTOCOL = 'daylight.v1';
/**
 * A header of the upgrade request, and of the request for the notice before an enrolment, by which an agent says what it knows, with commas
 * between: requests of kind `copy` (others are asked in older words), frames that say what is coming (others are sent none), and notices that
 * name processors (others would take none of it, and are sent none), checkpoints of the audit tree, the ending that an order to wipe is of, what happened to data of the person, and the order to
 * wipe of an organisation that has ended (others are refused as unknown), and with which day the account ends.
 */
export const KNOWS_HEADER = 'x-daylight-knows';
export const KNOWS_COPIES = 'copies';
export const KNOWS_COMING = 'coming';
export const KNOWS_RECIPIENTS = 'recipients';
export const KNOWS_AUDIT = 'audit';
export const KNOWS_ENDINGS = 'endings';
export const KNOWS_CONCERNS = 'concerns';
export const KNOWS_ORGANISATION_ENDED = 'organisation_ended';
export const KNOWS_LEAVING = 'leaving';
/** All that this agent says of itself. */
export const KNOWS_ALL = [
  KNOWS_COPIES,
  KNOWS_COMING,
  KNOWS_RECIPIENTS,
  KNOWS_AUDIT,
  KNOWS_ENDINGS,
  KNOWS_CONCERNS,
  KNOWS_ORGANISATION_ENDED,
  KNOWS_LEAVING,
].join(', ');

/** So many of each fit into a frame. */
export const CONCERNS_TOLD = 3;

const seq = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
const count = z.int().min(0).max(1_000_000);

// ── Signed payloads ────────────────────────────────────────────────────────────────────────────────────────────────

/** Signed by the device key in context `daylight/hello/v1`. */
export const HelloPayload = z.strictObject({
  device: DeviceId,
  org: OrgId,
  /** The nonce of the server's challenge. */
  challenge: Nonce,
  /** The agent's own nonce, which the server signs in `welcome`. */
  nonce: Nonce,
  at: UnixMs,
  mono: MonoMs,
  boot: BootId,
  agentVersion: line(1, 32),
  /** The highest policy version that the device has verified; 0 when none. */
  policyVersion: z.int().min(0),
  /** The id of the policy key that the device trusts; left out: the first of the organisation. */
  policyKey: Digest.optional(),
});
export type HelloPayload = z.infer<typeof HelloPayload>;

/** Signed by the server's identity key in context `daylight/welcome/v1`. */
export const WelcomePayload = z.strictObject({
  device: DeviceId,
  org: OrgId,
  person: PersonId,
  challenge: Nonce,
  nonce: Nonce,
  serverTime: UnixMs,
  /** The highest seq committed for this device; the agent goes on with the next. 0 when none. */
  committedSeq: z.int().min(0),
});
export type WelcomePayload = z.infer<typeof WelcomePayload>;

/** A path of the server that sends it, and of no other: two slashes at its beginning would be another server. */
const OwnPath = z
  .string()
  .max(200)
  .regex(/^(\/[\w-]+)+$/, 'expected a path of this server');

/**
 * Signed by the server's identity key in context `daylight/wipe/v1`: an order for this device on this connection alone,
 * so that neither a stranger nor a recording of another connection can make a device forget what it keeps.
 */
export const WipePayload = z.strictObject({
  device: DeviceId,
  org: OrgId,
  /** The nonces of the connection, as in `welcome`. */
  challenge: Nonce,
  nonce: Nonce,
  reason: z.enum(['retired', 'person_removed']),
  /** The account ended by this ending, and the server wants to hear that everything is gone here. Sent to those who know `endings`. */
  ended: z
    .strictObject({
      ending: ErasureId,
      /** Where the certificate of it is, on this server; left out: nowhere. */
      certificate: OwnPath.optional(),
    })
    .optional(),
  at: UnixMs,
});
export type WipePayload = z.infer<typeof WipePayload>;

/**
 * Signed by the device key in context `daylight/wiped/v1`: everything of that ending is deleted on this device, the key itself with it. So it is
 * signed when the order has come, before anything goes, and given to nobody until all of it has gone.
 */
export const WipedPayload = z.strictObject({ org: OrgId, device: DeviceId, ending: ErasureId, at: UnixMs });
export type WipedPayload = z.infer<typeof WipedPayload>;

/**
 * Signed by the server's identity key in context `daylight/organisation-ended/v1`, once, before that key is destroyed with the organisation: from
 * then on every device of it is to wipe, whenever it returns. So it is of no connection, and of no device: whoever has it can do with it what has
 * been ordered, and nothing to devices of another organisation. It counts from the moment at which the ledger has it; nobody is given it before.
 */
export const OrganisationEndedPayload = z.strictObject({ org: OrgId, ending: ErasureId, at: UnixMs });
export type OrganisationEndedPayload = z.infer<typeof OrganisationEndedPayload>;

export const ReceiptState = z.strictObject({
  /** What the device is in fact doing, computed from running sensors and the spool, not from the policy. */
  state: z.enum(['active', 'off']),
  level: z.string().max(32),
  /** Why it is off (the layer that decided, or that the sensor cannot work here); null when active. */
  reason: z
    .enum([
      'policy',
      'not_understood',
      'jurisdiction',
      'review',
      'team',
      'person',
      'agreement',
      'consent',
      'objection',
      'restriction',
      'minor',
      'acknowledgement',
      'lease',
      'schedule',
      'indicator',
      'session',
      'pause',
      'lock',
      'first_use',
      'sensor_unavailable',
      'contradicts_policy',
    ])
    .nullable(),
  /** Observations of this parameter that still wait in the spool. A parameter is not `off` while there are any. */
  waiting: count,
});
export type ReceiptState = z.infer<typeof ReceiptState>;

/** What one parameter's state may say without contradicting itself. */
function receiptStateOf(parameter: ParameterId): typeof ReceiptState {
  return ReceiptState.superRefine(({ state, level, reason, waiting }, context) => {
    const bad = (field: keyof ReceiptState, message: string): void => {
      context.addIssue({ code: 'custom', path: [field], message });
    };
    if (!hasLevel(parameter, level)) {
      bad('level', `${parameter} has no such level`);
      return;
    }
    if (state === 'off') {
      if (level !== 'off') bad('level', 'what is off is at level off');
      if (reason === null || reason === 'contradicts_policy') bad('reason', 'what is off says which layer decided');
      return;
    }
    if (reason !== null && reason !== 'contradicts_policy') bad('reason', 'what is active has no reason to be off');
    const isDeleting = reason === 'contradicts_policy' && waiting > 0;
    if (level === 'off' && !isDeleting) bad('level', 'active at level off only while something forbidden still waits');
  });
}

/** Signed by the device key in context `daylight/receipt/v1`. */
export const ReceiptPayload = z.strictObject({
  device: DeviceId,
  policyHash: Digest,
  policyVersion: z.int().min(1),
  /** The revision of the person's own terms that the lease in force holds; 0 without a lease. */
  terms: z.int().min(0),
  at: UnixMs,
  /** Whether the person is tracking now. Without a session, observed parameters are off for that reason alone. */
  tracking: z.boolean(),
  parameters: z.strictObject(
    Object.fromEntries(parameterIds.map((id) => [id, receiptStateOf(id)])) as Record<ParameterId, typeof ReceiptState>,
  ),
});
export type ReceiptPayload = z.infer<typeof ReceiptPayload>;

/** Signed by the device key in context `daylight/acknowledgement/v1`: this person was shown this notice. */
export const AcknowledgementPayload = z.strictObject({
  org: OrgId,
  person: PersonId,
  device: DeviceId,
  noticeVersion: z.int().min(1),
  policyHash: Digest,
  /** The revision of the person's own terms by which the notice was shown: what it says is left out for them. 0 without a lease. */
  terms: z.int().min(0),
  /** Of the text that was shown. Left out: the device had not had it from the server, and showed the policy in words of its own. */
  noticeHash: Digest.optional(),
  /** In which language it was shown, where that was not the one that counts; `noticeHash` is of the text that counts all the same. */
  language: LanguageTag.optional(),
  /** Of the very translation that was shown, where the server has had it kept. */
  translationHash: Digest.optional(),
  /** They did not only read it but agree to what it takes from them. Left out: they read it, and their old terms stay. */
  agreed: z.literal(true).optional(),
  at: UnixMs,
});
export type AcknowledgementPayload = z.infer<typeof AcknowledgementPayload>;

/**
 * Signed by the device key in context `daylight/request/v1`: the person was shown this request here, and said that it is theirs, or
 * that it is not. `content` is the SHA-256 of `statementText`, made by the agent from what it has shown.
 */
export const RequestAnswerPayload = z.strictObject({
  org: OrgId,
  person: PersonId,
  device: DeviceId,
  request: RequestId,
  content: Digest,
  answer: z.enum(['yes', 'no']),
  at: UnixMs,
});
export type RequestAnswerPayload = z.infer<typeof RequestAnswerPayload>;

/**
 * Signed by the device key in context `daylight/consent/v1`: this person gives their consent here, or takes it back. `shown`: SHA-256 of
 * the canonical JSON of what they were asked (`AskedConsent`); null: they withdraw.
 */
export const ConsentPayload = z.strictObject({
  org: OrgId,
  person: PersonId,
  device: DeviceId,
  parameter: ParameterId,
  shown: Digest.nullable(),
  at: UnixMs,
});
export type ConsentPayload = z.infer<typeof ConsentPayload>;

// ── Frames from the agent ──────────────────────────────────────────────────────────────────────────────────────────

/** Answers the challenge; must be the first frame, except that `wiped` may stand in its place. */
export const Hello = z.strictObject({ type: z.literal('hello'), hello: Signed });

/**
 * What was observed in at most about a minute. `observations` is checked item by item, after the frame: one bad item is
 * discarded and the rest stored. `dropped` accounts for what was recorded under this seq and will never be sent.
 */
export const Batch = z.strictObject({
  type: z.literal('batch'),
  seq,
  boot: BootId,
  /** Null only in a batch that carries no observation. */
  session: SessionId.nullable(),
  policyVersion: z.int().min(1),
  observations: z.array(z.unknown()).max(limits.batchObservations),
  dropped: z.array(z.strictObject({ parameter: ParameterId, cause: DropCause, count })).max(64),
});
export type Batch = z.infer<typeof Batch>;

/** Announces an image; its bytes follow in binary frames, and a later batch must name it. */
export const ImageStart = z.strictObject({
  type: z.literal('image'),
  image: ImageId,
  bytes: z.int().min(64).max(limits.imageBytes),
  digest: Digest,
});

/** What the device is doing now; sent after every policy, and whenever its content changes. */
export const Receipt = z.strictObject({ type: z.literal('receipt'), receipt: Signed });

export const Acknowledge = z.strictObject({ type: z.literal('acknowledge'), acknowledgement: Signed });

/** Gives or withdraws consent. What comes of it is in the next lease. */
export const ConsentFrame = z.strictObject({ type: z.literal('consent'), consent: Signed });

/** Whether a request that the server asked about is the person's own. */
export const AnswerRequest = z.strictObject({ type: z.literal('answer_request'), answer: Signed });
/** Answers `self_test`: a `SelfTestReport` (selfTest.ts). */
export const SelfTestAnswer = z.strictObject({ type: z.literal('self_test_report'), report: Signed });
/** Asks for the text of the notice in force; `have` is the hash of the one that the device holds. */
export const ReadNotice = z.strictObject({ type: z.literal('read_notice'), have: Digest.nullable() });

/** Asks for proof that the audit tree of `to` entries begins with that of `from`; answered by `consistency`. */
export const ReadConsistency = z.strictObject({
  type: z.literal('read_consistency'),
  from: LeafNumber,
  to: LeafNumber,
});

/** The agent is being uninstalled: retire this device for good. */
export const Retire = z.strictObject({ type: z.literal('retire') });

/** In place of `hello`, from a device that has no key any more: everything is deleted there. Answered by `bye`, with reason `retired` when it was heard. */
export const WipedFrame = z.strictObject({ type: z.literal('wiped'), wiped: Signed });

export const AgentFrame = z.discriminatedUnion('type', [
  Hello,
  WipedFrame,
  Batch,
  ImageStart,
  Receipt,
  Acknowledge,
  ConsentFrame,
  AnswerRequest,
  SelfTestAnswer,
  ReadNotice,
  ReadConsistency,
  Retire,
]);
export type AgentFrame = z.infer<typeof AgentFrame>;

// ── Frames from the server ─────────────────────────────────────────────────────────────────────────────────────────

export const Challenge = z.strictObject({
  type: z.literal('challenge'),
  protocol: z.literal(1),
  nonce: Nonce,
  serverTime: UnixMs,
});

/** From the key that the device trusts to the one that signs now, oldest first; left out when that is the same. */
const keys = z.array(SignedKeyStatement).min(1).max(KEYS_IN_A_FRAME).optional();

export const Welcome = z.strictObject({
  type: z.literal('welcome'),
  welcome: Signed,
  keys,
  policy: Signed,
  lease: Signed,
});

/**
 * A newly published policy, or the same one with a new lease (`policy` null), or signed anew by a new key. The agent answers
 * with a receipt.
 */
export const PolicyPush = z.strictObject({ type: z.literal('policy'), keys, policy: Signed.nullable(), lease: Signed });

/**
 * A newly published policy that lowers something, ahead of the `policy` frame that brings it with its lease: a lease is made for
 * each device, and what is switched off waits for none. What it raises waits. The agent answers with a receipt, and answers that
 * `policy` frame with another only where it says something else.
 */
export const Lowering = z.strictObject({ type: z.literal('lowering'), policy: Signed });

/** The text of the notice in force, which was stored before it is sent; null: it is the one that the device has, or `tooLarge`. Sent when asked for, and to agents that know `recipients` when another edition is there. */
export const Notice = z.strictObject({
  type: z.literal('notice'),
  notice: NoticeView.nullable(),
  /** It does not fit into a frame: what the device has is another one. Sent to agents that know `recipients`. */
  tooLarge: z.literal(true).optional(),
  /** What the organisation translated itself, as far as it fits into a frame. Left out: nothing. */
  translations: z.array(NoticeTranslation).optional(),
});

/** The batch is committed. Sent only after the commit is on disk. `duplicate`: this seq was committed before. */
export const Ack = z.strictObject({
  type: z.literal('ack'),
  seq,
  duplicate: z.boolean(),
  stored: count,
  discarded: z.partialRecord(DiscardReason, count),
});
export type Ack = z.infer<typeof Ack>;

/** The batch was not taken: `expected` is the seq to go on with. Nothing was stored. */
export const Resend = z.strictObject({ type: z.literal('resend'), expected: seq });

/** The same person started a session on another device: stop this one. */
export const StopSession = z.strictObject({
  type: z.literal('stop_session'),
  session: SessionId,
  at: UnixMs,
  /** Where they started. */
  device: DeviceId,
});

/** What the person is asked about on their devices; its organisation and person are those of the device. */
export const WaitingRequest = RequestStatement.omit({ org: true, person: true });
export type WaitingRequest = z.infer<typeof WaitingRequest>;

/**
 * Requests in the person's name that wait for "that was me" or "that was not me": all of them, each time. Sent after `welcome` when
 * there are any, and whenever they have changed.
 */
export const RequestsFrame = z.strictObject({
  type: z.literal('requests'),
  waiting: z.array(WaitingRequest).max(WAITING_OWN_MOST + WAITING_REPRESENTED_MOST),
});
/**
 * What has a date and is not published yet, next first, and what had one and does not come: all of it each time, for everyone the same. To
 * be read, and no reason to collect anything: it is not signed, and a policy follows on its day. Sent after `welcome` to those who know it, and whenever it has changed.
 */
export const ComingFrame = z.strictObject({
  type: z.literal('coming'),
  asOf: UnixMs,
  scheduled: z
    .array(
      z.strictObject({
        number: z.int(),
        due: UnixMs,
        reason: z.string(),
        /** The whole document, read by the agent as far as it understands it. */
        policy: z.record(z.string().max(64), z.unknown()),
      }),
    )
    .max(OPEN_PROPOSALS),
  /** `state`: one of those of `GET /policy/coming`. */
  dropped: z
    .array(
      z.strictObject({
        number: z.int(),
        due: UnixMs,
        reason: z.string(),
        state: z.string().max(32),
        endedAt: UnixMs,
      }),
    )
    .max(DROPPED_TOLD),
  /** Of both together: so many did not fit. */
  more: z.int().min(0),
});
export type ComingFrame = z.infer<typeof ComingFrame>;

/**
 * The notice that the person acknowledged last, on any computer, as they were told it: with what was left out for them then. Null: none
 * yet. By it they are shown what is new in another one. Sent as `coming` is, to the same agents, and whenever it has changed.
 */
export const LastNotice = z.strictObject({
  type: z.literal('last_notice'),
  notice: z
    .strictObject({
      version: z.int().min(1),
      at: UnixMs,
      /** The whole document, read by the agent as far as it understands it. */
      policy: z.record(z.string().max(64), z.unknown()),
    })
    .nullable(),
});
export type LastNotice = z.infer<typeof LastNotice>;

/**
 * What happened to data of the person, newest first: incidents that they were told of, and when whoever runs the server was let in to look. To be
 * read. Sent as `coming` is, to agents that know `concerns`, and whenever it has changed.
 */
export const ConcernsFrame = z.strictObject({
  type: z.literal('concerns'),
  incidents: z.array(z.strictObject({ number: z.int(), at: UnixMs, words: z.string().max(4_000) })).max(CONCERNS_TOLD),
  operators: z
    .array(
      z.strictObject({
        at: UnixMs,
        until: UnixMs,
        /** Ended before its time. */
        closedAt: UnixMs.nullable(),
        /** Null, as the reason, where it cannot be opened any more. */
        by: z.string().nullable(),
        reason: z.string().nullable(),
      }),
    )
    .max(CONCERNS_TOLD),
});
export type ConcernsFrame = z.infer<typeof ConcernsFrame>;

/**
 * With which day the account of the person ends by itself; null: with none. To be read. Sent as `coming` is, to agents that know `leaving`,
 * and whenever it has changed.
 */
export const LeavingFrame = z.strictObject({
  type: z.literal('leaving'),
  leaving: LeavingDate.omit({ setByName: true }).nullable(),
});
export type LeavingFrame = z.infer<typeof LeavingFrame>;

/**
 * The audit tree as it is (`Checkpoint`). Sent after `welcome` to agents that know `audit`, and with each renewal of the lease. `restored`: the
 * last restore from a backup (`RestoreEpoch`), where there was one.
 */
export const CheckpointFrame = z.strictObject({
  type: z.literal('checkpoint'),
  checkpoint: Signed,
  restored: Signed.optional(),
});
export type CheckpointFrame = z.infer<typeof CheckpointFrame>;

export const Consistency = z.strictObject({
  type: z.literal('consistency'),
  from: LeafNumber,
  to: LeafNumber,
  path: ProofPath,
});
export type Consistency = z.infer<typeof Consistency>;

/** Asks the device to prove that a parameter is off there: a `SelfTestRequest` (selfTest.ts). Answered by `self_test_report`, in their order. */
export const SelfTestAsked = z.strictObject({ type: z.literal('self_test'), request: Signed });

/**
 * This device is retired: delete keys, spool and settings, then answer by closing. Comes at any time after `hello`, in
 * place of `welcome` when the device was retired before; the signature is its proof either way.
 */
export const Wipe = z.strictObject({ type: z.literal('wipe'), wipe: Signed });

/**
 * In place of `welcome` and `wipe`: the organisation has ended, and the device deletes everything. `certificate` is not signed, as nobody is left who
 * could sign it; it leads nowhere but to this server.
 */
export const OrganisationEnded = z.strictObject({
  type: z.literal('organisation_ended'),
  order: Signed,
  certificate: OwnPath.optional(),
});

/** The last frame before the server closes. */
export const Bye = z.strictObject({
  type: z.literal('bye'),
  reason: z.enum([
    'bad_frame',
    'bad_handshake',
    'unknown_device',
    'retired',
    'too_large',
    'too_fast',
    'replaced', // the same device connected again
    'shutting_down',
    'unavailable',
  ]),
  message: z.string().max(300),
  /** Whether connecting again later can help. */
  retry: z.boolean(),
});
export type Bye = z.infer<typeof Bye>;

export const ServerFrame = z.discriminatedUnion('type', [
  Challenge,
  Welcome,
  PolicyPush,
  Lowering,
  Notice,
  Ack,
  Resend,
  StopSession,
  RequestsFrame,
  ComingFrame,
  LeavingFrame,
  LastNotice,
  ConcernsFrame,
  CheckpointFrame,
  Consistency,
  SelfTestAsked,
  Wipe,
  OrganisationEnded,
  Bye,
]);
export type ServerFrame = z.infer<typeof ServerFrame>;

// ── Image chunks (binary frames) ───────────────────────────────────────────────────────────────────────────────────

/** 16 bytes of image id, then the chunk's index as an unsigned 32-bit big-endian number, then the bytes. */
export const IMAGE_CHUNK_HEADER = 20;
