import { type AuditLeaf, type LeafNumber, SALT_BYTES } from '../../../shared/audit/leaf.ts';
import type { OrgId } from '../../../shared/ids.ts';
import type { UnixMs } from '../../../shared/time.ts';
import { type AuditEntry, grown, isEarlier, leafIn, leafOf, type NewEntry, standsFor } from '../../audit/entry.ts';
import { type Edge, noLeaves } from '../../audit/tree.ts';
import type { RandomBytes } from '../blobs/blobFolder.ts';
import { StoreError } from '../store.ts';
import { bytes, idBytes, int, intOrNull, text } from './columns.ts';
import type { Row } from './connection.ts';
import { insertRows } from './rows.ts';
import type { Transaction } from './writer.ts';

/** Nodes of this level and above are stored; what is below is hashed from leaves. */
export const STORED_LEVEL = 4;

/** Within a unit: each gets the next leaf, and its row must be given that number and salt in the same unit. */
export async function appendEntries(
  tx: Transaction,
  org: OrgId,
  entries: readonly Omit<NewEntry, 'salt'>[],
  randomBytes: RandomBytes,
): Promise<readonly { readonly seq: LeafNumber; readonly salt: Uint8Array }[]> {
  const edge = await edgeIn(tx, org);
  const numbered = entries.map((entry, place) => ({
    entry: { ...entry, salt: randomBytes(SALT_BYTES) },
    seq: edge.size + place,
  }));
  await appendLeaves(
    tx,
    org,
    edge,
    numbered.map(({ entry, seq }) => leafOf(seq, entry)),
  );
  return numbered.map(({ entry, seq }) => ({ seq, salt: entry.salt }));
}

/** Within a unit. */
export async function appendLeaves(
  tx: Transaction,
  org: OrgId,
  edge: Edge,
  leaves: readonly AuditLeaf[],
): Promise<void> {
  const whose = idBytes(org);
  const { edge: after, nodes, texts } = grown(edge, leaves);
  const rows = texts.map((leaf, place) => [whose, edge.size + place, leaf]);
  await insertRows(tx, 'audit_leaf', ['org', 'seq', 'leaf'], rows);
  const stored = nodes.filter(({ level }) => level >= STORED_LEVEL);
  const places = stored.map(({ level, place, hash }) => [whose, level, place, hash]);
  await insertRows(tx, 'audit_node', ['org', 'level', 'place', 'hash'], places);
  await tx.run(putHead, [whose, after.size, Buffer.concat(after.peaks)]);
}

/** Within a unit, once for each tree: from then on nothing is taken into it that was recorded before. */
export async function beginTree(tx: Transaction, org: OrgId, at: UnixMs): Promise<void> {
  const edge = await edgeIn(tx, org);
  await appendLeaves(tx, org, edge, [{ kind: 'begun', seq: edge.size, at }]);
}

/** Within a unit: whether there is nothing in the tree but what was taken into it. */
export async function takesEarlier(tx: Transaction, org: OrgId): Promise<boolean> {
  const { size } = await edgeIn(tx, org);
  if (size === 0) return true;
  const last = await leafAt(tx, org, size - 1);
  return last !== null && isEarlier(last);
}

/**
 * Within a unit: whether a row may be counted on. Not one that somebody else put in or changed, for which the next leaf would vouch; nor one
 * of before there was a tree.
 */
export async function mayBeCountedOn(tx: Transaction, entry: AuditEntry, row: Row): Promise<boolean> {
  const [seq, salt] = [intOrNull(row, 'seq'), row['salt']];
  if (seq === null || !(salt instanceof Uint8Array)) return false;
  const leaf = await leafAt(tx, entry.row.org, seq);
  return leaf !== null && !isEarlier(leaf) && standsFor(leaf, entry, salt);
}

async function leafAt(tx: Transaction, org: OrgId, seq: LeafNumber): Promise<AuditLeaf | null> {
  const [row] = await tx.all('SELECT leaf FROM audit_leaf WHERE org = ? AND seq = ?', [idBytes(org), seq]);
  return row === undefined ? null : leafIn(text(row, 'leaf'));
}

/** Read within the unit that appends: other processes append too. */
export async function edgeIn(tx: Pick<Transaction, 'all'>, org: OrgId): Promise<Edge> {
  const [row] = await tx.all('SELECT size, peaks FROM audit_head WHERE org = ?', [idBytes(org)]);
  return row === undefined ? noLeaves : edgeOf(row);
}

function edgeOf(row: Row): Edge {
  const [size, all] = [int(row, 'size'), bytes(row, 'peaks')];
  const peaks = Array.from({ length: all.length / HASH_BYTES }, (_, place) =>
    all.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES),
  );
  if (all.length % HASH_BYTES !== 0 || peaks.length !== onesOf(size))
    throw new StoreError(
      'damaged',
      'the edge of the audit tree does not fit its size; run daylight-server verify-audit, or restore it from a backup',
    );
  return { size, peaks };
}

const HASH_BYTES = 32;
const putHead = `INSERT INTO audit_head (org, size, peaks) VALUES (?, ?, ?)
  ON CONFLICT (org) DO UPDATE SET size = excluded.size, peaks = excluded.peaks`;

function onesOf(size: number): number {
  return size.toString(2).replaceAll('0', '').length;
}
