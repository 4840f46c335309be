import type { Checkpoint } from '../../shared/audit/checkpoint.ts';
import { Erased } from '../../shared/audit/erased.ts';
import {
  type AuditLeaf,
  EntryKind,
  type ErasedLeaf,
  type LetGoLeaf,
  type UnsignedErasedLeaf,
  wrongSuccessor,
} from '../../shared/audit/leaf.ts';
import { keptEntries, LetGo } from '../../shared/audit/letGo.ts';
import type { OrgId } from '../../shared/ids.ts';
import type { PublicKey, Signed } from '../../shared/signed.ts';
import { DAY, type UnixMs } from '../../shared/time.ts';
import { type AuditedRow, type AuditTree, StoreError } from '../store/store.ts';
import { hashOf, isEarlier, leafIn, standsFor } from './entry.ts';
import { agedBy } from './letGo.ts';
import { rowsWithin } from './rows.ts';
import { sha256 } from './sha256.ts';
import { checkpointBy, signedBy } from './signed.ts';
import { append, type Edge, noLeaves, rootOf, type TreeNode } from './tree.ts';
import type { UnsignedErasures } from './unsignedErasures.ts';

/** What is read to verify a tree: of one instant, so that nothing is counted on meanwhile. */
export type VerifiedTree = Pick<
  AuditTree,
  'auditEdge' | 'auditLeaves' | 'auditLevel' | 'auditedRows' | 'auditedRow' | 'auditLeafless' | 'checkpoints'
>;

export type AuditFault =
  | 'leaf_missing'
  | 'leaf_unreadable'
  | 'leaf_number'
  | 'wrong_successor'
  | 'let_go_forged'
  | 'let_go_early'
  | 'erased_forged'
  | 'row_changed'
  | 'row_missing'
  | 'row_not_erased'
  | 'row_unreadable'
  | 'row_without_leaf'
  | 'node_changed'
  | 'cut_off'
  | 'head_changed'
  | 'not_begun'
  | 'taken_in_late'
  | 'organisation_missing'
  | 'checkpoint_forged'
  | 'checkpoint_root'
  | 'checkpoints_missing';

/** The first bad entry: one, or one of those up to `to`, where hashes alone tell. */
export interface AuditFinding {
  readonly fault: AuditFault;
  readonly seq: number;
  readonly to: number;
  /** Its time, where a leaf still says one. */
  readonly at: UnixMs | null;
}

export interface Verified {
  readonly size: number;
  readonly checkpoints: number;
  /** Rows for which no leaf stands. */
  readonly leafless: number;
  readonly finding: AuditFinding | null;
}

export interface VerifyOptions {
  readonly org: OrgId;
  readonly serverKey: PublicKey;
  /** By the clock of whoever verifies: nothing was let go later than that. */
  readonly now: UnixMs;
  /** The tree as it was before erasures were signed, where it was begun so early: no later unsigned one counts. */
  readonly unsigned?: UnsignedErasures | null;
  /** Checkpoints that somebody kept elsewhere: the tree must begin with theirs too. */
  readonly kept?: readonly Signed[];
  readonly tell?: (done: number, of: number) => void;
}

/**
 * Computes everything anew from the leaves, and compares it with the rows, the stored nodes, the head and the checkpoints. Hashes tell that
 * one of several entries is another; where a row does not fit its leaf, that one is named.
 */
export async function verifyTree(tree: VerifiedTree, options: VerifyOptions): Promise<Verified> {
  const { org, tell = () => undefined } = options;
  const head = await headOf(tree, org);
  const own = await tree.checkpoints(org);
  const signed = [...own.map((one) => one.signed), ...(options.kept ?? [])];
  const checkpoints = signed.map((one): GivenCheckpoint => checkpointBy(options, one) ?? 'forged');
  const leaves = await verifyLeaves(tree, options, head, checkpoints, (done) => tell(done, 2 * head.size));
  const rows = await verifyRows(tree, org, leaves, (done) => tell(head.size + done, 2 * head.size));
  const { count: leafless, first } = await tree.auditLeafless(org);
  const beyond: AuditFinding = { fault: 'row_without_leaf', seq: head.size, to: head.size, at: first };
  const wrong = firstOf(leaves.finding, rows) ?? (leafless === 0 ? null : beyond);
  // Last: what is wrong with an entry says more.
  const finding = wrong ?? (leaves.wasSigned && own.length === 0 ? unsignedTo(head.size - 1) : null);
  return { size: head.size, checkpoints: checkpoints.length, leafless, finding };
}

/** Where what is kept of it fits no tree, of as many entries as there are leaves: its peaks are compared with what comes of them. */
async function headOf(tree: VerifiedTree, org: OrgId): Promise<Edge> {
  try {
    return await tree.auditEdge(org);
  } catch (cause) {
    if (!(cause instanceof StoreError && cause.code === 'damaged')) throw cause;
  }
  let size = 0;
  for (let more = AT_ONCE; more === AT_ONCE; size += more) more = (await tree.auditLeaves(org, size, AT_ONCE)).length;
  return { size, peaks: [] };
}

function unsignedTo(to: number): AuditFinding {
  return { fault: 'checkpoints_missing', seq: 0, to, at: null };
}

/** What hashes cannot narrow down, the row that does not fit does. */
function firstOf(leaves: AuditFinding | null, rows: AuditFinding | null): AuditFinding | null {
  if (leaves === null || rows === null) return leaves ?? rows;
  return rows.seq <= leaves.to ? rows : leaves;
}

type GivenCheckpoint = Checkpoint | 'forged';

interface Leaves {
  readonly size: number;
  /** By number, whether there must be a row, and of which kind: not 0 for an entry that no later leaf superseded, or named as erased or let go. */
  readonly standing: Uint8Array;
  /** It is so old, or says so by an entry that follows a checkpoint alone, that the server must have signed one. */
  readonly wasSigned: boolean;
  readonly finding: AuditFinding | null;
}

/** Goes on behind what it finds: later leaves say of earlier entries why they have no row. */
async function verifyLeaves(
  tree: VerifiedTree,
  options: VerifyOptions,
  head: Edge,
  checkpoints: readonly GivenCheckpoint[],
  tell: (done: number) => void,
): Promise<Leaves> {
  const { org, unsigned = null } = options;
  const standing = new Uint8Array(head.size);
  const sound = checkpoints.filter((one) => one !== 'forged');
  const witnesses = unsigned === null ? sound : [...sound, unsigned];
  let edge = noLeaves;
  let trusted = 0;
  let at: UnixMs | null = null;
  let isBegun = false;
  let begunAt: UnixMs | null = null;
  let wasSigned = false;
  const first: { finding: AuditFinding | null } = { finding: null };
  const found = (fault: AuditFault, seq: number, to = seq): void => {
    first.finding ??= { fault, seq, to, at };
  };

  for (let from = 0; from < head.size; from += AT_ONCE) {
    const texts = await tree.auditLeaves(org, from, Math.min(AT_ONCE, head.size - from));
    const nodes: TreeNode[] = [];
    for (const text of texts) {
      const leaf = leafIn(text);
      at = leaf?.at ?? at;
      if (leaf === null) found('leaf_unreadable', edge.size);
      else if (leaf.seq !== edge.size) found(leaf.seq > edge.size ? 'leaf_missing' : 'leaf_number', edge.size);
      if (leaf !== null && isBegun === (isEarlier(leaf) || leaf.kind === 'begun'))
        found(isBegun ? 'taken_in_late' : 'not_begun', edge.size);
      isBegun ||= leaf?.kind === 'begun';
      if (leaf?.kind === 'begun') begunAt = leaf.at;
      wasSigned ||= leaf !== null && (isAfterCheckpoint(leaf) || (begunAt !== null && leaf.at - begunAt > DAY));
      const fault = leaf === null ? null : await taken(leaf);
      if (fault !== null) found(fault, edge.size);
      if (first.finding !== null) continue;
      const next = append(sha256, edge, [hashOf(text)]);
      nodes.push(...next.nodes);
      edge = next.edge;
      for (const { root } of witnesses.filter(({ size }) => size === edge.size)) {
        if (root === hex(rootOf(sha256, edge))) trusted = edge.size;
        else found('checkpoint_root', trusted, edge.size - 1);
      }
    }
    if (first.finding === null && edge.size < Math.min(from + AT_ONCE, head.size)) found('leaf_missing', edge.size);
    const changed = first.finding === null ? await changedNode(tree, org, nodes) : null;
    if (changed !== null) {
      const many = 2 ** changed.level;
      found('node_changed', changed.place * many, (changed.place + 1) * many - 1);
    }
    tell(Math.min(from + AT_ONCE, head.size));
  }
  const last = Math.max(trusted, head.size - 1);
  if (checkpoints.includes('forged')) found('checkpoint_forged', trusted, last);
  const largest = witnesses.reduce<UnsignedErasures | null>((a, b) => (a === null || b.size > a.size ? b : a), null);
  if (largest !== null && largest.size > head.size) {
    at = largest.at;
    found('cut_off', head.size, largest.size - 1);
  }
  if ((await tree.auditLeaves(org, head.size, 1)).length > 0) found('head_changed', head.size);
  if (!isBegun) found('not_begun', head.size);
  const isSame =
    head.peaks.length === edge.peaks.length &&
    head.peaks.every((peak, place) => hex(peak) === hex(edge.peaks[place] ?? noHash));
  if (!isSame) found('head_changed', trusted, last);
  return { size: head.size, standing, wasSigned, finding: first.finding };

  /** Takes note of what the leaf stands for, and of what no longer has to have a row; a fault when it may not say so. */
  async function taken(leaf: AuditLeaf): Promise<AuditFault | null> {
    switch (leaf.kind) {
      case 'begun':
      case 'day':
        return null;
      case 'erased':
        return erased(leaf);
      case 'let_go':
        return letGo(leaf);
      case 'access':
      case 'security_event':
        standing[leaf.seq] = kindCode(leaf.kind);
        if (leaf.supersedes === undefined) return null;
    }
    const earlier = leafIn((await tree.auditLeaves(org, leaf.supersedes, 1))[0] ?? '');
    if (earlier === null || wrongSuccessor(earlier, leaf) !== null) return 'wrong_successor';
    return areGone([[leaf.supersedes, leaf.supersedes]], leaf.seq) ? null : 'wrong_successor';
  }

  function erased(leaf: ErasedLeaf | UnsignedErasedLeaf): AuditFault | null {
    const entries = 'signed' in leaf ? signedErased(leaf) : leaf.seq < (unsigned?.size ?? 0) ? leaf.entries : null;
    if (entries === null) return 'erased_forged';
    return areGone(entries, leaf.seq) ? null : 'wrong_successor';
  }

  /** What it names, of this very tree; null where that was not signed. Behind what is wrong there is no root any more to compare with. */
  function signedErased({ signed, seq, at: leafAt }: ErasedLeaf): Erased['entries'] | null {
    const said = signedBy(options, 'daylight/erased/v1', signed, Erased);
    if (said === null || said.at !== leafAt || said.size !== seq) return null;
    return first.finding !== null || said.root === hex(rootOf(sha256, edge)) ? said.entries : null;
  }

  /** What may not be let go still has to have its rows: so one that is missing is what is named. */
  function letGo({ signed, seq, at: leafAt }: LetGoLeaf): AuditFault | null {
    const said = signedBy(options, 'daylight/let-go/v1', signed, LetGo);
    if (said === null || said.at !== leafAt) return 'let_go_forged';
    const by = checkpointBy(options, said.by);
    if (by === null) return 'let_go_forged';
    const { of, days, entries } = said;
    // It was made before it was signed for; a small step of the clock is none, and what was signed while the clock was back says nothing.
    const before = Math.max(0, ...sound.flatMap((one) => (one.size <= seq ? [one.at] : [])));
    const after = sound.flatMap((one) => (one.size > seq && one.at >= before ? [one.at] : []));
    const made = Math.min(said.at, DAY + Math.min(options.now, ...after));
    const aged = agedBy([...sound, by], made, days);
    if (days < keptEntries[of].least || aged === null || aged.size < by.size) return 'let_go_early';
    const isOf = ([low, high]: readonly [number, number]): boolean =>
      high < by.size && standing.subarray(low, high + 1).every((one) => one === kindCode(of));
    if (!entries.every(isOf)) return 'let_go_early';
    return areGone(entries, seq) ? null : 'wrong_successor';
  }

  function areGone(runs: readonly (readonly [number, number])[], by: number): boolean {
    return runs.map(([low, high]) => isGone(low, high, by)).every(Boolean);
  }

  function isGone(low: number, high: number, by: number): boolean {
    if (high < low || high >= by) return false;
    const wereThere = standing.subarray(low, high + 1).every((one) => one !== 0);
    standing.fill(0, low, high + 1);
    return wereThere;
  }
}

/** The server puts these where a checkpoint was before, and none of the last of a day is ever deleted. */
function isAfterCheckpoint({ kind }: AuditLeaf): boolean {
  return kind === 'day' || kind === 'let_go';
}

async function changedNode(tree: VerifiedTree, org: OrgId, nodes: readonly TreeNode[]): Promise<TreeNode | null> {
  const stored = nodes.filter(({ level }) => level >= STORED_LEVEL);
  for (const [level, those] of byLevel(stored)) {
    const known = await tree.auditLevel(org, level, those[0]?.place ?? 0, those.length);
    const wrong = those.find(({ place, hash }, n) => known[n]?.place !== place || hex(known[n].hash) !== hex(hash));
    if (wrong !== undefined) return wrong;
  }
  return null;
}

function byLevel(nodes: readonly TreeNode[]): ReadonlyMap<number, readonly TreeNode[]> {
  const levels = new Map<number, TreeNode[]>();
  for (const node of nodes) levels.set(node.level, [...(levels.get(node.level) ?? []), node]);
  return levels;
}

async function verifyRows(
  tree: VerifiedTree,
  org: OrgId,
  { size, standing, finding }: Leaves,
  tell: (done: number) => void,
): Promise<AuditFinding | null> {
  const until = Math.min(size, finding === null ? size : finding.to + 1);
  for (let from = 0; from < until; from += AT_ONCE) {
    const to = Math.min(from + AT_ONCE, until);
    const rows = await rowsWithin(tree, org, from, to);
    const texts = await tree.auditLeaves(org, from, to - from);
    const leaves = new Map(texts.flatMap((text) => leafIn(text) ?? []).map((leaf) => [leaf.seq, leaf]));
    for (let seq = from; seq < to; seq += 1) {
      const leaf = leaves.get(seq) ?? null;
      const fault = rowFault(standing[seq] !== 0 ? leaf : null, rows.get(seq));
      if (fault !== null) return { fault, seq, to: seq, at: leaf?.at ?? null };
    }
    tell(to);
  }
  return null;
}

/** `leaf`: null where there must be no row. */
function rowFault(leaf: AuditLeaf | null, row: AuditedRow | 'unreadable' | undefined): AuditFault | null {
  if (row === 'unreadable') return 'row_unreadable';
  if (leaf === null) return row === undefined ? null : 'row_not_erased';
  if (row === undefined) return 'row_missing';
  return standsFor(leaf, row, row.salt) ? null : 'row_changed';
}

function hex(hash: Uint8Array): string {
  return Buffer.from(hash).toString('hex');
}

function kindCode(kind: EntryKind): number {
  return EntryKind.options.indexOf(kind) + 1;
}

const noHash = new Uint8Array();
const AT_ONCE = 1_024;
/** As the store keeps them. */
const STORED_LEVEL = 4;
