import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sha256 } from '../../../../server/audit/sha256.ts';
import {
  append,
  consistencySpans,
  inclusionSpans,
  joined,
  nodesOf,
  noLeaves,
  rootOf,
  type Span,
} from '../../../../server/audit/tree.ts';
import { leafHash, provesConsistency, provesInclusion } from '../../../../shared/audit/merkle.ts';

const Path = z.array(z.string());
const Vectors = z.object({
  leaves: z.array(z.string()),
  roots: z.array(z.string()),
  inclusion: z.array(z.object({ index: z.number(), size: z.number(), path: Path })),
  consistency: z.array(z.object({ earlier: z.number(), later: z.number(), path: Path })),
});
const file = join(import.meta.dirname, '../../../vectors/merkle.json');
const vectors = Vectors.parse(JSON.parse(await readFile(file, 'utf8')));

const fromHex = (text: string): Uint8Array => Buffer.from(text, 'hex');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const leaves = vectors.leaves.map((leaf) => leafHash(sha256, fromHex(leaf)));
const { nodes } = append(sha256, noLeaves, leaves);
const at = (level: number, place: number): Uint8Array =>
  (level === 0 ? leaves[place] : nodes.find((one) => one.level === level && one.place === place)?.hash) ?? sha256();
const hashesOf = (spans: readonly Span[]): string[] =>
  spans.map((span) =>
    hex(
      joined(
        sha256,
        nodesOf(span).map(({ level, place }) => at(level, place)),
      ),
    ),
  );
const headOf = (size: number) => ({ size, root: fromHex(vectors.roots[size] ?? '') });

describe('the tree of Certificate Transparency', () => {
  it('has the published roots', () => {
    const roots = Array.from({ length: 9 }, (_, size) =>
      hex(rootOf(sha256, append(sha256, noLeaves, leaves.slice(0, size)).edge)),
    );
    expect(roots).toEqual(vectors.roots);
  });

  it.each(vectors.inclusion)('has the published proof that leaf $index is in a tree of $size', (one) => {
    expect(hashesOf(inclusionSpans(one.index, one.size))).toEqual(one.path);
    const leaf = leaves[one.index] ?? sha256();
    const proves = (index: number, size: number, path: readonly string[]) =>
      provesInclusion(sha256, leaf, index, headOf(size), path.map(fromHex));
    expect(proves(one.index, one.size, one.path)).toBe(true);
    expect(proves(one.index + 1, one.size, one.path)).toBe(false);
    expect(proves(one.index, one.size, [...one.path, vectors.roots[1] ?? ''])).toBe(false);
    if (one.path.length > 0) expect(proves(one.index, one.size, one.path.slice(1))).toBe(false);
  });

  it.each(vectors.consistency)('has the published proof that a tree of $later begins with one of $earlier', (one) => {
    expect(hashesOf(consistencySpans(one.earlier, one.later))).toEqual(one.path);
    const proves = (earlier: number, later: number, path: readonly string[]) =>
      provesConsistency(sha256, headOf(earlier), headOf(later), path.map(fromHex));
    expect(proves(one.earlier, one.later, one.path)).toBe(true);
    expect(proves(one.earlier, one.later, [...one.path, vectors.roots[1] ?? ''])).toBe(false);
    expect(proves(one.later, one.earlier, one.path)).toBe(one.earlier === one.later);
    if (one.path.length > 0) expect(proves(one.earlier, one.later, one.path.slice(1))).toBe(false);
  });
});
