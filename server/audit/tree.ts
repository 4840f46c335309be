import { nodeHash, type Sha256 } from '../../shared/audit/merkle.ts';

/**
 * A Merkle tree after RFC 6962 of which only the right edge is needed to append. A node is perfect when all of its leaves are there:
 * such a node never changes again, and each proof is made of perfect nodes.
 *
 *     level 2        0               size 5: the edge is the perfect nodes (2, 0) and (0, 4)
 *     level 1    0       1
 *     level 0  0   1   2   3   4
 */
export interface Edge {
  readonly size: number;
  /** The roots of the perfect trees that the leaves fall into, largest first: one for each bit of `size`. */
  readonly peaks: readonly Uint8Array[];
}

export interface NodePlace {
  readonly level: number;
  /** From 0, of those of the same level. */
  readonly place: number;
}

export interface TreeNode extends NodePlace {
  readonly hash: Uint8Array;
}

export const noLeaves: Edge = { size: 0, peaks: [] };

/** With the nodes above level 0 that became perfect, in order. */
export function append(
  sha256: Sha256,
  edge: Edge,
  leaves: readonly Uint8Array[],
): { readonly edge: Edge; readonly nodes: readonly TreeNode[] } {
  const peaks = [...edge.peaks];
  const nodes: TreeNode[] = [];
  let { size } = edge;
  for (const leaf of leaves) {
    let hash = leaf;
    let place = size;
    for (let level = 1; place % 2 === 1; level += 1) {
      hash = nodeHash(sha256, present(peaks.pop()), hash);
      place = (place - 1) / 2;
      nodes.push({ level, place, hash });
    }
    peaks.push(hash);
    size += 1;
  }
  return { edge: { size, peaks }, nodes };
}

/** Of no leaves it is the hash of nothing. */
export function rootOf(sha256: Sha256, edge: Edge): Uint8Array {
  return edge.size === 0 ? sha256() : joined(sha256, edge.peaks);
}

/** Some leaves, from `from` and before `to`, that are one subtree. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The subtrees whose roots prove that leaf `index` is one of the first `size`, in the order of the path. */
export function inclusionSpans(index: number, size: number): readonly Span[] {
  if (index < 0 || index >= size) throw new RangeError('a leaf that is not in the tree');
  return belowOf(index, { from: 0, to: size });
}

/** The subtrees whose roots prove that the first `later` leaves begin with the first `earlier`, in the order of the path. */
export function consistencySpans(earlier: number, later: number): readonly Span[] {
  if (earlier < 0 || earlier > later) throw new RangeError('a tree that is later than the later one');
  if (earlier === 0 || earlier === later) return [];
  return consistentBelow(earlier, { from: 0, to: later }, true);
}

/** The perfect nodes that a subtree consists of, from left to right. */
export function nodesOf({ from, to }: Span): readonly NodePlace[] {
  const nodes: NodePlace[] = [];
  for (let at = from; at < to; ) {
    const level = Math.floor(Math.log2(to - at));
    nodes.push({ level, place: at / 2 ** level });
    at += 2 ** level;
  }
  return nodes;
}

/** The root of the subtree that consists of perfect nodes with these hashes, from left to right. */
export function joined(sha256: Sha256, hashes: readonly Uint8Array[]): Uint8Array {
  const [last, ...before] = hashes.toReversed();
  return before.reduce((right, left) => nodeHash(sha256, left, right), present(last));
}

function belowOf(index: number, span: Span): readonly Span[] {
  if (span.to - span.from === 1) return [];
  const [left, right] = halves(span);
  return index < left.to ? [...belowOf(index, left), right] : [...belowOf(index, right), left];
}

/** `isKnown`: the span is the whole earlier tree, whose root whoever verifies has. */
function consistentBelow(earlier: number, span: Span, isKnown: boolean): readonly Span[] {
  if (earlier === span.to) return isKnown ? [] : [span];
  const [left, right] = halves(span);
  if (earlier <= left.to) return [...consistentBelow(earlier, left, isKnown), right];
  return [...consistentBelow(earlier, right, false), left];
}

/** The left one holds the largest power of two that is less than all. */
function halves({ from, to }: Span): readonly [Span, Span] {
  const middle = from + 2 ** (Math.ceil(Math.log2(to - from)) - 1);
  return [
    { from, to: middle },
    { from: middle, to },
  ];
}

function present(hash: Uint8Array | undefined): Uint8Array {
  if (hash === undefined) throw new Error('an edge that does not fit its size');
  return hash;
}
