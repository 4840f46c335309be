import { isDeepStrictEqual } from 'node:util';
import { DaylightError } from '../../shared/errors.ts';
import { SegmentId } from '../../shared/ids.ts';
import { segmentScope } from '../ingest/scopes.ts';
import { decodeSegment, encodeSegment, type Segment, type SegmentPart } from '../ingest/segment.ts';
import type { Random } from '../random.ts';
import type { SegmentHead, SegmentRecord, Store } from '../store/store.ts';
import { type Sealed, type Vault, VaultError } from '../vault/vault.ts';
import type { Merge } from './plan.ts';

export interface MergeDeps {
  readonly store: Pick<Store, 'segments' | 'replaceSegments'>;
  readonly vault: Pick<Vault, 'seal' | 'open'>;
  readonly random: Pick<Random, 'uuid'>;
}

/** What one segment may hold before it is compressed: bounds what reading it costs in memory. */
const MOST_PLAIN_BYTES = 4 * 1024 * 1024;

/**
 * Opens the segments, puts their parts one after the other, seals them as one with an id and a key of its own, and lets it take
 * their place in one step. Observations of different levels stay in different segments. A segment that is gone, or whose
 * key is, is left out. Returns how many segments there are fewer. Throws VaultError or DaylightError for one that does not
 * open, StoreError when the store does not answer; every segment is then still there, alone or merged.
 */
export async function merge(deps: MergeDeps, heads: Merge): Promise<number> {
  let fewer = 0;
  const runs = new Map<string, Opened[]>();
  for (const segment of await recordsOf(deps, heads)) {
    const opened = await openedOf(deps, segment);
    if (opened === null) continue;
    const run = runs.get(opened.levels) ?? [];
    if (run.length > 0 && sizeOf(run) + opened.plainBytes > MOST_PLAIN_BYTES) {
      fewer += await replace(deps, run.splice(0));
    }
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

async function recordsOf({ store }: MergeDeps, heads: Merge): Promise<readonly SegmentRecord[]> {
  const [{ org, person, parameter, day }] = heads;
  const wanted = new Set(heads.map(({ segment }) => segment));
  const stored = await store.segments(org, person, parameter, day, day);
  return stored.filter(({ segment }) => wanted.has(segment));
}

/** Null when its key was destroyed: it is gone, and its row goes by itself. */
async function openedOf({ vault }: MergeDeps, segment: SegmentRecord): Promise<Opened | null> {
  try {
    const bytes = await vault.open(segmentScope(segment), segment.sealed);
    const { parts } = decodeSegment(bytes);
    const levels = new Set(parts.flatMap(({ observations }) => observations.map(({ level }) => level)));
    return { segment, parts, plainBytes: bytes.length, levels: [...levels].sort().join(' ') };
  } catch (cause) {
    if (cause instanceof VaultError && cause.code === 'key_destroyed') return null;
    throw cause;
  }
}

function sizeOf(run: readonly Opened[]): number {
  return run.reduce((sum, { plainBytes }) => sum + plainBytes, 0);
}

/** None fewer when the key was destroyed since they were opened: nothing of them is sealed again under a new one. */
async function replace(deps: MergeDeps, run: readonly Opened[]): Promise<number> {
  const [first] = run;
  if (first === undefined || run.length < 2) return 0;
  const { sealed: _sealed, ...same } = first.segment;
  const key: Omit<SegmentHead, 'bytes'> = { ...same, segment: SegmentId.parse(deps.random.uuid()) };
  const sealed = await sealedOf(deps, key, { parameter: key.parameter, parts: run.flatMap(({ parts }) => parts) });
  if (sealed === null) return 0;
  const of = run.map(({ segment }) => segment.segment);
  return (await deps.store.replaceSegments({ ...key, sealed }, of)) === 'replaced' ? run.length - 1 : 0;
}

/** Opened and compared before anything is deleted for it: no other step of the server cannot be taken back. */
async function sealedOf(
  { vault }: MergeDeps,
  key: Omit<SegmentHead, 'bytes'>,
  content: Segment,
): Promise<Sealed | null> {
  try {
    const scope = segmentScope(key);
    const sealed = await vault.seal(scope, encodeSegment(content), { compress: true, create: false });
    if (isDeepStrictEqual(decodeSegment(await vault.open(scope, sealed)), content)) return sealed;
  } catch (cause) {
    if (cause instanceof VaultError && cause.code === 'key_destroyed') return null;
    throw cause;
  }
  throw new DaylightError('internal', 'a merged segment does not hold what its parts held', {
    remedy: 'The program is wrong; please report it. The parts were kept, and nothing is lost.',
  });
}
