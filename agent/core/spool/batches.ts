import { BootId, type ImageId, SessionId } from '../../../shared/ids.ts';
import type { DropCause } from '../../../shared/outcome.ts';
import type { MonoMs } from '../../../shared/time.ts';
import type { Clock } from '../ports.ts';
import { type BatchEntry, entryOf, headerWith, observationsIn } from './batchEntry.ts';
import {
  accountOf,
  type BatchHeader,
  type BatchReading,
  type BatchRecord,
  recordedIn,
  type SpooledObservation,
} from './batchFile.ts';
import { type BatchFill, fits, jsonBytes } from './batchRoom.ts';
import type { KeptReadings } from './keptReadings.ts';
import type { Numbering } from './numbering.ts';
import type { BatchContext } from './spool.ts';
import { batchOfDamaged, type SpoolFolder, STOPS_KEPT } from './spoolFolder.ts';
import { addDrop, type DropLine, type DropTally, linesOf, missingFrom, tallyOf } from './tally.ts';

export interface LoadedBatch {
  readonly entry: BatchEntry;
  readonly observations: readonly SpooledObservation[];
}

interface OpenBatch {
  readonly seq: number;
  readonly since: MonoMs;
  observations: number;
  jsonBytes: number;
}

interface BatchesOptions {
  readonly clock: Clock;
  /** After how long an open batch is closed. */
  readonly batchMs: number;
}

/** The batches that are not acknowledged: begun, appended to, closed, written anew with less in them, and forgotten. */
export class Batches {
  readonly #files: SpoolFolder;
  readonly #numbering: Numbering;
  readonly #kept: KeptReadings;
  readonly #clock: Clock;
  readonly #batchMs: number;
  readonly #entries = new Map<number, BatchEntry>();
  readonly #dropped: DropTally = {};
  readonly #foundBoots = new Set<BootId>();
  #open: OpenBatch | null = null;

  constructor(files: SpoolFolder, numbering: Numbering, kept: KeptReadings, { clock, batchMs }: BatchesOptions) {
    this.#files = files;
    this.#numbering = numbering;
    this.#kept = kept;
    this.#clock = clock;
    this.#batchMs = batchMs;
  }

  /** By own number, in order. A number between `acknowledged` and `next` that is not here has lost its file. */
  entries(): ReadonlyMap<number, BatchEntry> {
    return this.#entries;
  }

  /** What this process has found to be gone, or has removed. */
  dropped(): DropLine[] {
    return linesOf(this.#dropped);
  }

  /** An earlier process has left something of this boot. */
  found(boot: BootId): void {
    this.#foundBoots.add(boot);
  }

  wasFound(boot: BootId): boolean {
    return this.#foundBoots.has(boot);
  }

  isOpen(seq: number): boolean {
    return this.#open?.seq === seq;
  }

  lastClosed(): number {
    return this.#numbering.state.next - (this.#open === null ? 1 : 2);
  }

  /** The session's stop is in a batch, or was until that was acknowledged. */
  hasStop(session: SessionId): boolean {
    if (this.#numbering.state.stopped.includes(session)) return true;
    return [...this.#entries.values()].some(({ stop, header }) => stop && header.session === session);
  }

  batchOf(image: ImageId): number | null {
    return [...this.#entries].find(([, { images }]) => images.includes(image))?.[0] ?? null;
  }

  // ── The open batch ───────────────────────────────────────────────────────────────────────────────────────────────

  /** To the open batch, or to as many new ones as it takes. */
  async append(context: BatchContext, observations: readonly SpooledObservation[]): Promise<void> {
    let rest = observations;
    while (rest.length > 0) rest = rest.slice(await this.#appendSome(context, rest));
  }

  /** Counts a screenshot that is in no batch as dropped. A context of null is not known any more. */
  async appendDrop(context: BatchContext | null, image: ImageId, cause: DropCause): Promise<void> {
    const of = context ?? this.#lostHeader();
    const line = { parameter: 'screenshot', cause, count: 1 } as const;
    await this.#closeUnlessFor(of, null);
    await this.#appendRecords(of, [{ kind: 'dropped', ...line, image }]);
    addDrop(this.#dropped, line);
  }

  async closeOld(): Promise<void> {
    if (this.#open !== null && !this.#isYoung(this.#open)) await this.close();
  }

  async close(): Promise<void> {
    if (this.#open === null) return;
    await this.#closeFile(this.#open.seq);
    this.#open = null;
  }

  /** Appends as many as fit into one batch, at least one; returns how many. */
  async #appendSome(context: BatchContext, observations: readonly SpooledObservation[]): Promise<number> {
    await this.#closeUnlessFor(context, observations[0] ?? null);
    const fitting = observations.slice(0, fits(this.#fill(), observations));
    const records = fitting.map((observation): BatchRecord => ({ kind: 'observation', observation }));
    const open = await this.#appendRecords(context, records);
    open.observations += fitting.length;
    open.jsonBytes += jsonBytes(fitting);
    this.#kept.end(context.boot, fitting);
    return fitting.length;
  }

  async #closeUnlessFor(context: BatchContext, next: SpooledObservation | null): Promise<void> {
    if (this.#open === null) return;
    const isSame = sameContext(this.#entry(this.#open.seq).header, context);
    const hasRoom = next === null || fits(this.#fill(), [next]) === 1;
    if (!isSame || !this.#isYoung(this.#open) || !hasRoom) await this.close();
  }

  #fill(): BatchFill {
    if (this.#open === null) return { observations: 0, jsonBytes: 0, images: 0 };
    const { seq, observations, jsonBytes: bytes } = this.#open;
    return { observations, jsonBytes: bytes, images: this.#entry(seq).images.length };
  }

  #isYoung({ since }: OpenBatch): boolean {
    return this.#clock.mono() - since < this.#batchMs;
  }

  async #appendRecords(context: BatchContext, records: readonly BatchRecord[]): Promise<OpenBatch> {
    if (this.#open === null) return this.#begin(context, records);
    const { seq } = this.#open;
    const before = this.#entry(seq);
    const header = headerWith(before.header, records);
    await this.#files.appendToBatch(seq, before.records, records, header);
    const added = entryOf(header, records);
    this.#entries.set(seq, {
      header,
      images: [...before.images, ...added.images],
      records: before.records + added.records,
      stop: before.stop || added.stop,
      seen: [...before.seen, ...added.seen],
    });
    return this.#open;
  }

  async #begin({ boot, session, policyVersion }: BatchContext, records: readonly BatchRecord[]): Promise<OpenBatch> {
    const seq = this.#numbering.state.next;
    await this.#numbering.write({ next: seq + 1, last: { boot, policyVersion } });
    const blank = { openedAt: this.#clock.now(), closed: false, recorded: {}, dropped: {} };
    const carriedOver = this.wasFound(boot);
    const header = headerWith({ boot, session, policyVersion, carriedOver, ...blank }, records);
    await this.#files.writeBatch(seq, { header, records });
    this.#entries.set(seq, entryOf(header, records));
    this.#open = { seq, since: this.#clock.mono(), observations: 0, jsonBytes: 0 };
    return this.#open;
  }

  async #closeFile(seq: number): Promise<void> {
    const entry = this.#entry(seq);
    const header = { ...entry.header, closed: true };
    await this.#files.appendToBatch(seq, entry.records, [], header);
    this.#entries.set(seq, { ...entry, header });
  }

  #entry(seq: number): BatchEntry {
    const entry = this.#entries.get(seq);
    if (entry === undefined) throw new Error('the open batch has no entry');
    return entry;
  }

  // ── What is on disk ──────────────────────────────────────────────────────────────────────────────────────────────

  /** Takes up and closes what an earlier process has left; what is damaged is repaired. */
  async adopt(seq: number, reading: BatchReading): Promise<void> {
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

  /** The batch as it is on disk now; one that was damaged or lost since it was written is repaired first. */
  async load(seq: number): Promise<LoadedBatch> {
    const known = this.#entries.get(seq);
    const reading = await this.#files.readBatch(seq);
    if (known === undefined && reading === null) return { entry: entryOf(this.#lostHeader(), []), observations: [] };
    const agrees = reading?.whole === true && known !== undefined && reading.records.length === known.records;
    if (!agrees) return this.#repair(seq, reading, known?.header ?? null);
    return { entry: known, observations: observationsIn(reading.records) };
  }

  /**
   * Writes a damaged batch anew from what can be read; the difference to what was recorded is dropped as unreadable.
   * Without any header its records have lost their session and cannot be sent either.
   */
  async #repair(seq: number, reading: BatchReading | null, known: BatchHeader | null): Promise<LoadedBatch> {
    await this.#kept.catchUp();
    const header = reading?.header ?? known;
    const records = reading?.records ?? [];
    const { dropped } = accountOf(header, records);
    const observations = header === null ? [] : observationsIn(records);
    if (header === null) for (const line of missingFrom(recordedIn(records), {}, 'unreadable')) addDrop(dropped, line);
    await this.#files.quarantineBatch(seq);
    for (const line of linesOf(dropped)) {
      const counted = known?.dropped[line.parameter]?.[line.cause] ?? 0;
      if (line.cause === 'unreadable') addDrop(this.#dropped, { ...line, count: line.count - counted });
    }
    const entry = await this.#rewrite(seq, header ?? this.#lostHeader(), observations, dropped);
    return { entry, observations };
  }

  /** For a batch of which nothing is known any more: it goes out empty, so that the queue goes on. */
  #lostHeader(): BatchHeader {
    const { last } = this.#numbering.state;
    return {
      boot: last?.boot ?? BootId.parse(unknownId),
      session: SessionId.parse(unknownId),
      policyVersion: last?.policyVersion ?? 1,
      openedAt: this.#clock.now(),
      closed: true,
      carriedOver: true,
      recorded: {},
      dropped: {},
    };
  }

  // ── Removing ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Removes from one batch what `doomed` names, leaving the count; durable when the folder is synced. */
  drop(seq: number, doomed: (o: SpooledObservation) => boolean, cause: DropCause): Promise<number> {
    return this.reduce(seq, (observation) => (doomed(observation) ? null : observation), cause);
  }

  /**
   * Writes a batch anew with what `left` leaves of each observation; of what is gone (null) the count stays. Returns how
   * many are gone; durable when the folder is synced.
   */
  async reduce(
    seq: number,
    left: (o: SpooledObservation) => SpooledObservation | null,
    cause: DropCause,
  ): Promise<number> {
    const { entry, observations } = await this.load(seq);
    const reduced = observations.map((observation) => [observation, left(observation)] as const);
    if (reduced.every(([before, after]) => before === after)) return 0;
    const gone = reduced.flatMap(([before, after]) => (after === null ? [before] : []));
    const survivors = reduced.flatMap(([, after]) => (after === null ? [] : [after]));
    await this.#kept.catchUp();
    const lines = missingFrom(tallyOf(gone.map(({ parameter }) => parameter)), {}, cause);
    for (const line of lines) addDrop(this.#dropped, line);
    await this.#rewrite(seq, entry.header, survivors, lines.reduce(addDrop, structuredClone(entry.header.dropped)));
    for (const { image } of gone) if (image !== undefined) await this.#files.removeImage(image, true);
    return gone.length;
  }

  /** Moves the counts of the oldest batch into the one after it; false when there is none after it. */
  async foldOldest(): Promise<boolean> {
    const [oldest, second] = [...this.#entries];
    if (oldest === undefined || second === undefined) return false;
    const { observations, entry } = await this.load(second[0]);
    const dropped = linesOf(oldest[1].header.dropped).reduce(addDrop, structuredClone(entry.header.dropped));
    await this.#rewrite(second[0], entry.header, observations, dropped);
    await this.#files.removeBatch(oldest[0], false);
    this.#entries.delete(oldest[0]);
    return true;
  }

  /** Every batch up to this one, with its images. */
  async forget(upTo: number): Promise<void> {
    const { acknowledged, stopped } = this.#numbering.state;
    if (upTo <= acknowledged) return;
    await this.#kept.catchUp();
    const stops = [...this.#entries].flatMap(([seq, { stop, header }]) => (stop && seq <= upTo ? header.session : []));
    // First the state: from here on a crash finds files that are no longer wanted, never a number without its file.
    await this.#numbering.write({ acknowledged: upTo, stopped: [...stopped, ...stops].slice(-STOPS_KEPT) });
    for (let seq = acknowledged + 1; seq <= upTo; seq += 1) {
      for (const image of this.#entries.get(seq)?.images ?? []) await this.#files.removeImage(image, false);
      await this.#files.removeBatch(seq, false);
      this.#entries.delete(seq);
    }
    for (const name of this.#files.damaged()) if (batchOfDamaged(name) <= upTo) await this.#files.removeDamaged(name);
  }

  /** Their files are gone. */
  clear(): void {
    this.#entries.clear();
  }

  async #rewrite(
    seq: number,
    header: BatchHeader,
    observations: readonly SpooledObservation[],
    dropped: DropTally,
  ): Promise<BatchEntry> {
    const records: BatchRecord[] = [
      ...observations.map((observation) => ({ kind: 'observation', observation }) as const),
      ...linesOf(dropped).map((line) => ({ kind: 'dropped', ...line, image: null }) as const),
    ];
    const rewritten = { ...header, closed: !this.isOpen(seq), recorded: recordedIn(records), dropped };
    await this.#files.writeBatch(seq, { header: rewritten, records });
    const entry = entryOf(rewritten, records);
    this.#entries.set(seq, entry);
    return entry;
  }
}

/** Stands where an id is no longer known and none is sent. */
const unknownId = '00000000-0000-4000-8000-000000000000';

function sameContext(a: BatchContext, b: BatchContext): boolean {
  return a.boot === b.boot && a.session === b.session && a.policyVersion === b.policyVersion;
}
