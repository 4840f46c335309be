import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sha256 } from '../../../server/audit/sha256.ts';
import {
  append,
  consistencySpans,
  type Edge,
  inclusionSpans,
  joined,
  nodesOf,
  noLeaves,
  rootOf,
  type Span,
} from '../../../server/audit/tree.ts';
import { leafHash, nodeHash, provesConsistency, provesInclusion } from '../../../shared/audit/merkle.ts';

/** RFC 6962, 2.1, word for word. */
function naiveRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  if (first === undefined) return sha256();
  if (leaves.length === 1) return first;
  const k = split(leaves.length);
  return nodeHash(sha256, naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
}

/** 2.1.1. */
function naivePath(index: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  if (leaves.length <= 1) return [];
  const k = split(leaves.length);
  if (index < k) return [...naivePath(index, leaves.slice(0, k)), naiveRoot(leaves.slice(k))];
  return [...naivePath(index - k, leaves.slice(k)), naiveRoot(leaves.slice(0, k))];
}

/** 2.1.2. */
function naiveProof(m: number, leaves: readonly Uint8Array[], isWhole: boolean): Uint8Array[] {
  if (m === leaves.length) return isWhole ? [] : [naiveRoot(leaves)];
  const k = split(leaves.length);
  if (m <= k) return [...naiveProof(m, leaves.slice(0, k), isWhole), naiveRoot(leaves.slice(k))];
  return [...naiveProof(m - k, leaves.slice(k), false), naiveRoot(leaves.slice(0, k))];
}

function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

const leavesOf = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, n) => leafHash(sha256, Buffer.from(`leaf ${n}`)));
const most = 300;
const all = leavesOf(most);
const sizes = fc.integer({ min: 1, max: most });
const pieces = fc.array(fc.integer({ min: 0, max: 70 }), { maxLength: 8 });

/** Appended in pieces, as it grows in life. */
function grown(lengths: readonly number[]): { edge: Edge; size: number; hashOf: (span: Span) => Uint8Array } {
  const known = new Map<string, Uint8Array>(all.map((hash, place) => [`0/${place}`, hash]));
  let edge = noLeaves;
  for (const length of lengths) {
    const next = append(sha256, edge, all.slice(edge.size, edge.size + length));
    for (const { level, place, hash } of next.nodes) known.set(`${level}/${place}`, hash);
    edge = next.edge;
  }
  const hashOf = (span: Span): Uint8Array =>
    joined(
      sha256,
      nodesOf(span).map(({ level, place }) => known.get(`${level}/${place}`) ?? missing()),
    );
  return { edge, size: edge.size, hashOf };
}

function missing(): never {
  throw new Error('a proof asks for a node that was never made');
}

it('a tree that grows in any pieces has the root of RFC 6962', () => {
  fc.assert(
    fc.property(pieces, (lengths) => {
      const { edge, size } = grown(lengths);
      expect(rootOf(sha256, edge)).toEqual(naiveRoot(all.slice(0, size)));
    }),
  );
});

it('each leaf of each tree is proved by the path of RFC 6962, made of perfect nodes alone, and by no other', () => {
  fc.assert(
    fc.property(sizes, fc.nat(), fc.nat(), (size, some, another) => {
      const [index, wrong] = [some % size, another % size];
      const { hashOf } = grown([most]);
      const path = inclusionSpans(index, size).map(hashOf);
      const leaves = all.slice(0, size);
      expect(path).toEqual(naivePath(index, leaves));
      const head = { size, root: naiveRoot(leaves) };
      const proves = (leaf: number, at: number) => provesInclusion(sha256, all[leaf] ?? missing(), at, head, path);
      expect(proves(index, index)).toBe(true);
      if (wrong !== index) expect([proves(wrong, index), proves(index, wrong)]).toEqual([false, false]);
      expect(provesInclusion(sha256, all[index] ?? missing(), index, { ...head, size: size + most }, path)).toBe(false);
    }),
  );
});

it('that one tree begins with another is proved by the path of RFC 6962, and no other tree is', () => {
  fc.assert(
    fc.property(sizes, fc.nat(), fc.nat(), (later, some, changed) => {
      const earlier = 1 + (some % later);
      const { hashOf } = grown([most]);
      const path = consistencySpans(earlier, later).map(hashOf);
      const leaves = all.slice(0, later);
      expect(path).toEqual(naiveProof(earlier, leaves, true));
      const heads = [earlier, later].map((size) => ({ size, root: naiveRoot(all.slice(0, size)) }));
      const [before = missing(), after = missing()] = heads;
      expect(provesConsistency(sha256, before, after, path)).toBe(true);
      const other = all.slice(0, earlier).with(changed % earlier, leafHash(sha256, Buffer.from('another')));
      const forged = { size: earlier, root: naiveRoot(other) };
      expect(provesConsistency(sha256, forged, after, path)).toBe(false);
      if (earlier < later) expect(provesConsistency(sha256, after, before, path)).toBe(false);
    }),
  );
});
