import type { ParameterId } from '../../../shared/catalog.ts';
import type { ObservationOf } from '../../../shared/events/observation.ts';
import type { BootId, ImageId, SessionId } from '../../../shared/ids.ts';
import type { DropCause } from '../../../shared/outcome.ts';
import type { Batch } from '../../../shared/protocol/messages.ts';
import type { MonoMs, UnixMs } from '../../../shared/time.ts';
import type { Permitted } from '../gate/gate.ts';

/**
 * What was recorded and is not yet acknowledged: one append-only file of encrypted records per batch (= per seq), and
 * one encrypted file per image. Bounded; survives kill -9 with at most what was not yet appended lost.
 */
export interface Spool {
  /**
   * Appends to the open batch; durable when it resolves. A new context, 60 seconds, or a full batch closes the open
   * batch and begins the next seq. A screenshot observation must have been `hold`-ed and released, never appended. The
   * stop of a session is taken once; a second one is ignored, also after a restart.
   */
  append(context: BatchContext, observations: readonly Permitted[]): Promise<void>;
  /**
   * What would be lost if this process died now: readings that go on, and belong to no batch. Replaces what was kept
   * before. Opening the spool after a death records them, except one that was appended since (same boot, parameter and
   * beginning). Costs one fsync; durable when it resolves.
   */
  keep(readings: readonly OpenReading[]): Promise<void>;
  /** Keeps a screenshot for the employee's review; it is not part of any batch until `release`. Durable. */
  hold(context: BatchContext, screenshot: HeldScreenshot, image: Uint8Array): Promise<void>;
  held(): readonly WaitingScreenshot[];
  /** The held image, for the employee to look at. Null when there is none. */
  heldImage(image: ImageId): Promise<Uint8Array | null>;
  /** Moves every held screenshot whose time has come, and that is not held back, into a batch. Returns how many. */
  release(now: UnixMs): Promise<number>;
  /** Until when it is held, from now on. Not durable: whoever opens the spool again gives the whole time again. */
  postpone(image: ImageId, releaseAt: UnixMs): void;
  /**
   * The employee dropped it, held or in a batch that is not acknowledged: the image is gone here, and its observation
   * is counted as dropped.
   */
  drop(image: ImageId): Promise<DroppedFrom>;
  /** Closes the open batch now, so that it can be sent. */
  flush(): Promise<void>;
  /** The next closed batch with a seq above `after`; null when there is none. What the uplink sends, to the letter. */
  next(after: number): Promise<SpooledBatch | null>;
  /** Every batch up to `seq` is committed on the server: forget it. */
  acknowledged(seq: number): Promise<void>;
  /**
   * The server has committed up to `seq` already (a restored or foreign spool): go on above it. `serverTime`: what the
   * server, proven, says the time is; without it a clock that leapt ahead by more than a day makes nothing too old.
   */
  rebase(committedSeq: number, serverTime?: UnixMs): Promise<void>;
  /**
   * Removes everything of the parameter that is not yet acknowledged, held screenshots included. Survivors keep their
   * seq; what is gone leaves a count. Durable when it resolves, so that a crash cannot bring it back. Of sessions the stop
   * of one whose start may have been sent stays; see `endings`.
   */
  purge(parameter: ParameterId, cause: DropCause): Promise<number>;
  /**
   * No batch is given out, and no screenshot released, that holds something observed after the moment of its boot; none:
   * nothing is held back. Holds at once and is not durable: whoever opens the spool again first says what to hold.
   */
  holdAfter(moments: readonly BootMoment[]): void;
  /**
   * Removes what was observed in the stretch and is not yet acknowledged, held screenshots included; what reaches into
   * it from before or after is shortened. Damaged files go too. Counts and durability as with `purge`. Returns how many are gone.
   */
  cutOut(stretch: BootStretch, cause: DropCause): Promise<number>;
  waiting(): SpoolWaiting;
  /**
   * Of one parameter, what there is now, the batches read anew from their files; the stop of a session, which is sent whatever the
   * policy says, is not counted. `marked`: of any parameter, in how many `marker` stands.
   */
  inspect(parameter: ParameterId, marker: string): Promise<SpoolFindings>;
  /** Deletes every file and the key. The spool cannot be used afterwards. */
  wipe(): Promise<void>;
  close(): Promise<void>;
}

/** `perhaps_sent`: its batch has been given out to be sent, by this process or perhaps by the one before it. */
export type DroppedFrom = 'here' | 'perhaps_sent' | 'not_here';

export interface BatchContext {
  readonly boot: BootId;
  readonly session: SessionId;
  readonly policyVersion: number;
}

/** Monotonic time of one boot, after `from`, up to and with `to`; null: to its end. */
export interface BootStretch {
  readonly boot: BootId;
  readonly from: MonoMs;
  readonly to: MonoMs | null;
}

export interface BootMoment {
  readonly boot: BootId;
  readonly mono: MonoMs;
}

export interface OpenReading {
  readonly context: BatchContext;
  /** As it would be if it ended now. */
  readonly observation: Permitted;
}

export interface HeldScreenshot {
  readonly observation: Permitted & { readonly parameter: 'screenshot' };
  readonly releaseAt: UnixMs;
}

/** A held screenshot as the spool reads it back, also after a restart: authenticated by the spool's own key. */
export interface WaitingScreenshot {
  readonly observation: ObservationOf<'screenshot'>;
  readonly releaseAt: UnixMs;
  /** Observed after a moment of `holdAfter`: it is not released, whatever `releaseAt` says. */
  readonly isHeldBack: boolean;
}

export interface SpooledBatch {
  readonly frame: Batch;
  /** Images that the batch names; sent before it. */
  readonly images: readonly { readonly image: ImageId; readonly digest: string; readonly bytes: Uint8Array }[];
}

export interface SpoolFindings {
  readonly inBatches: number;
  readonly held: number;
  readonly kept: number;
  readonly marked: number;
}

export interface SpoolWaiting {
  readonly batches: number;
  readonly bytes: number;
  /** In batches, held for review, and readings that are kept. */
  readonly observations: Readonly<Partial<Record<ParameterId, number>>>;
  /** How many of them are the stop of a session, which is sent whatever the policy says by now. */
  readonly stops: number;
  /** How many of them were observed after a moment of `holdAfter`. */
  readonly heldBack: number;
  /** What was recorded and will never be sent, since the start of this process. */
  readonly dropped: readonly { readonly parameter: ParameterId; readonly cause: DropCause; readonly count: number }[];
  /** Files that could not be read whole, kept apart until the next purge, eviction or wipe. */
  readonly damagedFiles: number;
}
