import { open, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { DaylightError } from '../../../shared/errors.ts';
import { parseObservation } from '../../../shared/events/observation.ts';
import { BootId, ImageId, SessionId } from '../../../shared/ids.ts';
import { UnixMs } from '../../../shared/time.ts';
import { codeOf, syncFolder } from '../files.ts';
import {
  type BatchContents,
  type BatchHeader,
  type BatchReading,
  type BatchRecord,
  readBatch,
  type Sealer,
  writeBatch,
  writeHeader,
  writeRecords,
} from './batchFile.ts';
import { filesIn, privateFolder, removeFile, replaceFile, writeAt } from './disk.ts';
import { type KeptReading, readSlots, SLOT_BYTES, writeSlot } from './keptFile.ts';
import { type Place, seal, unseal } from './seal.ts';
import type { BatchContext, WaitingScreenshot } from './spool.ts';

export const STOPS_KEPT = 16;

/** What outlives every batch: where the numbering stands. Batches are numbered from 1 in the spool's own count. */
export const SpoolState = z.strictObject({
  /** The number that the next batch gets. Persisted before that batch exists, so that no number is used twice. */
  next: z.int().min(1),
  /** Every batch up to this one is forgotten. */
  acknowledged: z.int().min(0),
  /** Wire seq minus own number; null until the server has said where it stands. */
  offset: z.int().nullable(),
  /** The highest batch that may have been given out to be sent; null: written before this was noted. */
  sent: z.int().min(0).nullable().default(null),
  /** Context of the last batch, for one whose file is lost. */
  last: z.strictObject({ boot: BootId, policyVersion: z.int().min(1) }).nullable(),
  /** Sessions, oldest first, whose stop was sent and forgotten: it is not taken again. */
  stopped: z.array(SessionId).max(STOPS_KEPT).default([]),
  /** The last time that was believed; null before there was any. */
  seenAt: UnixMs.nullable().default(null),
});
export type SpoolState = z.infer<typeof SpoolState>;

export interface Held extends Omit<WaitingScreenshot, 'isHeldBack'> {
  readonly context: BatchContext;
}

const HeldFile = z.strictObject({
  context: z.strictObject({ boot: BootId, session: SessionId, policyVersion: z.int().min(1) }),
  observation: z.unknown(),
  releaseAt: UnixMs,
});

/** The spool's files: their names, their encryption, and how each is written. No decision about their content. */
export class SpoolFolder {
  readonly path: string;
  readonly #sealer: Sealer;
  readonly #sizes: Map<string, number>;
  /** Turn of the last kept slot, and how much of each slot may not be zeros. */
  #kept = { turn: 0, used: [SLOT_BYTES, SLOT_BYTES] };

  private constructor(path: string, sealer: Sealer, sizes: Map<string, number>) {
    this.path = path;
    this.#sealer = sealer;
    this.#sizes = sizes;
  }

  /** Opens the folder, making it (mode 0700) when it is missing, and removes temporary files of an earlier crash. */
  static async open(path: string, sealer: Sealer): Promise<SpoolFolder> {
    await privateFolder(path);
    const sizes = new Map<string, number>();
    for (const { name, bytes } of await filesIn(path)) {
      if (!isSpoolFile(name)) continue;
      if (name.endsWith('.tmp')) await removeFile(join(path, name), true);
      else sizes.set(name, bytes);
    }
    return new SpoolFolder(path, sealer, sizes);
  }

  /** Size of all files together. */
  bytes(): number {
    let sum = 0;
    for (const size of this.#sizes.values()) sum += size;
    return sum;
  }

  batches(): number[] {
    return this.#named(/^batch-(\d{12})\.spool$/).map(Number);
  }

  images(): ImageId[] {
    return this.#named(/^image-([0-9a-f-]{36})\.spool$/).flatMap((id) => ImageId.safeParse(id).data ?? []);
  }

  heldIds(): ImageId[] {
    return this.#named(/^held-([0-9a-f-]{36})\.spool$/).flatMap((id) => ImageId.safeParse(id).data ?? []);
  }

  /** Files that could not be read whole, oldest name first. */
  damaged(): string[] {
    return [...this.#sizes.keys()].filter((name) => name.endsWith('.damaged')).sort();
  }

  // ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Null when there is none, or neither copy can be read with this key. `isWhole`: both can, and say the same. */
  async readState(): Promise<{ readonly state: SpoolState | null; readonly isWhole: boolean }> {
    const [state = null, copy = null] = await Promise.all(STATES.map((name) => this.#stateIn(name)));
    return { state: state ?? copy, isWhole: JSON.stringify(state) === JSON.stringify(copy) };
  }

  hasState(): boolean {
    return STATES.some((name) => this.#sizes.has(name));
  }

  /** Twice, the newer first: a bit that the disk loses in one of them costs nothing. Durable when it resolves. */
  async writeState(state: SpoolState): Promise<void> {
    for (const name of STATES)
      await this.#replace(name, this.#seal(statePlace, Buffer.from(JSON.stringify(state))), false);
  }

  async #stateIn(name: string): Promise<SpoolState | null> {
    const plain = await this.#readSealed(name, statePlace);
    return plain === null ? null : (SpoolState.safeParse(jsonOf(plain)).data ?? null);
  }

  // ── Batches ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Writes the whole batch in place of what there was; the old content is overwritten on disk. */
  async writeBatch(seq: number, contents: BatchContents): Promise<void> {
    await this.#replace(batchName(seq), writeBatch(this.#sealer, seq, contents), true);
  }

  /** Adds records behind the `first` that are there, and rewrites the header in place; durable when it resolves. */
  async appendToBatch(seq: number, first: number, records: readonly BatchRecord[], header: BatchHeader): Promise<void> {
    const name = batchName(seq);
    const size = this.#sizes.get(name) ?? 0;
    const bytes = writeRecords(this.#sealer, seq, first, records);
    const file = await this.#touch(name, () => open(join(this.path, name), 'r+'));
    try {
      await this.#touch(name, async () => {
        await writeAt(file, bytes, size);
        await writeAt(file, writeHeader(this.#sealer, seq, header), 0);
        await file.sync();
      });
      this.#sizes.set(name, size + bytes.length);
    } catch (error) {
      // What was half written must not be taken for records by the next append.
      await file.truncate(size).catch(() => undefined);
      throw error;
    } finally {
      await file.close();
    }
  }

  /** Null when there is no such file. */
  async readBatch(seq: number): Promise<BatchReading | null> {
    const bytes = await this.#bytes(batchName(seq));
    return bytes === null ? null : readBatch(this.#sealer.key, seq, bytes);
  }

  async removeBatch(seq: number, scrub: boolean): Promise<void> {
    await this.#remove(batchName(seq), scrub);
  }

  /** Keeps a copy of a damaged batch apart, so that the batch itself can be written anew from what was readable. */
  async quarantineBatch(seq: number): Promise<void> {
    const bytes = await this.#bytes(batchName(seq));
    if (bytes !== null) await this.#replace(batchName(seq).replace(/spool$/, 'damaged'), bytes, false);
  }

  /** `name`: one of `damaged()`. */
  async removeDamaged(name: string): Promise<void> {
    await this.#remove(name, true);
  }

  // ── Images and held screenshots ──────────────────────────────────────────────────────────────────────────────────

  async writeImage(image: ImageId, bytes: Uint8Array): Promise<void> {
    await this.#replace(imageName(image), this.#seal(imagePlace(image), bytes), false);
  }

  /** Null when it is missing or damaged. */
  async readImage(image: ImageId): Promise<Buffer | null> {
    return this.#readSealed(imageName(image), imagePlace(image));
  }

  async removeImage(image: ImageId, scrub: boolean): Promise<void> {
    await this.#remove(imageName(image), scrub);
  }

  async writeHeld(image: ImageId, held: Held): Promise<void> {
    await this.#replace(heldName(image), this.#seal(heldPlace(image), Buffer.from(JSON.stringify(held))), false);
  }

  /** Null when it is missing or damaged. */
  async readHeld(image: ImageId): Promise<Held | null> {
    const plain = await this.#readSealed(heldName(image), heldPlace(image));
    const file = plain === null ? null : (HeldFile.safeParse(jsonOf(plain)).data ?? null);
    const parsed = file === null ? null : parseObservation(file.observation);
    if (file === null || parsed?.ok !== true || parsed.observation.parameter !== 'screenshot') return null;
    return { context: file.context, observation: parsed.observation, releaseAt: file.releaseAt };
  }

  async removeHeld(image: ImageId): Promise<void> {
    await this.#remove(heldName(image), true);
  }

  // ── Readings that go on ──────────────────────────────────────────────────────────────────────────────────────────

  /** Empty when there are none, or none that can be read. */
  async readKept(): Promise<readonly KeptReading[]> {
    const bytes = await this.#bytes(KEPT);
    const slot = bytes === null ? null : readSlots(this.#sealer.key, bytes);
    this.#kept.turn = slot?.turn ?? 0;
    return slot?.readings ?? [];
  }

  hasKept(): boolean {
    return this.#sizes.has(KEPT);
  }

  /** Durable when it resolves. What was kept one turn before lies on in the other slot, until the next turn. */
  async writeKept(readings: readonly KeptReading[]): Promise<void> {
    if (!this.hasKept()) await this.#replace(KEPT, Buffer.alloc(2 * SLOT_BYTES), false);
    const turn = this.#kept.turn + 1;
    const { at, bytes } = writeSlot(this.#sealer, { turn, readings: [...readings] });
    const used = this.#kept.used[turn % 2] ?? SLOT_BYTES;
    const padded = Buffer.concat([bytes, Buffer.alloc(Math.max(0, used - bytes.length))]);
    await this.#touch(KEPT, async () => {
      const file = await open(join(this.path, KEPT), 'r+');
      try {
        await writeAt(file, padded, at);
        await file.datasync();
      } finally {
        await file.close();
      }
    });
    this.#kept.turn = turn;
    this.#kept.used[turn % 2] = bytes.length;
  }

  /** Makes removals durable. */
  async sync(): Promise<void> {
    await syncFolder(this.path);
  }

  /** Overwrites and removes every file of the spool, those included that came to be without it. */
  async removeEverything(): Promise<void> {
    const names = (await filesIn(this.path)).map(({ name }) => name).filter(isSpoolFile);
    for (const name of names) await removeFile(join(this.path, name), true);
    this.#sizes.clear();
    await this.sync();
  }

  #named(pattern: RegExp): string[] {
    return [...this.#sizes.keys()].flatMap((name) => pattern.exec(name)?.[1] ?? []).sort();
  }

  #seal(place: Place, plain: Uint8Array): Buffer {
    return seal(this.#sealer.key, this.#sealer.nonce(), place, plain);
  }

  async #readSealed(name: string, place: Place): Promise<Buffer | null> {
    const bytes = await this.#bytes(name);
    return bytes === null ? null : unseal(this.#sealer.key, place, bytes);
  }

  /** Null when the file is missing or its blocks cannot be read; a want of memory or handles is no damage and throws. */
  async #bytes(name: string): Promise<Buffer | null> {
    try {
      return await readFile(join(this.path, name));
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOENT' || code === 'EIO') return null;
      throw new DaylightError('unavailable', `the spool file ${name} could not be read (${code})`, {
        remedy: `check that your account may read ${this.path}`,
        cause: error,
      });
    }
  }

  async #replace(name: string, bytes: Uint8Array, scrub: boolean): Promise<void> {
    await this.#touch(name, () => replaceFile(join(this.path, name), bytes, scrub));
    this.#sizes.set(name, bytes.length);
  }

  async #remove(name: string, scrub: boolean): Promise<void> {
    await this.#touch(name, () => removeFile(join(this.path, name), scrub));
    this.#sizes.delete(name);
  }

  /** Turns an error of the file system into a sentence with a remedy; the name says nothing about a person. */
  async #touch<T>(name: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const problem = `the spool file ${basename(name)} could not be written (${codeOf(error)})`;
      throw new DaylightError('unavailable', problem, {
        remedy: `make room on the disk that holds ${this.path} and check that your account may write there`,
        cause: error,
      });
    }
  }
}

const statePlace: Place = { kind: 'state', name: 'state', index: 0 };
const imagePlace = (image: ImageId): Place => ({ kind: 'image', name: image, index: 0 });
const heldPlace = (image: ImageId): Place => ({ kind: 'held', name: image, index: 0 });

/** The batch that a damaged file is the copy of. */
export function batchOfDamaged(name: string): number {
  return Number(/\d{12}/.exec(name)?.[0] ?? 0);
}

/** Whether the spool writes files of this name. */
export function isSpoolFile(name: string): boolean {
  return /^(state|state-copy|kept|batch-\d{12}|(image|held)-[0-9a-f-]{36})\.(spool|damaged)(\.tmp)?$/.test(name);
}

const STATES = ['state.spool', 'state-copy.spool'] as const;
const KEPT = 'kept.spool';
const batchName = (seq: number): string => `batch-${String(seq).padStart(12, '0')}.spool`;
const imageName = (image: ImageId): string => `image-${image}.spool`;
const heldName = (image: ImageId): string => `held-${image}.spool`;

function jsonOf(plain: Buffer): unknown {
  try {
    return JSON.parse(plain.toString('utf8'));
  } catch {
    return null;
  }
}
