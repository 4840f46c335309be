import { z } from 'zod';
import { ParameterId, Purpose } from '../catalog.ts';
import { DeviceId, ErasureId, ImageId, RequestId, SessionId } from '../ids.ts';
import { DiscardReason, DropCause } from '../outcome.ts';
import { KeptRule } from '../policy/agreed.ts';
import { consentCounts } from '../policy/askedConsent.ts';
import { ChangeText } from '../policy/changeWords.ts';
import { LawfulBasis } from '../policy/policy.ts';
import { Representative, RequestContent } from '../rightsRequest.ts';
import { Role } from '../roles.ts';
import { Digest, PublicKey, Signed } from '../signed.ts';
import { line, text } from '../text.ts';
import { Day, SECOND, UnixMs } from '../time.ts';
import { WorkedStretch } from '../worked.ts';
import { LanguageTag, NoticeInLanguage, NoticeView } from './http/notice.ts';
import { ConcernsFrame, LeavingFrame } from './messages.ts';
import { SelfTestReport } from './selfTest.ts';

/**
 * What the employee's window, and the command line, ask of the agent that runs on the same computer: one JSON object a
 * line over a socket that only the employee's account can open, answered in order, one line each.
 */

/** One request; longer is refused. */
export const REQUEST_BYTES = 16 * 1024;
/** One answer: a screenshot of 2 MiB in base64, and words. */
export const ANSWER_BYTES = 4 * 1024 * 1024;

const name = line(1, 200).nullable();
const work = { project: name, task: name };
const read = {
  version: z.int().min(1),
  hash: Digest.optional(),
  language: LanguageTag.optional(),
  translation: Digest.optional(),
};
const request = <C extends string, S extends z.ZodRawShape>(command: C, shape: S) =>
  z.strictObject({ command: z.literal(command), ...shape });

/** What lets a first use begin: that it was in front of the person, or that they say that they have seen it. */
export const FirstUseNeeds = z.enum(['shown', 'seen']);

const pageRequests = [
  request('status', {}),
  request('start', work),
  request('stop', {}),
  request('pause', {}),
  request('resume', {}),
  request('project', work),
  request('note', { text: text(1, 2_000).trim().min(1) }),
  request('answer_idle', { answer: z.enum(['keep', 'discard']) }),
  /** Keeps the time away up to this moment, and discards the rest of it. */
  request('split_idle', { at: UnixMs }),
  request('show_screenshot', { image: ImageId }),
  request('drop_screenshot', { image: ImageId }),
  /** Left out: in English, which is the text that counts. */
  request('notice', { language: LanguageTag.optional() }),
  /** What was shown; `hash` and `translation`, by their hashes, left out: what is there now. */
  request('accept_notice', read),
  /** Agrees to what the notice takes from the person, which is an act apart from having read it; `hash` as above. */
  request('agree', read),
  /** Consents to what was shown of it; `shown` as in the status. */
  request('consent', { parameter: ParameterId, shown: Digest }),
  request('withdraw_consent', { parameter: ParameterId }),
  /** What is asked before its first use was in front of the person (`shown`), or they said that they have seen it; `shown` as in the status. */
  request('first_use', { parameter: ParameterId, shown: Digest, how: FirstUseNeeds }),
  /** Tries whether anything of the parameter can come into being here; nothing real is read. */
  request('prove', { parameter: ParameterId }),
  /** `digest`: of what was shown of it, so that nobody answers anything else. */
  request('answer_request', { request: RequestId, digest: Digest, answer: z.enum(['yes', 'no']) }),
] as const;

/** What the employee's page may ask. What ends this installation, or opens another window, is asked from outside it. */
export const PageRequest = z.discriminatedUnion('command', [...pageRequests]);
export type PageRequest = z.infer<typeof PageRequest>;

export const WindowRequest = z.discriminatedUnion('command', [
  ...pageRequests,
  /** A one-time address of the employee's page, for a browser on this computer. */
  request('window', {}),
  request('wipe', {}),
]);
export type WindowRequest = z.infer<typeof WindowRequest>;

/** Why something is collected, for how long it is kept, and who may see it besides the person. */
export const Terms = z.strictObject({
  purpose: Purpose,
  basis: LawfulBasis,
  retentionDays: z.int(),
  viewers: z.array(Role),
});
export type Terms = z.infer<typeof Terms>;

/** What is about to be recorded on this computer for the first time, or by wider terms than it was shown: off until it was shown. */
export const FirstUseView = z.strictObject({
  parameter: ParameterId,
  label: z.string(),
  level: z.string(),
  text: z.string(),
  terms: Terms,
  /** Of all that is shown. */
  shown: Digest,
  needs: FirstUseNeeds,
});
export type FirstUseView = z.infer<typeof FirstUseView>;

/** What was not recorded, or not kept, on one day where the computer is: counts without content, which never leave it. */
export const NotRecordedDay = z.strictObject({
  day: Day,
  /** For how long of the tracked time something that the organisation collects was off, and why. */
  off: z.array(z.strictObject({ parameter: ParameterId, why: z.string(), seconds: z.int() })),
  dropped: z.array(z.strictObject({ parameter: ParameterId, words: z.string(), count: z.int() })),
  /** By the server. */
  refused: z.array(z.strictObject({ reason: DiscardReason, count: z.int() })),
  /** How often a rule of the organisation, or a list that Daylight always goes by, hid what came to the front. */
  hidden: z.array(z.strictObject({ by: z.enum(['app', 'site', 'list']), rule: z.string(), count: z.int() })),
});
export type NotRecordedDay = z.infer<typeof NotRecordedDay>;

/** What is new in a notice that waits to be acknowledged, in words of one language: to be shown before its text. */
export const NoticeNews = z.strictObject({
  language: LanguageTag,
  title: z.string(),
  /** Against what it is compared; or that all of it is new, or nothing, or that nobody here can say. */
  lead: z.string(),
  change: ChangeText.nullable(),
  /** What stands above the whole text, which follows. */
  whole: z.string(),
});
export type NoticeNews = z.infer<typeof NoticeNews>;

export const AgentStatus = z.strictObject({
  organisation: z.string(),
  person: z.string(),
  device: DeviceId,
  server: z.string(),
  agentVersion: z.string(),
  state: z.enum(['stopped', 'tracking', 'paused', 'locked', 'idle_question']),
  session: SessionId.nullable(),
  /** When the session began. */
  since: UnixMs.nullable(),
  /** Since when it is paused or locked; null in every other state. */
  haltedSince: UnixMs.nullable(),
  work: z.strictObject({ project: z.string().nullable(), task: z.string().nullable() }),
  /** Working time of the last two days, in order, without what was paused, locked, slept or discarded; the open one is last. */
  worked: z.array(WorkedStretch),
  /**
   * Time away that is asked about. `isHeld`: what was captured in it is here and held back, until `deletedAt` unless it
   * is kept (null: nobody has come back yet, or it is gone).
   */
  idle: z
    .strictObject({ since: UnixMs, returned: UnixMs.nullable(), isHeld: z.boolean(), deletedAt: UnixMs.nullable() })
    .nullable(),
  /** Whether something shows the employee that recording is on; without it nothing is observed. */
  visible: z.boolean(),
  parameters: z.record(
    ParameterId,
    z.strictObject({
      label: z.string(),
      level: z.string(),
      active: z.boolean(),
      /** It would be recorded if this were there; null where that is not what it lacks. */
      needs: z.literal('browser_extension').nullable(),
      why: z.string(),
      /** Null: the policy does not collect it. */
      terms: Terms.nullable(),
    }),
  ),
  /** When observing, and tracking at all, stop by themselves unless the server is heard of again. Null: no policy yet. */
  until: z.strictObject({ observed: UnixMs, entered: UnixMs }).nullable(),
  sensors: z.array(z.strictObject({ sensor: z.string(), works: z.boolean(), words: z.string() })),
  /** How often a sensor was called for the parameter since the agent was started: what is off is not called. */
  calls: z.partialRecord(ParameterId, z.int()),
  connection: z.strictObject({
    kind: z.enum(['not_started', 'connecting', 'handshake', 'online', 'waiting', 'refused', 'closed']),
    words: z.string(),
    remedy: z.string().nullable(),
    /** When the server was last heard of; null when it never was. */
    heardAt: UnixMs.nullable(),
  }),
  policy: z.strictObject({ version: z.int(), publishedAt: UnixMs }).nullable(),
  /** Why the last policy, or the last confirmation of it, is not used or not wholly; null when it is. */
  refused: z.strictObject({ why: z.string(), words: z.string(), remedy: z.string() }).nullable(),
  /** What the server has proved of its record of who looked. `size`, `at`: null of a server that is older than such proofs. */
  audit: z.strictObject({ isDoubted: z.boolean(), size: z.int().nullable(), at: UnixMs.nullable() }).optional(),
  notice: z
    .strictObject({
      version: z.int(),
      /** Of the text that the server has sent for it; null before it has, while the agent tells of it in its own words. */
      hash: Digest.nullable(),
      /** That nothing in it waits to be acknowledged on this computer; this very notice may never have been. */
      acknowledged: z.boolean(),
      /** The notice that the person acknowledged last, on any computer. Null: none, or nobody has said. */
      last: z.strictObject({ version: z.int(), at: UnixMs }).nullable(),
      /** What was acknowledged and counts only from then on: until then the person may object. */
      coming: z.array(z.strictObject({ parameter: ParameterId, level: z.string(), from: UnixMs })),
      /** Old terms that stay for the person, because they have not agreed to what the policy took since; null: none. */
      agreement: z
        .strictObject({
          keeps: z.array(KeptRule),
          /** They have agreed, and it binds them from then on. */
          pending: z.strictObject({ version: z.int(), from: UnixMs }).nullable(),
        })
        .nullable(),
    })
    .nullable(),
  /** What has a date and is not published yet, and what had one and does not come: the same for everyone. Null: nothing was heard of it. */
  dated: z
    .strictObject({
      /** Of when that is; null: of now. */
      asOf: UnixMs.nullable(),
      /** Next first. `change`: null where what is here now, or what is to come, is beyond this version. */
      scheduled: z.array(
        z.strictObject({ number: z.int(), due: UnixMs, reason: z.string(), change: ChangeText.nullable() }),
      ),
      dropped: z.array(z.strictObject({ number: z.int(), due: UnixMs, reason: z.string(), state: z.string() })),
      /** So many did not fit. */
      more: z.int(),
    })
    .nullable(),
  /** What happened to data of the person, newest first. Left out: the server has not said. */
  concerns: ConcernsFrame.omit({ type: true }).optional(),
  /** With which day the account ends by itself; null: with none that was heard of. */
  leaving: LeavingFrame.shape.leaving.optional(),
  firstUse: z.array(FirstUseView),
  /** What rests on the consent of the person, and what of it they gave. */
  consents: z.array(
    z.strictObject({
      parameter: ParameterId,
      label: z.string(),
      level: z.string(),
      text: z.string(),
      terms: Terms,
      /** Of all that they are asked. */
      shown: Digest,
      counts: z.enum(consentCounts),
    }),
  ),
  /** Requests about their data in the person's name that wait for "that was me"; known only while the server is connected. */
  requests: z.array(
    z.strictObject({
      request: RequestId,
      digest: Digest,
      filedAt: UnixMs,
      content: RequestContent,
      representative: Representative.nullable(),
    }),
  ),
  waiting: z.strictObject({
    batches: z.int(),
    bytes: z.int(),
    observations: z.partialRecord(ParameterId, z.int()),
    /** Of them: captured since the last sign of the person, and not sent before there is another, or an answer. */
    heldBack: z.int(),
    damagedFiles: z.int(),
  }),
  dropped: z.array(z.strictObject({ parameter: ParameterId, cause: DropCause, count: z.int(), words: z.string() })),
  sent: z.strictObject({
    at: UnixMs.nullable(),
    stored: z.int(),
    discarded: z.partialRecord(DiscardReason, z.int()),
    /** The last batch that the server confirmed, literally. */
    last: z.array(z.unknown()),
  }),
  /** The newest first. */
  days: z.array(NotRecordedDay),
  screenshots: z.array(
    z.strictObject({
      image: ImageId,
      at: UnixMs,
      releaseAt: UnixMs,
      /** Taken since the last sign of the person: not sent before there is another, or an answer, and its review begins then. */
      isHeldBack: z.boolean(),
      level: z.string(),
      width: z.int(),
      height: z.int(),
    }),
  ),
  /** Where the key of what waits is kept, in words. */
  key: z.string(),
});
export type AgentStatus = z.infer<typeof AgentStatus>;

/** Who had everything deleted here: the person, or their organisation, which retired the device, removed their account, or has ended itself. */
export const WipeCause = z.enum(['employee', 'retired', 'person_removed', 'organisation_ended']);
export type WipeCause = z.infer<typeof WipeCause>;

export const WipeReport = z.strictObject({
  /** The server has confirmed that this device is retired. */
  retired: z.boolean(),
  filesRemoved: z.int(),
  /** Files that could not be removed; empty when everything is gone. */
  left: z.array(z.string()),
  /** The account has ended by this, with the address of its certificate where there is one; `answered`: the server has heard that everything is gone here. */
  ended: z.strictObject({ ending: ErasureId, certificate: z.url().nullable(), answered: z.boolean() }).optional(),
});
export type WipeReport = z.infer<typeof WipeReport>;

export const WindowAnswer = z.discriminatedUnion('ok', [
  z.strictObject({
    ok: z.literal(true),
    said: z.string(),
    status: AgentStatus.optional(),
    notice: NoticeView.optional(),
    /** Left out where it is acknowledged already. */
    news: NoticeNews.optional(),
    /** Whether it is in the language that was asked for, and which there are. */
    language: NoticeInLanguage.pick({ is: true, languages: true }).optional(),
    /** WebP, base64. */
    image: z.string().optional(),
    /** An address that opens the page once, within a minute; and a file of this account that leads a browser there. */
    window: z.strictObject({ address: z.string(), file: z.string() }).optional(),
    wiped: WipeReport.optional(),
    /** What a self-test found, and the same signed by the key of this device. */
    proof: z.strictObject({ said: SelfTestReport, report: Signed, devicePublicKey: PublicKey }).optional(),
    /** With a proof: what keeps it off, in words; empty when it is on. */
    why: z.string().optional(),
  }),
  z.strictObject({
    ok: z.literal(false),
    /** `refused`: the policy, the lease or the state of the session does not allow it. */
    kind: z.enum(['bad_request', 'refused', 'failed']),
    problem: z.string(),
    remedy: z.string(),
  }),
]);
export type WindowAnswer = z.infer<typeof WindowAnswer>;

/**
 * One line of what the page hears while it watches: the whole status at once, whenever it has changed, and every
 * REPEAT_MS anyway; and the end, of the agent or of all that it kept here. Silence for longer than SILENCE_MS means that the agent does not answer.
 */
export const WindowNews = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('status'), status: AgentStatus }),
  z.strictObject({ kind: z.literal('ended'), why: z.enum(['agent_ended', 'no_entry', 'unreachable']) }),
  z.strictObject({ kind: z.literal('wiped'), cause: WipeCause, report: WipeReport }),
]);
export type WindowNews = z.infer<typeof WindowNews>;
export const REPEAT_MS = 5 * SECOND;
export const SILENCE_MS = 15 * SECOND;

/** How the page in a browser reaches the agent over loopback; docs/WINDOW.md. */
export const windowPaths = { session: '/session', ask: '/ask', watch: '/watch', seen: '/seen' } as const;
/** The one-time token, 256 random bits in base64url, against the secret of a session. */
export const EntryRequest = z.strictObject({ token: z.string().max(64) });
export const EntryAnswer = z.strictObject({ secret: z.string().max(64) });
/** Whether the page can be seen; while it is, it says so every REPEAT_MS. */
export const SeenRequest = z.strictObject({ visible: z.boolean() });
