import type { ParameterId } from '../../shared/catalog.ts';
import type { BootId, ImageId, SessionId } from '../../shared/ids.ts';
import type { LayerName } from '../../shared/policy/resolve.ts';
import type { ReceiptPayload } from '../../shared/protocol/messages.ts';
import type { UnixMs } from '../../shared/time.ts';
import type { Gate, GateDeps } from './gate/gate.ts';
import type { PolicyCache } from './gate/policyCache.ts';
import type { Clock, Indicator, Platform, Random } from './ports.ts';
import type { RecorderJournal } from './recorderJournal.ts';
import type { Spool } from './spool/spool.ts';

/**
 * The recording half of the agent: session, gate, sensors, sampler and receipts, from the employee's commands and the
 * policy cache into the spool. Knows nothing of networks, keys or files.
 */
export interface Recorder {
  /** Begins a session. Refused with a sentence when the policy, the lease or a running session forbids it. */
  start(work?: Work): Promise<CommandResult>;
  stop(): Promise<CommandResult>;
  pause(): Promise<CommandResult>;
  resume(): Promise<CommandResult>;
  setWork(work: Work): Promise<CommandResult>;
  note(text: string): Promise<CommandResult>;
  /** Idle prompt answered: keep the time, or cut it out as a gap. */
  answerIdle(answer: 'keep' | 'discard'): Promise<CommandResult>;
  dropScreenshot(image: ImageId): Promise<CommandResult>;
  /** The server says that this person started elsewhere. */
  stoppedElsewhere(session: SessionId, at: UnixMs): Promise<void>;
  /**
   * The policy cache has changed: stops the sensors of what is now off, purges its spool, and only then resolves. The
   * receipt that follows is computed from the sensors that run and from the spool.
   */
  policyChanged(): Promise<void>;
  /** What this device is in fact doing now. */
  receipt(): Omit<ReceiptPayload, 'device'> | null;
  /** Called whenever `receipt()` would say something else than before (times aside). */
  onReceiptChange(callback: () => void): () => void;
  status(): RecorderStatus;
  /** Closes the session at the last evidence with the cause given and stops every sensor. */
  close(cause: 'shutdown'): Promise<void>;
}

export interface RecorderDeps {
  readonly platform: Platform;
  readonly policies: PolicyCache;
  /** Opened, and not yet read by anything that sends: `createRecorder` first purges what the policy forbids. */
  readonly spool: Spool;
  readonly journal: RecorderJournal;
  readonly indicator: Indicator;
  readonly clock: Clock;
  readonly random: Random;
  /** A new id for every run of the process. */
  readonly boot: BootId;
  readonly agentVersion: string;
  /** Only for proving what an agent with another gate would have to admit. */
  readonly gate?: (deps: GateDeps) => Gate;
}

/**
 * Resolves when nothing is left in the spool that the verified policy forbids and a session that a crash left open is
 * closed at its last evidence. Only then may anything be sent.
 */
export type CreateRecorder = (deps: RecorderDeps) => Promise<Recorder>;

export interface Work {
  readonly project: string | null;
  readonly task: string | null;
}

export type CommandResult =
  | { readonly ok: true; readonly said: string }
  | { readonly ok: false; readonly problem: string; readonly remedy: string };

export interface RecorderStatus {
  readonly state: 'stopped' | 'tracking' | 'paused' | 'locked' | 'idle_question';
  readonly session: SessionId | null;
  readonly since: UnixMs | null;
  readonly work: Work;
  readonly parameters: Readonly<
    Record<
      ParameterId,
      {
        readonly level: string;
        readonly active: boolean;
        readonly off: LayerName | 'sensor_unavailable' | null;
        readonly why: string;
      }
    >
  >;
  /** In words: sensors that cannot work here, and what to do about it. */
  readonly sensors: readonly { readonly sensor: string; readonly works: boolean; readonly words: string }[];
  /** How often each sensor has been called since the process began. */
  readonly calls: Readonly<Partial<Record<ParameterId, number>>>;
}
