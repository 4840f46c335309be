import { z } from 'zod';
import { ParameterId } from '../catalog.ts';
import { DeviceId, ImageId, SessionId } from '../ids.ts';
import { DiscardReason, DropCause } from '../outcome.ts';
import { line, text } from '../text.ts';
import { UnixMs } from '../time.ts';
import { NoticeView } from './http.ts';

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
const request = <C extends string, S extends z.ZodRawShape>(command: C, shape: S) =>
  z.strictObject({ command: z.literal(command), ...shape });

export const WindowRequest = z.discriminatedUnion('command', [
  request('status', {}),
  request('start', work),
  request('stop', {}),
  request('pause', {}),
  request('resume', {}),
  request('project', work),
  request('note', { text: text(1, 2_000).trim().min(1) }),
  request('answer_idle', { answer: z.enum(['keep', 'discard']) }),
  request('show_screenshot', { image: ImageId }),
  request('drop_screenshot', { image: ImageId }),
  request('notice', {}),
  request('accept_notice', { version: z.int().min(1) }),
  request('wipe', {}),
]);
export type WindowRequest = z.infer<typeof WindowRequest>;

export const AgentStatus = z.strictObject({
  organisation: z.string(),
  person: z.string(),
  device: DeviceId,
  server: z.string(),
  agentVersion: z.string(),
  state: z.enum(['stopped', 'tracking', 'paused', 'locked', 'idle_question']),
  session: SessionId.nullable(),
  since: UnixMs.nullable(),
  work: z.strictObject({ project: z.string().nullable(), task: z.string().nullable() }),
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
    z.strictObject({ label: z.string(), level: z.string(), active: z.boolean(), why: z.string() }),
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
  }),
  policy: z.strictObject({ version: z.int(), refused: z.string().nullable() }).nullable(),
  notice: z.strictObject({ version: z.int(), acknowledged: z.boolean() }).nullable(),
  waiting: z.strictObject({
    batches: z.int(),
    bytes: z.int(),
    observations: z.partialRecord(ParameterId, z.int()),
    /** Of them: captured since the last sign of the person, and not sent before there is another, or an answer. */
    heldBack: z.int(),
    damagedFiles: z.int(),
  }),
  dropped: z.array(z.strictObject({ parameter: ParameterId, cause: DropCause, count: z.int() })),
  sent: z.strictObject({
    at: UnixMs.nullable(),
    stored: z.int(),
    discarded: z.partialRecord(DiscardReason, z.int()),
    /** The last batch that the server confirmed, literally. */
    last: z.array(z.unknown()),
  }),
  screenshots: z.array(
    z.strictObject({
      image: ImageId,
      at: UnixMs,
      releaseAt: UnixMs,
      level: z.string(),
      width: z.int(),
      height: z.int(),
    }),
  ),
  /** Where the key of what waits is kept, in words. */
  key: z.string(),
});
export type AgentStatus = z.infer<typeof AgentStatus>;

export const WipeReport = z.strictObject({
  /** The server has confirmed that this device is retired. */
  retired: z.boolean(),
  filesRemoved: z.int(),
  /** Files that could not be removed; empty when everything is gone. */
  left: z.array(z.string()),
});
export type WipeReport = z.infer<typeof WipeReport>;

export const WindowAnswer = z.discriminatedUnion('ok', [
  z.strictObject({
    ok: z.literal(true),
    said: z.string(),
    status: AgentStatus.optional(),
    notice: NoticeView.optional(),
    /** WebP, base64. */
    image: z.string().optional(),
    wiped: WipeReport.optional(),
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
