import { AuditLeaf, commitmentOf, type LeafNumber } from '../../shared/audit/leaf.ts';
import { leafHash } from '../../shared/audit/merkle.ts';
import { canonical, isCanonical } from '../../shared/canonical.ts';
import type { UnixMs } from '../../shared/time.ts';
import type { AccessRecord, SecurityEvent } from '../store/store.ts';
import { sha256 } from './sha256.ts';
import { append, type Edge, type TreeNode } from './tree.ts';

/** Something recorded, whatever its number: what it says is committed to, its place in the tree is not. */
export type AuditEntry =
  | { readonly kind: 'access'; readonly row: Omit<AccessRecord, 'seq'> }
  | { readonly kind: 'security_event'; readonly row: Omit<SecurityEvent, 'seq'> };

/** Something recorded that gets a leaf. */
export interface NewEntry {
  readonly entry: AuditEntry;
  readonly at: UnixMs;
  readonly salt: Uint8Array;
  /** The number that its row had so far, when it was counted on. */
  readonly supersedes: LeafNumber | null;
  /** Recorded before there was a tree. */
  readonly earlier?: true;
}

/** The canonical JSON that is committed to: these members, whatever else the caller's record carries. */
export function rowText({ kind, row }: AuditEntry): string {
  if (kind === 'security_event') {
    const { org, at, kind: event, person, detail, count } = row;
    return canonical({ org, at, kind: event, person, detail, count });
  }
  const { org, at, actor, actorRole, subject, action, purpose, day, parameters, refused, count, lastAt } = row;
  return canonical({ org, at, actor, actorRole, subject, action, purpose, day, parameters, refused, count, lastAt });
}

export function commitment(salt: Uint8Array, text: string): string {
  return commitmentOf(sha256, salt, Buffer.from(text));
}

export function leafOf(seq: LeafNumber, { entry, at, salt, supersedes, earlier }: NewEntry): AuditLeaf {
  const leaf = { kind: entry.kind, seq, at, commitment: commitment(salt, rowText(entry)) };
  if (earlier === true) return { ...leaf, earlier };
  return supersedes === null ? leaf : { ...leaf, supersedes };
}

/** Null when it is no leaf of ours. */
export function leafIn(text: string): AuditLeaf | null {
  if (!isCanonical(text)) return null;
  const parsed = AuditLeaf.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}

/** Whether it was taken in from before there was a tree. */
export function isEarlier(leaf: AuditLeaf): boolean {
  return 'earlier' in leaf && leaf.earlier === true;
}

/** Whether it is that row, as it is here, that the leaf stands for. */
export function standsFor(leaf: AuditLeaf, entry: AuditEntry, salt: Uint8Array): boolean {
  if (!('commitment' in leaf) || leaf.kind !== entry.kind) return false;
  return commitment(salt, rowText(entry)) === leaf.commitment;
}

/** The runs of numbers that are all in `seqs`, in order. */
export function runsOf(seqs: readonly LeafNumber[]): [LeafNumber, LeafNumber][] {
  const runs: [LeafNumber, LeafNumber][] = [];
  for (const seq of seqs.toSorted((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && seq === last[1] + 1) last[1] = seq;
    else runs.push([seq, seq]);
  }
  return runs;
}

/** The tree after these leaves, which carry the numbers that follow. */
export function grown(
  edge: Edge,
  leaves: readonly AuditLeaf[],
): { readonly edge: Edge; readonly nodes: readonly TreeNode[]; readonly texts: readonly string[] } {
  const texts = leaves.map(canonical);
  return { ...append(sha256, edge, texts.map(hashOf)), texts };
}

export function hashOf(leaf: string): Uint8Array {
  return leafHash(sha256, Buffer.from(leaf));
}
