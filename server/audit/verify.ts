import { Checkpoint } from '../../shared/audit/checkpoint.ts';
import { type AuditLeaf, wrongSuccessor } from '../../shared/audit/leaf.ts';
import { isCanonical } from '../../shared/canonical.ts';
import type { OrgId } from '../../shared/ids.ts';
import type { PublicKey, Signed } from '../../shared/signed.ts';
import type { UnixMs } from '../../shared/time.ts';
import { verifySigned } from '../control/signer.ts';
import type { AuditedRow, AuditTree } from '../store/store.ts';
import { hashOf, isEarlier, leafIn, standsFor } from './entry.ts';
import { rowsWithin } from './rows.ts';
import { sha256 } from './sha256.ts';
import { append, type Edge, noLeaves, rootOf, type TreeNode } from './tree.ts';

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
  | 'checkpoint_root';

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
  const head = await tree.auditEdge(org);
  const signed = [...(await tree.checkpoints(org)).map((one) => one.signed), ...(options.kept ?? [])];
  const checkpoints = signed.map((one) => checkpointOf(one, options));
  const leaves = await verifyLeaves(tree, org, head, checkpoints, (done) => tell(done, 2 * head.size));
  const rows = await verifyRows(tree, org, leaves, (done) => tell(head.size + done, 2 * head.size));
  const { count: leafless, first } = await tree.auditLeafless(org);
  const beyond: AuditFinding = { fault: 'row_without_leaf', seq: head.size, to: head.size, at: first };
  const finding = firstOf(leaves.finding, rows) ?? (leafless === 0 ? null : beyond);
  return { size: head.size, checkpoints: checkpoints.length, leafless, finding };
}

/** What hashes cannot narrow down, the row that does not fit does. */
function firstOf(leaves: AuditFinding | null, rows: AuditFinding | null): AuditFinding | null {
  if (leaves === null || rows === null) return leaves ?? rows;
  return rows.seq <= leaves.to ? rows : leaves;
}

type GivenCheckpoint = Checkpoint | 'forged';

function checkpointOf(signed: Signed, { org, serverKey }: VerifyOptions): GivenCheckpoint {
  if (!verifySigned('daylight/checkpoint/v1', signed, serverKey) || !isCanonical(signed.payload)) return 'forged';
  const parsed = Checkpoint.safeParse(JSON.parse(signed.payload));
  return parsed.success && parsed.data.org === org ? parsed.data : 'forged';
}

interface Leaves {
  readonly size: number;
  /** By number, whether there must be a row: 1 for an entry that no later leaf superseded or named as erased. */
  readonly standing: Uint8Array;
  readonly finding: AuditFinding | null;
}

/** Goes on behind what it finds: later leaves say of earlier entries why they have no row. */
async function verifyLeaves(
  tree: VerifiedTree,
  org: OrgId,
  head: Edge,
  checkpoints: readonly GivenCheckpoint[],
  tell: (done: number) => void,
): Promise<Leaves> {
  const standing = new Uint8Array(head.size);
  const sound = checkpoints.filter((one) => one !== 'forged');
  let edge = noLeaves;
  let trusted = 0;
  let at: UnixMs | null = null;
  let isBegun = false;
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
      if (leaf !== null && !(await isTaken(leaf))) found('wrong_successor', edge.size);
      if (first.finding !== null) continue;
      const next = append(sha256, edge, [hashOf(text)]);
      nodes.push(...next.nodes);
      edge = next.edge;
      for (const { root } of sound.filter(({ size }) => size === edge.size)) {
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
  const largest = sound.reduce<Checkpoint | null>((a, b) => (a === null || b.size > a.size ? b : a), null);
  if (largest !== null && largest.size > head.size) {
    at = largest.at;
    found('cut_off', head.size, largest.size - 1);
  }
  if ((await tree.auditLeaves(org, head.size, 1)).length > 0) found('head_changed', head.size);
  if (!isBegun) found('not_begun', head.size);
  const isSame = head.peaks.every((peak, place) => hex(peak) === hex(edge.peaks[place] ?? noHash));
  if (!isSame) found('head_changed', trusted, last);
  return { size: head.size, standing, finding: first.finding };

  /** Takes note of what the leaf stands for, and of what no longer has to have a row; false when it may not say so. */
  async function isTaken(leaf: AuditLeaf): Promise<boolean> {
    if (leaf.kind === 'erased') return leaf.entries.map(([low, high]) => isGone(low, high, leaf.seq)).every(Boolean);
    if (leaf.kind === 'begun') return true;
    standing[leaf.seq] = 1;
    if (leaf.supersedes === undefined) return true;
    const earlier = leafIn((await tree.auditLeaves(org, leaf.supersedes, 1))[0] ?? '');
    if (earlier === null || wrongSuccessor(earlier, leaf) !== null) return false;
    return isGone(leaf.supersedes, leaf.supersedes, leaf.seq);
  }

  function isGone(low: number, high: number, by: number): boolean {
    if (high < low || high >= by) return false;
    const wereThere = standing.subarray(low, high + 1).every((one) => one === 1);
    standing.fill(0, low, high + 1);
    return wereThere;
  }
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
      const fault = rowFault(standing[seq] === 1 ? leaf : null, rows.get(seq));
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

const noHash = new Uint8Array();
const AT_ONCE = 1_024;
/** As the store keeps them. */
const STORED_LEVEL = 4;
