import type { ParameterId } from '../../../shared/catalog.ts';
import { DaylightError } from '../../../shared/errors.ts';
import type { ImageId } from '../../../shared/ids.ts';
import type { DropCause } from '../../../shared/outcome.ts';
import { HOUR, type UnixMs } from '../../../shared/time.ts';
import type { Permitted } from '../gate/gate.ts';
import type { Clock, Random } from '../ports.ts';
import { Batches } from './batches.ts';
import { BelievedTime } from './believedTime.ts';
import { evict, type SpoolBounds, spoolBounds } from './bounds.ts';
import { cutOut, purge } from './cutting.ts';
import { isStop } from './endings.ts';
import { HeldScreenshots } from './heldScreenshots.ts';
import { inspect } from './inspection.ts';
import { KeptReadings } from './keptReadings.ts';
import { Numbering } from './numbering.ts';
import { Outgoing } from './outgoing.ts';
import { recover } from './recovery.ts';
import type {
  BatchContext,
  BootMoment,
  BootStretch,
  DroppedFrom,
  HeldScreenshot,
  OpenReading,
  Spool,
  SpooledBatch,
  SpoolFindings,
  SpoolWaiting,
  WaitingScreenshot,
} from './spool.ts';
import { type Held, SpoolFolder } from './spoolFolder.ts';
import type { SpoolKey } from './spoolKey.ts';
import type { SpoolParts } from './spoolParts.ts';
import { observedUntil } from './stretch.ts';
import { isAfter, waitingIn } from './waiting.ts';

export interface SpoolOptions {
  /** A folder of the spool's own. */
  readonly folder: string;
  readonly key: SpoolKey;
  readonly clock: Clock;
  readonly random: Random;
  readonly bounds?: SpoolBounds;
  /** After how long an open batch is closed; a minute unless a script is played. */
  readonly batchMs?: number;
}

/** An open batch is closed after this long. */
const BATCH_MS = 60_000;

/**
 * Opens the spool, recovering whatever a crash has left. Throws DaylightError when its key is missing, does not fit or
 * must not be used; damaged files do not stop it.
 */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { key, folder, bounds = spoolBounds } = options;
  const existing = await key.load();
  const bytes = existing ?? (await makeKey(key, folder));
  const files = await SpoolFolder.open(folder, { key: bytes, nonce: () => options.random.bytes(12) });
  const parts = partsOf(files, options);
  const outgoing = new Outgoing(parts, await recover(parts));
  await evict(parts, bounds);
  await files.sync();
  return new DiskSpool(parts, outgoing, key, bounds);
}

async function makeKey(key: SpoolKey, folder: string): Promise<Uint8Array> {
  const files = await SpoolFolder.open(folder, { key: new Uint8Array(32), nonce: () => new Uint8Array(12) });
  if (files.hasState() || files.batches().length > 0) {
    throw new DaylightError('unavailable', `the key of the spool is missing, and what waits in ${folder} needs it`, {
      remedy: 'put the key file back, or run "daylight-agent wipe" and enrol again: what waits is then lost',
    });
  }
  return key.make();
}

function partsOf(files: SpoolFolder, { clock, batchMs = BATCH_MS }: SpoolOptions): SpoolParts {
  const time = new BelievedTime(clock);
  const numbering = new Numbering(files, time);
  const kept = new KeptReadings(files);
  const batches = new Batches(files, numbering, kept, { clock, batchMs });
  return { files, time, numbering, kept, batches, held: new HeldScreenshots(files, batches) };
}

/** Takes one operation after the other: its parts are never changed by two at once. */
class DiskSpool implements Spool {
  readonly #parts: SpoolParts;
  readonly #outgoing: Outgoing;
  readonly #key: SpoolKey;
  readonly #bounds: SpoolBounds;
  #holdAfter: readonly BootMoment[] = [];
  #queue: Promise<unknown> = Promise.resolve();
  #ended: 'closed' | 'wiped' | null = null;

  constructor(parts: SpoolParts, outgoing: Outgoing, key: SpoolKey, bounds: SpoolBounds) {
    this.#parts = parts;
    this.#outgoing = outgoing;
    this.#key = key;
    this.#bounds = bounds;
  }

  append(context: BatchContext, observations: readonly Permitted[]): Promise<void> {
    return this.#alone(async ({ batches }) => {
      // A crash can lie between a stop and the note that it was recorded: then a second one comes.
      const isSecond = (one: Permitted): boolean => isStop(one) && batches.hasStop(context.session);
      await batches.append(
        context,
        observations.filter((one) => !isSecond(one)),
      );
      await this.#evict();
    });
  }

  keep(readings: readonly OpenReading[]): Promise<void> {
    return this.#alone(({ kept }) => kept.keep(readings));
  }

  hold(context: BatchContext, { observation, releaseAt }: HeldScreenshot, image: Uint8Array): Promise<void> {
    return this.#alone(async ({ held }) => {
      await held.hold({ context, observation, releaseAt }, image);
      await this.#evict();
    });
  }

  held(): readonly WaitingScreenshot[] {
    return this.#parts.held.all().map((held) => ({
      observation: held.observation,
      releaseAt: held.releaseAt,
      isHeldBack: this.#isHeldBack(held),
    }));
  }

  heldImage(image: ImageId): Promise<Uint8Array | null> {
    return this.#alone(async ({ files, held }) => (held.get(image) === null ? null : files.readImage(image)));
  }

  release(now: UnixMs): Promise<number> {
    return this.#alone(async ({ time, numbering, held }) => {
      const due = held.all().filter((one) => one.releaseAt <= now && !this.#isHeldBack(one));
      for (const one of due) await held.release(one);
      await this.#evict();
      if (time.now() - numbering.notedAt() > HOUR) await numbering.write();
      return due.length;
    });
  }

  postpone(image: ImageId, releaseAt: UnixMs): void {
    this.#parts.held.postpone(image, releaseAt);
  }

  drop(image: ImageId): Promise<DroppedFrom> {
    return this.#alone(async ({ files, batches, held }) => {
      const waiting = held.get(image);
      const seq = waiting === null ? batches.batchOf(image) : null;
      if (waiting !== null) await held.drop(waiting, 'dropped_by_employee');
      else if (seq === null) return 'not_here';
      else await batches.drop(seq, (observation) => observation.image === image, 'dropped_by_employee');
      await files.sync();
      return seq !== null && this.#outgoing.mayBeSent(seq) ? 'perhaps_sent' : 'here';
    });
  }

  flush(): Promise<void> {
    return this.#alone(({ batches }) => batches.close());
  }

  next(after: number): Promise<SpooledBatch | null> {
    return this.#alone(({ batches }) =>
      this.#outgoing.next(after, (seq) => {
        const entry = batches.entries().get(seq);
        return entry?.seen.some((until) => isAfter(this.#holdAfter, entry.header.boot, until)) === true;
      }),
    );
  }

  acknowledged(seq: number): Promise<void> {
    return this.#alone(() => this.#outgoing.acknowledged(seq));
  }

  rebase(committedSeq: number, serverTime?: UnixMs): Promise<void> {
    return this.#alone(() => this.#outgoing.rebase(committedSeq, serverTime));
  }

  purge(parameter: ParameterId, cause: DropCause): Promise<number> {
    return this.#alone((parts) => purge(parts, this.#outgoing, parameter, cause));
  }

  holdAfter(moments: readonly BootMoment[]): void {
    this.#holdAfter = moments;
  }

  cutOut(stretch: BootStretch, cause: DropCause): Promise<number> {
    return this.#alone((parts) => cutOut(parts, stretch, cause));
  }

  waiting(): SpoolWaiting {
    return waitingIn(this.#parts, this.#holdAfter);
  }

  inspect(parameter: ParameterId, marker: string): Promise<SpoolFindings> {
    return this.#alone((parts) => inspect(parts, parameter, marker));
  }

  wipe(): Promise<void> {
    return this.#alone(async ({ files, batches, held }) => {
      this.#ended = 'wiped';
      await this.#key.destroy();
      await files.removeEverything();
      batches.clear();
      held.clear();
    });
  }

  async close(): Promise<void> {
    if (this.#ended !== null) return;
    await this.#alone(async ({ kept, batches }) => {
      await batches.close();
      await kept.catchUp();
      this.#ended = 'closed';
    });
  }

  #isHeldBack({ context, observation }: Held): boolean {
    return isAfter(this.#holdAfter, context.boot, observedUntil(observation));
  }

  #evict(): Promise<void> {
    return evict(this.#parts, this.#bounds);
  }

  /** One operation at a time, in the order in which they were asked for. */
  #alone<T>(work: (parts: SpoolParts) => Promise<T>): Promise<T> {
    const run = this.#queue.then(() => {
      if (this.#ended !== null) throw new DaylightError('gone', `the spool is ${this.#ended}`);
      return work(this.#parts);
    });
    this.#queue = run.catch(() => undefined);
    return run;
  }
}
