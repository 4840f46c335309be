import type { ParameterId } from '../../../shared/catalog.ts';
import { DaylightError } from '../../../shared/errors.ts';
import { BootId, type ImageId, SessionId } from '../../../shared/ids.ts';
import type { DropCause } from '../../../shared/outcome.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import type { Batch } from '../../../shared/protocol/messages.ts';
import { DAY, HOUR, type MonoMs, type UnixMs } from '../../../shared/time.ts';
import type { Permitted } from '../gate/gate.ts';
import type { Clock, Random } from '../ports.ts';
import { sha256 } from '../signing.ts';
import {
  accountOf,
  type BatchHeader,
  type BatchReading,
  type BatchRecord,
  recordedIn,
  type SpooledObservation,
} from './batchFile.ts';
import { endings, isStop, type SessionRecord } from './endings.ts';
import { type KeptReading, readingKey } from './keptFile.ts';
import type {
  BatchContext,
  BootMoment,
  BootStretch,
  DroppedFrom,
  HeldScreenshot,
  OpenReading,
  Spool,
  SpooledBatch,
  SpoolWaiting,
  WaitingScreenshot,
} from './spool.ts';
import { batchOfDamaged, type Held, SpoolFolder, type SpoolState, STOPS_KEPT } from './spoolFolder.ts';
import type { SpoolKey } from './spoolKey.ts';
import { observedUntil, without } from './stretch.ts';
import { addDrop, type DropLine, type DropTally, linesOf, missingFrom, type Tally, tallyOf, totalOf } from './tally.ts';

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

export interface SpoolBounds {
  readonly bytes: number;
  readonly ageMs: number;
}

export const spoolBounds: SpoolBounds = { bytes: 50_000_000, ageMs: 30 * DAY };

/** An open batch is closed after this long. */
const BATCH_MS = 60_000;
/** A clock that is further ahead than this of where time should be is not believed by itself. */
const LEAP_MS = DAY;
/** JSON of a batch's observations; leaves room in the frame for its header and for every line of `dropped`. */
const BATCH_JSON_BYTES = limits.frameBytes - 8 * 1_024;

/**
 * Opens the spool, recovering whatever a crash has left. Throws DaylightError when its key is missing, does not fit or
 * must not be used; damaged files do not stop it.
 */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { key, folder } = options;
  const existing = await key.load();
  const bytes = existing ?? (await makeKey(key, folder));
  const files = await SpoolFolder.open(folder, { key: bytes, nonce: () => options.random.bytes(12) });
  const spool = new DiskSpool(files, options);
  await spool.recover();
  return spool;
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

interface Entry {
  header: BatchHeader;
  images: ImageId[];
  /** Records in the file, observations and drops. */
  records: number;
  /** The stop of the batch's session is in it. */
  stop: boolean;
  /** When the last was seen of each thing that a sensor observed. */
  seen: MonoMs[];
}

interface Loaded {
  readonly entry: Entry;
  readonly observations: readonly SpooledObservation[];
}

interface OpenBatch {
  readonly seq: number;
  readonly since: MonoMs;
  observations: number;
  jsonBytes: number;
}

class DiskSpool implements Spool {
  readonly #files: SpoolFolder;
  readonly #key: SpoolKey;
  readonly #clock: Clock;
  readonly #bounds: SpoolBounds;
  readonly #batchMs: number;
  #state: SpoolState = { next: 1, acknowledged: 0, offset: null, last: null, stopped: [], seenAt: null };
  /** By own number, in order. A number between `acknowledged` and `next` that is not here has lost its file. */
  readonly #entries = new Map<number, Entry>();
  readonly #held = new Map<ImageId, Held>();
  #open: OpenBatch | null = null;
  /** Readings that go on. `keptBehind`: on disk there is more, which has been appended to a batch since. */
  #kept: readonly KeptReading[] = [];
  #keptBehind = false;
  #holdAfter: readonly BootMoment[] = [];
  /** Where time was last believed to be. */
  #seen: { readonly at: UnixMs; readonly mono: MonoMs };
  readonly #droppedHere: DropTally = {};
  /** The highest batch that this process has given out to be sent. */
  #givenOut = 0;
  /** The server has told this process what it has; until then it may have what another process sent. */
  #knowsServer = false;
  /** The last batch that another process had closed, and may have sent. */
  #foundClosed = 0;
  #queue: Promise<unknown> = Promise.resolve();
  #ended: 'closed' | 'wiped' | null = null;

  constructor(files: SpoolFolder, options: SpoolOptions) {
    this.#files = files;
    this.#key = options.key;
    this.#clock = options.clock;
    this.#bounds = options.bounds ?? spoolBounds;
    this.#batchMs = options.batchMs ?? BATCH_MS;
    this.#seen = { at: this.#clock.now(), mono: this.#clock.mono() };
  }

  append(context: BatchContext, observations: readonly Permitted[]): Promise<void> {
    return this.#alone(async () => {
      let rest = observations.filter((observation) => !this.#isSecondStop(context, observation));
      while (rest.length > 0) rest = rest.slice(await this.#appendSome(context, rest));
      await this.#evict();
    });
  }

  keep(readings: readonly OpenReading[]): Promise<void> {
    return this.#alone(async () => {
      const unchanged = !this.#keptBehind && JSON.stringify(readings) === JSON.stringify(this.#kept);
      if (!unchanged) await this.#writeKept(readings);
    });
  }

  hold(context: BatchContext, { observation, releaseAt }: HeldScreenshot, image: Uint8Array): Promise<void> {
    return this.#alone(async () => {
      const held: Held = { context, observation, releaseAt };
      await this.#files.writeImage(observation.image, image);
      await this.#files.writeHeld(observation.image, held);
      this.#held.set(observation.image, held);
      await this.#evict();
    });
  }

  held(): readonly WaitingScreenshot[] {
    return [...this.#held.values()].map((held) => ({
      observation: held.observation,
      releaseAt: held.releaseAt,
      isHeldBack: this.#isAfterHold(held.context.boot, observedUntil(held.observation)),
    }));
  }

  heldImage(image: ImageId): Promise<Uint8Array | null> {
    return this.#alone(async () => (this.#held.has(image) ? this.#files.readImage(image) : null));
  }

  release(now: UnixMs): Promise<number> {
    return this.#alone(async () => {
      const due = [...this.#held.values()].filter(
        ({ releaseAt, context: { boot }, observation }) =>
          releaseAt <= now && !this.#isAfterHold(boot, observedUntil(observation)),
      );
      for (const { context, observation } of due) {
        await this.#appendSome(context, [observation]);
        this.#held.delete(observation.image);
        await this.#files.removeHeld(observation.image);
      }
      await this.#evict();
      if (this.#time() - (this.#state.seenAt ?? 0) > HOUR) await this.#write(this.#state);
      return due.length;
    });
  }

  postpone(image: ImageId, releaseAt: UnixMs): void {
    const held = this.#held.get(image);
    if (held !== undefined) this.#held.set(image, { ...held, releaseAt });
  }

  drop(image: ImageId): Promise<DroppedFrom> {
    return this.#alone(async () => {
      const held = this.#held.get(image);
      const seq = held === undefined ? this.#batchOf(image) : null;
      if (held !== undefined) await this.#dropHeld(held, 'dropped_by_employee');
      else if (seq === null) return 'not_here';
      else await this.#dropFrom(seq, (observation) => observation.image === image, 'dropped_by_employee');
      await this.#files.sync();
      return seq !== null && this.#mayBeSent(seq) ? 'perhaps_sent' : 'here';
    });
  }

  flush(): Promise<void> {
    return this.#alone(() => this.#close());
  }

  next(after: number): Promise<SpooledBatch | null> {
    return this.#alone(async () => {
      if (this.#open !== null && this.#clock.mono() - this.#open.since >= this.#batchMs) await this.#close();
      const offset = await this.#anchor();
      const seq = Math.max(this.#state.acknowledged, after - offset) + 1;
      if (seq >= this.#state.next || seq === this.#open?.seq || this.#isHeldBack(seq)) return null;
      this.#givenOut = Math.max(this.#givenOut, seq);
      return this.#read(seq, offset);
    });
  }

  acknowledged(seq: number): Promise<void> {
    return this.#alone(async () => {
      const offset = await this.#anchor();
      await this.#forget(Math.min(seq - offset, this.#lastClosed()));
    });
  }

  rebase(committedSeq: number, serverTime?: UnixMs): Promise<void> {
    return this.#alone(async () => {
      this.#knowsServer = true;
      if (serverTime !== undefined) this.#seen = { at: serverTime, mono: this.#clock.mono() };
      const { offset, acknowledged } = this.#state;
      const last = this.#lastClosed();
      if (offset === null || committedSeq < acknowledged + offset) {
        // Nothing of ours is on the server, or it has gone back: what waits goes on from where it stands.
        await this.#write({ ...this.#state, offset: committedSeq - acknowledged });
      } else if (committedSeq <= last + offset) {
        await this.#forget(committedSeq - offset);
      } else {
        // A spool restored from a copy: what waits under committed numbers was sent long ago.
        await this.#forget(last);
        await this.#write({ ...this.#state, offset: committedSeq - last });
      }
      if (Math.abs(this.#time() - (this.#state.seenAt ?? 0)) > HOUR) await this.#write(this.#state);
    });
  }

  purge(parameter: ParameterId, cause: DropCause): Promise<number> {
    return this.#alone(async () => {
      let purged = 0;
      // First into a batch, so that it is counted there like everything else, and once.
      for (const { context, observation } of this.#kept.filter((kept) => kept.observation.parameter === parameter)) {
        await this.#appendSome(context, [observation]);
      }
      if (this.#files.hasKept()) await this.#scrubKept();
      const concerned = [...this.#entries].filter(([, { header }]) => (header.recorded[parameter] ?? 0) > 0);
      const left = parameter === 'session' ? endings(await this.#recordsOf(concerned)) : null;
      // The stop before what decides over it: then one that is killed leaves what a second run needs.
      for (const [seq, { header }] of concerned.toReversed()) {
        purged += await this.#reduce(
          seq,
          (observation) => {
            if (left !== null) return left(header.session, observation);
            return observation.parameter === parameter ? null : observation;
          },
          cause,
        );
      }
      if (parameter === 'screenshot') {
        for (const held of [...this.#held.values()]) {
          await this.#dropHeld(held, cause);
          purged += 1;
        }
      }
      for (const name of this.#files.damaged()) await this.#files.removeDamaged(name);
      await this.#files.sync();
      return purged;
    });
  }

  holdAfter(moments: readonly BootMoment[]): void {
    this.#holdAfter = moments;
  }

  cutOut(stretch: BootStretch, cause: DropCause): Promise<number> {
    return this.#alone(async () => {
      const isReached = ({ context, observation }: KeptReading): boolean =>
        context.boot === stretch.boot && without(observation, stretch) !== observation;
      // As in a purge: first into a batch, to be counted there.
      for (const { context, observation } of this.#kept.filter(isReached)) {
        await this.#appendSome(context, [observation]);
      }
      if (this.#files.hasKept()) await this.#scrubKept();
      let cut = 0;
      for (const [seq, { header, seen }] of this.#entries) {
        if (header.boot !== stretch.boot || !seen.some((until) => until > stretch.from)) continue;
        cut += await this.#reduce(seq, (observation) => without(observation, stretch), cause);
      }
      for (const held of [...this.#held.values()].filter(isReached)) {
        await this.#dropHeld(held, cause);
        cut += 1;
      }
      for (const name of this.#files.damaged()) await this.#files.removeDamaged(name);
      await this.#files.sync();
      return cut;
    });
  }

  waiting(): SpoolWaiting {
    const observations: Tally = {};
    const add = (id: ParameterId, count: number): void => {
      if (count > 0) observations[id] = (observations[id] ?? 0) + count;
    };
    for (const { header } of this.#entries.values()) {
      for (const [id, count] of Object.entries(header.recorded)) add(id as ParameterId, count);
    }
    add('screenshot', this.#held.size);
    for (const { observation } of this.#kept) add(observation.parameter, 1);
    return {
      batches: this.#state.next - 1 - this.#state.acknowledged,
      bytes: this.#files.bytes(),
      observations,
      stops: [...this.#entries.values()].filter(({ stop }) => stop).length,
      heldBack: this.#countHeldBack(),
      dropped: linesOf(this.#droppedHere),
      damagedFiles: this.#files.damaged().length,
    };
  }

  wipe(): Promise<void> {
    return this.#alone(async () => {
      this.#ended = 'wiped';
      await this.#key.destroy();
      await this.#files.removeEverything();
      this.#entries.clear();
      this.#held.clear();
    });
  }

  async close(): Promise<void> {
    if (this.#ended !== null) return;
    await this.#alone(async () => {
      await this.#close();
      await this.#catchUp();
      this.#ended = 'closed';
    });
  }

  // ── Recovery ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Reads every file once; called before anything else. */
  async recover(): Promise<void> {
    const { state, isWhole } = await this.#files.readState();
    const readings = new Map<number, BatchReading | null>();
    for (const seq of this.#files.batches()) readings.set(seq, await this.#files.readBatch(seq));
    if (state === null) this.#refuseForeignKey([...readings.values()]);
    this.#seen = { at: state?.seenAt ?? this.#clock.now(), mono: this.#clock.mono() };
    await this.#recoverState(state, isWhole, [...readings.keys()]);
    for (const [seq, reading] of readings) await this.#recoverBatch(seq, reading);
    await this.#recoverKept([...readings.values()]);
    await this.#recoverHeld();
    await this.#evict();
    await this.#files.sync();
  }

  #refuseForeignKey(readings: readonly (BatchReading | null)[]): void {
    const readable = readings.some(
      (reading) => reading !== null && (reading.header !== null || reading.records.length > 0),
    );
    const anything = this.#files.hasState() || readings.length > 0;
    if (!anything || readable) return;
    throw new DaylightError('unavailable', `nothing in ${this.#files.path} can be read with its key`, {
      remedy: 'put the right key file back, or run "daylight-agent wipe" and enrol again: what waits is then lost',
    });
  }

  async #recoverState(state: SpoolState | null, isWhole: boolean, seqs: readonly number[]): Promise<void> {
    const highest = Math.max(0, ...seqs);
    if (state !== null && state.next > highest) {
      this.#state = state;
      if (!isWhole) await this.#write(state);
      return;
    }
    const lowest = seqs.length === 0 ? 1 : Math.min(...seqs);
    // Without a state, the files tell where it stood; the server's committed seq corrects the rest.
    const known = state ?? { ...this.#state, acknowledged: lowest - 1 };
    await this.#write({ ...known, next: highest + 1 });
  }

  async #recoverBatch(seq: number, reading: BatchReading | null): Promise<void> {
    if (seq <= this.#state.acknowledged) {
      await this.#removeImagesOf(reading?.records ?? [], false);
      await this.#files.removeBatch(seq, false);
      return;
    }
    if (reading === null) return;
    // A drop that was recorded and not yet carried out.
    for (const record of reading.records) {
      if (record.kind !== 'dropped' || record.image === null) continue;
      await this.#files.removeHeld(record.image);
      await this.#files.removeImage(record.image, true);
    }
    if (reading.header?.closed !== false) this.#foundClosed = Math.max(this.#foundClosed, seq);
    if (!reading.whole || reading.header === null) {
      await this.#repair(seq, reading, null);
      return;
    }
    // A crash between a record and the header leaves the header behind: the records are the truth.
    const { dropped } = accountOf(reading.header, reading.records);
    const header = { ...reading.header, recorded: recordedIn(reading.records), dropped };
    this.#entries.set(seq, entryOf(header, reading.records));
    if (!reading.header.closed) await this.#closeFile(seq);
  }

  /**
   * Records the readings that were going on when the last process died, unless a batch has them already. One whose
   * batch was damaged within seconds of its end is rescued here although the batch counts it as unreadable.
   */
  async #recoverKept(readings: readonly (BatchReading | null)[]): Promise<void> {
    const kept = await this.#files.readKept();
    if (kept.length === 0) return;
    const recorded = new Set(
      readings.flatMap((reading) => {
        const boot = reading?.header?.boot;
        return boot === undefined ? [] : observationsIn(reading?.records ?? []).map((one) => readingKey(boot, one));
      }),
    );
    for (const { context, observation } of kept) {
      if (!recorded.has(readingKey(context.boot, observation))) await this.#appendSome(context, [observation]);
    }
    await this.#scrubKept();
  }

  async #recoverHeld(): Promise<void> {
    const released = new Set([...this.#entries.values()].flatMap(({ images }) => images));
    const found: Held[] = [];
    for (const image of this.#files.heldIds()) {
      const held = released.has(image) ? null : await this.#files.readHeld(image);
      const pictured = (await this.#files.readImage(image)) !== null;
      if (released.has(image)) await this.#files.removeHeld(image);
      else if (held !== null && pictured) found.push(held);
      else await this.#dropUnreadable(image, held);
    }
    for (const held of inOrderOfCapture(found)) this.#held.set(held.observation.image, held);
    for (const image of this.#files.images()) {
      if (!released.has(image) && !this.#held.has(image)) await this.#files.removeImage(image, true);
    }
  }

  async #dropUnreadable(image: ImageId, held: Held | null): Promise<void> {
    const line = { parameter: 'screenshot', cause: 'unreadable', count: 1 } as const;
    await this.#closeUnlessFor(held?.context ?? this.#lostHeader(), null);
    await this.#appendRecords(held?.context ?? this.#lostHeader(), [{ kind: 'dropped', ...line, image }]);
    this.#countHere(line);
    await this.#files.removeHeld(image);
    await this.#files.removeImage(image, true);
  }

  /**
   * Writes a damaged batch anew from what can be read; the difference to what was recorded is dropped as unreadable.
   * Without any header its records have lost their session and cannot be sent either.
   */
  async #repair(seq: number, reading: BatchReading | null, known: BatchHeader | null): Promise<Loaded> {
    await this.#catchUp();
    const header = reading?.header ?? known;
    const records = reading?.records ?? [];
    const { dropped } = accountOf(header, records);
    const observations = header === null ? [] : observationsIn(records);
    if (header === null) for (const line of linesOfTally(recordedIn(records))) addDrop(dropped, line);
    await this.#files.quarantineBatch(seq);
    for (const line of linesOf(dropped)) {
      const counted = known === null ? 0 : countOf(known.dropped, line);
      if (line.cause === 'unreadable') this.#countHere({ ...line, count: line.count - counted });
    }
    const entry = await this.#rewrite(seq, header ?? this.#lostHeader(), observations, dropped);
    return { entry, observations };
  }

  /** For a batch of which nothing is known any more: it goes out empty, so that the queue goes on. */
  #lostHeader(): BatchHeader {
    return {
      boot: this.#state.last?.boot ?? BootId.parse(unknownId),
      session: SessionId.parse(unknownId),
      policyVersion: this.#state.last?.policyVersion ?? 1,
      openedAt: this.#clock.now(),
      closed: true,
      recorded: {},
      dropped: {},
    };
  }

  // ── The open batch ───────────────────────────────────────────────────────────────────────────────────────────────

  /** Appends as many as fit into one batch, at least one; returns how many. */
  async #appendSome(context: BatchContext, observations: readonly SpooledObservation[]): Promise<number> {
    const first = observations[0];
    if (first === undefined) return 0;
    await this.#closeUnlessFor(context, first);
    const room = this.#open ?? { observations: 0, jsonBytes: 0 };
    const images = this.#open === null ? 0 : (this.#entries.get(this.#open.seq)?.images.length ?? 0);
    const fitting = observations.slice(0, fits(room, images, observations));
    const records = fitting.map((observation): BatchRecord => ({ kind: 'observation', observation }));
    const open = await this.#appendRecords(context, records);
    open.observations += fitting.length;
    open.jsonBytes += jsonBytes(fitting);
    this.#endKept(context, fitting);
    return fitting.length;
  }

  async #closeUnlessFor(context: BatchContext, next: SpooledObservation | null): Promise<void> {
    if (this.#open === null) return;
    const entry = this.#entries.get(this.#open.seq);
    const same = entry !== undefined && sameContext(entry.header, context);
    const young = this.#clock.mono() - this.#open.since < this.#batchMs;
    const room = next === null || fits(this.#open, entry?.images.length ?? 0, [next]) === 1;
    if (!same || !young || !room) await this.#close();
  }

  async #appendRecords(context: BatchContext, records: readonly BatchRecord[]): Promise<OpenBatch> {
    if (this.#open === null) return this.#begin(context, records);
    const { seq } = this.#open;
    const entry = this.#entry(seq);
    const { recorded, dropped } = plus(entry.header, records);
    const header = { ...entry.header, recorded, dropped };
    await this.#files.appendToBatch(seq, entry.records, records, header);
    entry.header = header;
    entry.records += records.length;
    entry.stop ||= observationsIn(records).some(isStop);
    entry.seen.push(...seenIn(records));
    entry.images.push(...imagesIn(records));
    return this.#open;
  }

  async #begin(context: BatchContext, records: readonly BatchRecord[]): Promise<OpenBatch> {
    const seq = this.#state.next;
    const { boot, session, policyVersion } = context;
    await this.#write({ ...this.#state, next: seq + 1, last: { boot, policyVersion } });
    const blank = { openedAt: this.#clock.now(), closed: false, recorded: {}, dropped: {} };
    const header = plus({ boot, session, policyVersion, ...blank }, records);
    await this.#files.writeBatch(seq, { header, records });
    this.#entries.set(seq, entryOf(header, records));
    this.#open = { seq, since: this.#clock.mono(), observations: 0, jsonBytes: 0 };
    return this.#open;
  }

  async #close(): Promise<void> {
    if (this.#open === null) return;
    const { seq } = this.#open;
    await this.#closeFile(seq);
    this.#open = null;
  }

  async #closeFile(seq: number): Promise<void> {
    const entry = this.#entry(seq);
    const header = { ...entry.header, closed: true };
    await this.#files.appendToBatch(seq, entry.records, [], header);
    entry.header = header;
  }

  // ── Reading for the uplink ───────────────────────────────────────────────────────────────────────────────────────

  async #read(seq: number, offset: number): Promise<SpooledBatch> {
    const { entry, observations } = await this.#load(seq);
    const images: { image: ImageId; digest: string; bytes: Uint8Array }[] = [];
    for (const image of entry.images) {
      const bytes = await this.#files.readImage(image);
      if (bytes !== null) images.push({ image, digest: sha256(bytes), bytes });
    }
    if (images.length < entry.images.length) {
      const there = new Set(images.map(({ image }) => image));
      await this.#dropFrom(seq, ({ image }) => image !== undefined && !there.has(image), 'unreadable');
      return this.#read(seq, offset);
    }
    const { boot, session, policyVersion, dropped } = entry.header;
    const frame: Batch = {
      type: 'batch',
      seq: seq + offset,
      boot,
      session: observations.length === 0 ? null : session,
      policyVersion,
      observations: [...observations],
      dropped: linesOf(dropped),
    };
    return { frame, images };
  }

  /** The batch as it is on disk now; one that was damaged or lost since it was written is repaired first. */
  async #load(seq: number): Promise<Loaded> {
    const known = this.#entries.get(seq);
    const reading = await this.#files.readBatch(seq);
    if (known === undefined && reading === null) return { entry: entryOf(this.#lostHeader(), []), observations: [] };
    const agrees = reading?.whole === true && known !== undefined && reading.records.length === known.records;
    if (!agrees) return this.#repair(seq, reading, known?.header ?? null);
    return { entry: known, observations: observationsIn(reading.records) };
  }

  // ── Removing ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Removes from one batch what `doomed` names, leaving the count; durable when the folder is synced. */
  #dropFrom(seq: number, doomed: (o: SpooledObservation) => boolean, cause: DropCause): Promise<number> {
    return this.#reduce(seq, (observation) => (doomed(observation) ? null : observation), cause);
  }

  /** Writes a batch anew with what `left` leaves of each observation; of what is gone (null) the count stays. */
  async #reduce(
    seq: number,
    left: (o: SpooledObservation) => SpooledObservation | null,
    cause: DropCause,
  ): Promise<number> {
    const { entry, observations } = await this.#load(seq);
    const reduced = observations.map((observation) => [observation, left(observation)] as const);
    if (reduced.every(([before, after]) => before === after)) return 0;
    const gone = reduced.flatMap(([before, after]) => (after === null ? [before] : []));
    const survivors = reduced.flatMap(([, after]) => (after === null ? [] : [after]));
    await this.#catchUp();
    const dropped: DropTally = structuredClone(entry.header.dropped);
    for (const [parameter, count] of Object.entries(tallyOf(gone.map((o) => o.parameter)))) {
      const line = { parameter: parameter as ParameterId, cause, count };
      addDrop(dropped, line);
      this.#countHere(line);
    }
    await this.#rewrite(seq, entry.header, survivors, dropped);
    for (const { image } of gone) if (image !== undefined) await this.#files.removeImage(image, true);
    return gone.length;
  }

  async #recordsOf(batches: readonly (readonly [number, Entry])[]): Promise<SessionRecord[]> {
    const loaded = [];
    for (const [seq, { header }] of batches) {
      const { observations } = await this.#load(seq);
      const { session } = header;
      const mayBeSent = this.#mayBeSent(seq);
      loaded.push(observations.map((observation) => ({ session, batch: seq, mayBeSent, observation })));
    }
    return loaded.flat();
  }

  async #dropHeld({ context, observation }: Held, cause: DropCause): Promise<void> {
    const { image } = observation;
    const line = { parameter: 'screenshot', cause, count: 1 } as const;
    await this.#closeUnlessFor(context, null);
    await this.#appendRecords(context, [{ kind: 'dropped', ...line, image }]);
    this.#countHere(line);
    await this.#files.removeHeld(image);
    await this.#files.removeImage(image, true);
    this.#held.delete(image);
  }

  async #rewrite(
    seq: number,
    header: BatchHeader,
    observations: readonly SpooledObservation[],
    dropped: DropTally,
  ): Promise<Entry> {
    const records: BatchRecord[] = [
      ...observations.map((observation) => ({ kind: 'observation', observation }) as const),
      ...linesOf(dropped).map((line) => ({ kind: 'dropped', ...line, image: null }) as const),
    ];
    const open = this.#open?.seq === seq;
    const rewritten = { ...header, closed: !open, recorded: recordedIn(records), dropped };
    await this.#files.writeBatch(seq, { header: rewritten, records });
    const entry = entryOf(rewritten, records);
    this.#entries.set(seq, entry);
    return entry;
  }

  async #forget(upTo: number): Promise<void> {
    if (upTo <= this.#state.acknowledged) return;
    const from = this.#state.acknowledged + 1;
    await this.#catchUp();
    const stops = [...this.#entries].flatMap(([seq, { stop, header }]) => (stop && seq <= upTo ? header.session : []));
    const stopped = [...this.#state.stopped, ...stops].slice(-STOPS_KEPT);
    // First the state: from here on a crash finds files that are no longer wanted, never a number without its file.
    await this.#write({ ...this.#state, acknowledged: upTo, stopped });
    for (let seq = from; seq <= upTo; seq += 1) {
      for (const image of this.#entries.get(seq)?.images ?? []) await this.#files.removeImage(image, false);
      await this.#files.removeBatch(seq, false);
      this.#entries.delete(seq);
    }
    for (const name of this.#files.damaged()) if (batchOfDamaged(name) <= upTo) await this.#files.removeDamaged(name);
  }

  #isAfterHold(boot: BootId, until: MonoMs | null): boolean {
    return until !== null && this.#holdAfter.some((moment) => moment.boot === boot && until > moment.mono);
  }

  #isHeldBack(seq: number): boolean {
    const entry = this.#entries.get(seq);
    return entry?.seen.some((until) => this.#isAfterHold(entry.header.boot, until)) === true;
  }

  #countHeldBack(): number {
    if (this.#holdAfter.length === 0) return 0;
    const apart = [...this.#held.values(), ...this.#kept].map(({ context, observation }) => ({
      boot: context.boot,
      seen: [observedUntil(observation) ?? 0],
    }));
    const batches = [...this.#entries.values()].map(({ header, seen }) => ({ boot: header.boot, seen }));
    return [...apart, ...batches].flatMap(({ boot, seen }) => seen.filter((until) => this.#isAfterHold(boot, until)))
      .length;
  }

  #batchOf(image: ImageId): number | null {
    return [...this.#entries].find(([, { images }]) => images.includes(image))?.[0] ?? null;
  }

  #mayBeSent(seq: number): boolean {
    const wasOnline = this.#state.offset !== null;
    return seq <= this.#givenOut || (wasOnline && !this.#knowsServer && seq <= this.#foundClosed);
  }

  async #removeImagesOf(records: readonly BatchRecord[], scrub: boolean): Promise<void> {
    for (const image of imagesIn(records)) await this.#files.removeImage(image, scrub);
  }

  // ── Bounds ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Too old, then too much: damaged files, then screenshots, then the oldest batch, until the bounds hold. */
  async #evict(): Promise<void> {
    await this.#evictOld();
    while (this.#files.bytes() > this.#bounds.bytes) {
      const damaged = this.#files.damaged()[0];
      if (damaged !== undefined) await this.#files.removeDamaged(damaged);
      else if (!(await this.#evictImage()) && !(await this.#evictBatch()) && !(await this.#foldBatch())) return;
    }
  }

  async #evictOld(): Promise<void> {
    const before = this.#time() - this.#bounds.ageMs;
    for (const [seq, { header }] of this.#entries) {
      if (header.openedAt >= before) break;
      if (totalOf(header.recorded) > 0) await this.#dropFrom(seq, () => true, 'evicted');
    }
    for (const held of [...this.#held.values()]) {
      if (held.observation.at < before) await this.#dropHeld(held, 'evicted');
    }
    for (const name of this.#files.damaged()) {
      const openedAt = this.#entries.get(batchOfDamaged(name))?.header.openedAt ?? 0;
      if (openedAt < before) await this.#files.removeDamaged(name);
    }
  }

  async #evictImage(): Promise<boolean> {
    for (const [seq, { images }] of this.#entries) {
      const oldest = images[0];
      if (oldest === undefined) continue;
      await this.#dropFrom(seq, ({ image }) => image === oldest, 'evicted');
      return true;
    }
    const held = [...this.#held.values()][0];
    if (held === undefined) return false;
    await this.#dropHeld(held, 'evicted');
    return true;
  }

  async #evictBatch(): Promise<boolean> {
    for (const [seq, { header }] of this.#entries) {
      if (totalOf(header.recorded) === 0) continue;
      if (seq === this.#open?.seq) await this.#close();
      await this.#dropFrom(seq, () => true, 'evicted');
      return true;
    }
    return false;
  }

  /** Nothing but counts is left and even they are too much: the oldest count moves into the batch after it. */
  async #foldBatch(): Promise<boolean> {
    const [oldest, second] = [...this.#entries];
    if (oldest === undefined || second === undefined) return false;
    const [seq, { header }] = oldest;
    const { observations, entry } = await this.#load(second[0]);
    const dropped: DropTally = structuredClone(entry.header.dropped);
    for (const line of linesOf(header.dropped)) addDrop(dropped, line);
    await this.#rewrite(second[0], entry.header, observations, dropped);
    await this.#files.removeBatch(seq, false);
    this.#entries.delete(seq);
    return true;
  }

  // ── Readings that go on ──────────────────────────────────────────────────────────────────────────────────────────

  /** What is in a batch now is no longer kept; on disk it may be until the batch changes or goes. */
  #endKept(context: BatchContext, observations: readonly SpooledObservation[]): void {
    const ended = new Set(observations.map((observation) => readingKey(context.boot, observation)));
    const left = this.#kept.filter((kept) => !ended.has(readingKey(kept.context.boot, kept.observation)));
    if (left.length === this.#kept.length) return;
    this.#kept = left;
    this.#keptBehind = true;
  }

  /** Before a batch is changed or forgotten: it may be what shows that a reading kept on disk has been recorded. */
  async #catchUp(): Promise<void> {
    if (this.#keptBehind) await this.#writeKept(this.#kept);
  }

  async #writeKept(readings: readonly OpenReading[] | readonly KeptReading[]): Promise<void> {
    const kept = readings.map(({ context, observation }): KeptReading => ({ context, observation }));
    await this.#files.writeKept(kept);
    this.#kept = kept;
    this.#keptBehind = false;
    // Nothing goes on: then nothing is left of it in the other slot either.
    if (kept.length === 0) await this.#files.writeKept(kept);
  }

  /** Leaves nothing in either slot of what is not kept any more. */
  async #scrubKept(): Promise<void> {
    await this.#writeKept(this.#kept);
    if (this.#kept.length > 0) await this.#files.writeKept(this.#kept);
  }

  /** A crash can lie between a stop and the note that it was recorded. */
  #isSecondStop({ session }: BatchContext, observation: SpooledObservation): boolean {
    if (!isStop(observation)) return false;
    if (this.#state.stopped.includes(session)) return true;
    return [...this.#entries.values()].some(({ stop, header }) => stop && header.session === session);
  }

  // ── Time ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * The wall clock, unless it leapt ahead: then where time should be by the monotonic clock, so that a wrong clock ages
   * nothing. Time that passes, or the server's word, makes up for it.
   */
  #time(): UnixMs {
    const [now, mono] = [this.#clock.now(), this.#clock.mono()];
    const expected = this.#seen.at + Math.max(0, mono - this.#seen.mono);
    const leapt = now > expected + LEAP_MS;
    this.#seen = { at: leapt ? expected : Math.max(now, expected), mono };
    return leapt ? expected : now;
  }

  // ── Small things ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** The offset to wire numbers; asking for a batch before the server said where it stands means that it stands at 0. */
  async #anchor(): Promise<number> {
    if (this.#state.offset !== null) return this.#state.offset;
    await this.#write({ ...this.#state, offset: 0 });
    return 0;
  }

  #lastClosed(): number {
    return this.#state.next - (this.#open === null ? 1 : 2);
  }

  async #write(state: SpoolState): Promise<void> {
    this.#time();
    const written = { ...state, seenAt: this.#seen.at };
    await this.#files.writeState(written);
    this.#state = written;
  }

  #entry(seq: number): Entry {
    const entry = this.#entries.get(seq);
    if (entry === undefined) throw new Error('the open batch has no entry');
    return entry;
  }

  #countHere(line: DropLine): void {
    addDrop(this.#droppedHere, line);
  }

  /** One operation at a time, in the order in which they were asked for. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(() => {
      if (this.#ended !== null) throw new DaylightError('gone', `the spool is ${this.#ended}`);
      return work();
    });
    this.#queue = run.catch(() => undefined);
    return run;
  }
}

/** Stands where an id is no longer known and none is sent. */
const unknownId = '00000000-0000-4000-8000-000000000000';

function entryOf(header: BatchHeader, records: readonly BatchRecord[]): Entry {
  const stop = observationsIn(records).some(isStop);
  return { header, images: imagesIn(records), records: records.length, stop, seen: seenIn(records) };
}

/** One boot after the other, and in each by its own clock: the wall clock may have been set in between. */
function inOrderOfCapture(held: readonly Held[]): Held[] {
  const began = new Map<BootId, UnixMs>();
  for (const { context, observation } of held) {
    began.set(context.boot, Math.min(observation.at, began.get(context.boot) ?? observation.at));
  }
  const beganOf = ({ context }: Held): UnixMs => began.get(context.boot) ?? 0;
  return held.toSorted((a, b) => beganOf(a) - beganOf(b) || a.observation.mono - b.observation.mono);
}

function seenIn(records: readonly BatchRecord[]): MonoMs[] {
  return observationsIn(records).flatMap((observation) => observedUntil(observation) ?? []);
}

function observationsIn(records: readonly BatchRecord[]): SpooledObservation[] {
  return records.flatMap((record) => (record.kind === 'observation' ? [record.observation] : []));
}

function imagesIn(records: readonly BatchRecord[]): ImageId[] {
  return observationsIn(records).flatMap(({ image }) => (image === undefined ? [] : [image]));
}

function plus(header: BatchHeader, records: readonly BatchRecord[]): BatchHeader {
  const recorded = { ...header.recorded };
  const dropped: DropTally = structuredClone(header.dropped);
  for (const record of records) {
    if (record.kind === 'dropped') addDrop(dropped, record);
    else recorded[record.observation.parameter] = (recorded[record.observation.parameter] ?? 0) + 1;
  }
  return { ...header, recorded, dropped };
}

/** How many of `observations` the batch still takes. */
function fits(
  batch: { readonly observations: number; readonly jsonBytes: number },
  images: number,
  observations: readonly SpooledObservation[],
): number {
  let { jsonBytes: bytes } = batch;
  let pictures = images;
  const room = limits.batchObservations - batch.observations;
  let taken = 0;
  for (const observation of observations.slice(0, room)) {
    bytes += jsonBytes([observation]);
    if (observation.image !== undefined) pictures += 1;
    const first = taken === 0 && batch.observations === 0;
    if (!first && (bytes > BATCH_JSON_BYTES || pictures > limits.imagesInFlight)) break;
    taken += 1;
  }
  return taken;
}

function jsonBytes(observations: readonly SpooledObservation[]): number {
  return observations.reduce((sum, observation) => sum + Buffer.byteLength(JSON.stringify(observation)) + 1, 0);
}

function sameContext(a: BatchContext, b: BatchContext): boolean {
  return a.boot === b.boot && a.session === b.session && a.policyVersion === b.policyVersion;
}

function linesOfTally(tally: Tally): DropLine[] {
  return missingFrom(tally, {}, 'unreadable');
}

function countOf(tally: DropTally, { parameter, cause }: DropLine): number {
  return tally[parameter]?.[cause] ?? 0;
}
