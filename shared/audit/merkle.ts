/**
 * Hashes and verifiers of a Merkle tree after RFC 6962, with the algorithms of RFC 9162, 2.1.3.2 and 2.1.4.2. The contract has no SHA-256 of
 * its own: whoever verifies hands theirs in.
 */
export type Sha256 = (...parts: readonly Uint8Array[]) => Uint8Array;

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export function leafHash(sha256: Sha256, leaf: Uint8Array): Uint8Array {
  return sha256(LEAF, leaf);
}

export function nodeHash(sha256: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(NODE, left, right);
}

/** Of the first `size` leaves of a tree. */
export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Whether the leaf of that hash is number `index`, from 0, of the tree. Never throws for a bad proof. */
export function provesInclusion(
  sha256: Sha256,
  leaf: Uint8Array,
  index: number,
  head: TreeHead,
  path: readonly Uint8Array[],
): boolean {
  if (!isCount(index) || !isCount(head.size) || index >= head.size) return false;
  const up = climber(index, head.size - 1);
  let root = leaf;
  for (const hash of path) {
    const side = up();
    if (side === 'above') return false;
    root = side === 'left' ? nodeHash(sha256, hash, root) : nodeHash(sha256, root, hash);
  }
  return up() === 'above' && same(root, head.root);
}

/** Whether the later tree begins with the very leaves of the earlier one. Never throws for a bad proof. */
export function provesConsistency(
  sha256: Sha256,
  earlier: TreeHead,
  later: TreeHead,
  path: readonly Uint8Array[],
): boolean {
  if (!isCount(earlier.size) || !isCount(later.size) || earlier.size > later.size) return false;
  if (earlier.size === later.size) return path.length === 0 && same(earlier.root, later.root);
  if (earlier.size === 0) return path.length === 0 && same(earlier.root, sha256());
  const isPerfect = 2 ** Math.round(Math.log2(earlier.size)) === earlier.size;
  const [first, ...rest] = isPerfect ? [earlier.root, ...path] : path;
  if (first === undefined) return false;
  let [index, last] = [earlier.size - 1, later.size - 1];
  while (index % 2 === 1) [index, last] = [half(index), half(last)];
  const up = climber(index, last);
  let [before, after] = [first, first];
  for (const hash of rest) {
    const side = up();
    if (side === 'above') return false;
    if (side === 'left') before = nodeHash(sha256, hash, before);
    after = side === 'left' ? nodeHash(sha256, hash, after) : nodeHash(sha256, after, hash);
  }
  return up() === 'above' && same(before, earlier.root) && same(after, later.root);
}

/**
 * From the node at `index` of a level whose last one is at `last` up to the root: on which side of it the next hash of a path stands. Levels
 * at which it has no neighbour are passed over.
 */
function climber(index: number, last: number): () => 'left' | 'right' | 'above' {
  return () => {
    if (last === 0) return 'above';
    const side = index % 2 === 1 || index === last ? 'left' : 'right';
    while (side === 'left' && index % 2 === 0 && index !== 0) [index, last] = [half(index), half(last)];
    [index, last] = [half(index), half(last)];
    return side;
  };
}

function half(index: number): number {
  return Math.floor(index / 2);
}

function isCount(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 0;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, place) => byte === b[place]);
}
