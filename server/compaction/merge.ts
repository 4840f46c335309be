import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { DaylightError } from '../../shared/errors.ts';
import { SegmentId } from '../../shared/ids.ts';
import { segmentScope } from '../ingest/scopes.ts';
import { decodeSegment, encodeSegment, type Segment, type SegmentPart } from '../ingest/segment.ts';
import type { Random } from '../random.ts';
import type { SegmentHead, SegmentRecord, Store } from '../store/store.ts';
import { type Sealed, type Vault, VaultError } from '../vault/vault.ts';
import type { Merge } from './plan.ts';
import type { Shapes } from './shapes.ts';

export interface MergeDeps {
  readonly store: Pick<Store, 'segmentsById' | 'replaceSegments'>;
  readonly vault: Pick<Vault, 'seal' | 'open'>;
  readonly random: Pick<Random, 'uuid'>;
  readonly shapes: Shapes;
  /** Told what kept a segment from being merged. It stays as it is. */
  readonly failed: (cause: unknown) => void;
}

/**
 * One that holds more before it is compressed is left as it is. Bounds what reading one costs in memory, and for how long
 * nobody is served while one is written.
 */
const FULL_PLAIN_BYTES = 256 * 1024;

/**
 * Opens the segments, puts their parts one after the other, seals them as one with an id and a key of its own, and lets it take
 * their place in one step. Observations of different levels stay in different segments. A segment that is gone or full, whose
 * key is gone, or that does not open is left out; of the last `failed` is told. Returns how many segments there are fewer, and
 * notes the shape of those that are left. Throws VaultError or StoreError when keys or store do not answer; every segment is then still
 * there, alone or merged.
 */
export async function merge(deps: MergeDeps, heads: Merge): Promise<number> {
  let fewer = 0;
  const runs = new Map<string, Opened[]>();
  for (const segment of await recordsOf(deps, heads)) {
    const opened = await openedOf(deps, segment);
    if (opened === null) continue;
    const run = runs.get(opened.levels) ?? [];
    if (sizeOf(run) + opened.plainBytes > 2 * FULL_PLAIN_BYTES) fewer += await replace(deps, run.splice(0));
    run.push(opened);
    runs.set(opened.levels, run);
  }
  for (const run of runs.values()) fewer += await replace(deps, run);
  return fewer;
}

interface Opened {
  readonly segment: SegmentRecord;
  readonly parts: readonly SegmentPart[];
  readonly plainBytes: number;
  /** The levels of its observations. */
  readonly levels: string;
}

function recordsOf({ store }: MergeDeps, heads: Merge): Promise<readonly SegmentRecord[]> {
  const [{ org, person, parameter, day }] = heads;
  const ids = heads.map(({ segment }) => segment);
  return store.segmentsById(org, person, parameter, day, ids);
}

/** Null for one that stays as it is. */
async function openedOf({ vault, shapes, failed }: MergeDeps, segment: SegmentRecord): Promise<Opened | null> {
  await othersServed();
  try {
    const bytes = await vault.open(segmentScope(segment), segment.sealed);
    if (bytes.length <= FULL_PLAIN_BYTES) {
      const { parts } = decodeSegment(bytes);
      const levels = new Set(parts.flatMap(({ observations }) => observations.map(({ level }) => level)));
      return { segment, parts, plainBytes: bytes.length, levels: [...levels].sort().join(' ') };
    }
  } catch (cause) {
    if (!isOfTheRecord(cause)) throw cause;
    if (!isDestroyed(cause)) failed(cause);
  }
  shapes.note(segment.segment, 'apart');
  return null;
}

/** Opening and sealing keep everybody else waiting: no two of them follow each other at once. */
async function othersServed(): Promise<void> {
  await setImmediate();
}

function isOfTheRecord(cause: unknown): boolean {
  return cause instanceof VaultError ? cause.code !== 'unavailable' : cause instanceof DaylightError;
}

/** It is gone, and its row goes by itself. */
function isDestroyed(cause: unknown): boolean {
  return cause instanceof VaultError && cause.code === 'key_destroyed';
}

function sizeOf(run: readonly Opened[]): number {
  return run.reduce((sum, { plainBytes }) => sum + plainBytes, 0);
}

/** None fewer when the key was destroyed since they were opened: nothing of them is sealed again under a new one. */
async function replace(deps: MergeDeps, run: readonly Opened[]): Promise<number> {
  const { shapes, store, random } = deps;
  const [first] = run;
  if (first === undefined) return 0;
  const { levels } = first;
  const of = run.map(({ segment }) => segment.segment);
  if (of.length === 1) {
    shapes.note(first.segment.segment, { levels });
    return 0;
  }
  const { sealed: _sealed, ...same } = first.segment;
  const key: Omit<SegmentHead, 'bytes'> = { ...same, segment: SegmentId.parse(random.uuid()) };
  const content: Segment = { parameter: key.parameter, parts: run.flatMap(({ parts }) => parts) };
  await othersServed();
  const plain = encodeSegment(content);
  const sealed = await sealedOf(deps, key, content, plain);
  if (sealed === null || (await store.replaceSegments({ ...key, sealed }, of)) === 'changed') return 0;
  for (const segment of of) shapes.forget(segment);
  shapes.note(key.segment, plain.length > FULL_PLAIN_BYTES ? 'apart' : { levels });
  return of.length - 1;
}

/** Opened and compared before anything is deleted for it: no other step of the server cannot be taken back. */
async function sealedOf(
  { vault }: MergeDeps,
  key: Omit<SegmentHead, 'bytes'>,
  content: Segment,
  plain: Uint8Array,
): Promise<Sealed | null> {
  try {
    const scope = segmentScope(key);
    await othersServed();
    const sealed = await vault.seal(scope, plain, { compress: true, create: false });
    await othersServed();
    const opened = decodeSegment(await vault.open(scope, sealed));
    await othersServed();
    if (isDeepStrictEqual(opened, content)) return sealed;
  } catch (cause) {
    if (isDestroyed(cause)) return null;
    throw cause;
  }
  throw new DaylightError('internal', 'a merged segment does not hold what its parts held', {
    remedy: 'The program is wrong; please report it. The parts were kept, and nothing is lost.',
  });
}
