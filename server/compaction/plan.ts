import type { Day } from '../../shared/time.ts';
import type { SegmentHead } from '../store/store.ts';
import type { Shapes } from './shapes.ts';

/** Segments that become one, in order of arrival. They agree in everything but id and bytes. */
export type Merge = readonly [SegmentHead, SegmentHead, ...SegmentHead[]];

/** One with more sealed bytes than this is left as it is: what it would save by growing is not worth writing it again. */
const FULL_BYTES = 64 * 1024;
/** Segments that become one at once: bounds how long the store's one writer is busy with it. */
const MOST_SEGMENTS = 256;

export interface Planning {
  /** Only where there are so many or more of a kind. */
  readonly least: number;
  readonly today: Day;
  readonly shapes: Shapes;
}

/**
 * Which of the segments, which are of one person and in order of arrival, become one. Only what agrees in device,
 * parameter, day, epoch, policy version, terms version and expiry comes together, and only where it can become fewer, as far
 * as is known. What is over on `today` is left to retention. Of what a plan makes there is nothing more to plan, unless more
 * arrives or it was too much for once.
 */
export function mergesOf(heads: readonly SegmentHead[], { least, today, shapes }: Planning): Merge[] {
  const kindred = new Map<string, SegmentHead[]>();
  for (const head of heads) {
    if (head.expires < today || head.bytes > FULL_BYTES || shapes.of(head.segment) === 'apart') continue;
    const name = nameOf(head);
    const own = kindred.get(name);
    if (own === undefined) kindred.set(name, [head]);
    else own.push(head);
  }
  const many = [...kindred.values()].filter((own) => own.length >= least);
  return many.flatMap(inPortions).filter((portion) => canBecomeFewer(portion, shapes));
}

/** Nothing is known of one of them, or two are of the same levels. */
function canBecomeFewer(portion: Merge, shapes: Shapes): boolean {
  const levels = portion.map(({ segment }) => {
    const shape = shapes.of(segment);
    return shape === null || shape === 'apart' ? null : shape.levels;
  });
  return levels.includes(null) || new Set(levels).size < levels.length;
}

function nameOf({ segment: _segment, bytes: _bytes, ...same }: SegmentHead): string {
  const { org, person, device, parameter, day, epoch, policyVersion, termsVersion, expires } = same;
  return [org, person, device, parameter, day, epoch, policyVersion, termsVersion, expires].join(' ');
}

/** Together no more than twice a full one, and no more than are merged at once. */
function inPortions(heads: readonly SegmentHead[]): Merge[] {
  const portions: (readonly SegmentHead[])[] = [];
  let [portion, bytes]: [SegmentHead[], number] = [[], 0];
  for (const head of heads) {
    if (portion.length === MOST_SEGMENTS || bytes + head.bytes > 2 * FULL_BYTES) {
      portions.push(portion);
      [portion, bytes] = [[], 0];
    }
    portion.push(head);
    bytes += head.bytes;
  }
  return [...portions, portion].filter(isMerge);
}

function isMerge(heads: readonly SegmentHead[]): heads is Merge {
  return heads.length >= 2;
}
