import type { EntryKind } from '../../../shared/audit/leaf.ts';
import { nodeHash } from '../../../shared/audit/merkle.ts';
import { OrgId, type PersonId } from '../../../shared/ids.ts';
import { DAY, type UnixMs } from '../../../shared/time.ts';
import { type AuditEntry, hashOf, leafIn, runsOf, standsFor } from '../../audit/entry.ts';
import { sha256 } from '../../audit/sha256.ts';
import { type NodePlace, rootOf } from '../../audit/tree.ts';
import type { RandomBytes } from '../blobs/blobFolder.ts';
import {
  type AuditedRow,
  type AuditTree,
  type CheckpointRecord,
  type LetGoRows,
  type SaidErased,
  StoreError,
} from '../store.ts';
import { accessOf, eventOf } from './audit.ts';
import { appendEntries, appendLeaves, beginTree, edgeIn, STORED_LEVEL, takesEarlier } from './auditEntries.ts';
import { bytes, id, idBytes, int, intOrNull, signed, signedValues, text } from './columns.ts';
import type { Row, Value } from './connection.ts';
import type { Database } from './database.ts';
import { deleteByKeys, insertRows, selectByKeys, updateRows } from './rows.ts';
import type { Transaction } from './writer.ts';

export function auditTreeIn({ writer, read }: Database, randomBytes: RandomBytes): AuditTree {
  return {
    auditEdge: (org) => edgeIn(read, org),
    async auditLeaves(org, from, limit) {
      return (await read.all(leavesFrom, [idBytes(org), from, limit])).map((row) => text(row, 'leaf'));
    },
    async auditNodes(org, nodes) {
      const stored = nodes.filter(({ level }) => level >= STORED_LEVEL);
      const keys = stored.map(({ level, place }) => [idBytes(org), level, place]);
      const rows = await selectByKeys(read, 'SELECT * FROM audit_node', ['org', 'level', 'place'], keys);
      const known = new Map(rows.map((row) => [`${int(row, 'level')}/${int(row, 'place')}`, bytes(row, 'hash')]));
      return Promise.all(
        nodes.map(async (node) => {
          if (node.level < STORED_LEVEL) return lowNode(org, node);
          return known.get(`${node.level}/${node.place}`) ?? missing();
        }),
      );
    },
    async auditLevel(org, level, place, limit) {
      const rows = await read.all(nodesOfLevel, [idBytes(org), level, place, limit]);
      return rows.map((row) => ({ level, place: int(row, 'place'), hash: bytes(row, 'hash') }));
    },
    async auditedRow(org, seq) {
      const whose = [idBytes(org), seq];
      for (const kind of kinds) {
        const row = await read.first(`SELECT * FROM ${kind} WHERE org = ? AND seq = ?`, whose);
        if (row !== null) return auditedOf(kind, row);
      }
      return null;
    },
    async auditedRows(org, kind, from, to) {
      const within = `SELECT * FROM ${kind} WHERE org = ? AND seq >= ? AND seq < ? ORDER BY seq`;
      return (await read.all(within, [idBytes(org), from, to])).map((row) => auditedOf(kind, row));
    },
    async auditLeafless(org) {
      const [row] = await read.all(leafless, [idBytes(org)]);
      return {
        count: row === undefined ? 0 : int(row, 'many'),
        first: row === undefined ? null : intOrNull(row, 'first'),
      };
    },
    takeIntoAudit: (org, limit, at) =>
      writer.unit(async (tx) => {
        if (!(await takesEarlier(tx, org))) return 0;
        const taken = await takeSome(tx, org, limit, randomBytes);
        if (taken === 0) await beginTree(tx, org, at);
        return taken;
      }),
    async forgetEntries(org, person, said) {
      let gone = 0;
      for (const { kind, whose } of ofPerson) {
        let last: number | null = 0;
        while (last !== null) {
          const forgetting: Forgetting = { kind, whose, org, person, after: last, said };
          const some: Forgotten = await writer.unit((tx) => forgetSome(tx, forgetting));
          gone += some.deleted;
          last = some.last;
        }
      }
      return gone;
    },
    async auditAmount(org, of) {
      const { where, values } = rowsOf(org, of);
      const row = await read.first(`SELECT count(*) AS many, min(at) AS first, max(at) AS last FROM ${where}`, values);
      if (row === null) return { count: 0, oldest: null, newest: null };
      return { count: int(row, 'many'), oldest: intOrNull(row, 'first'), newest: intOrNull(row, 'last') };
    },
    async agedEntries(org, of, limit) {
      const { where, values } = rowsOf(org, of);
      const some = `SELECT t.*, ${itsLeaf} FROM ${where} AND seq > ? ORDER BY seq LIMIT ?`;
      const fit: number[] = [];
      for (let after: number | undefined = -1; after !== undefined && fit.length < limit; ) {
        const rows: readonly Row[] = await read.all(some, [...values, after, limit]);
        fit.push(...rows.filter((row) => fitsLeaf(of.kind, row)).map((row) => int(row, 'seq')));
        const last = rows.at(-1);
        after = last === undefined ? undefined : int(last, 'seq');
      }
      return fit.slice(0, limit);
    },
    letGoEntries: (org, kind, entries, said) =>
      writer.unit(async (tx) => {
        const keys = entries.map((seq) => [idBytes(org), seq]);
        const rows = await selectByKeys(tx, `SELECT rowid, seq FROM ${kind}`, ['org', 'seq'], keys);
        if (rows.length !== entries.length)
          throw new StoreError('conflict', 'an entry that was to be let go is not there any more; try again');
        const rowids = rows.map((row) => int(row, 'rowid'));
        await deleteByKeys(tx, kind, 'rowid', rowids);
        const edge = await edgeIn(tx, org);
        await appendLeaves(tx, org, edge, [{ kind: 'let_go', seq: edge.size, ...said }]);
      }),
    appendDay: (org, at) =>
      writer.unit(async (tx) => {
        const edge = await edgeIn(tx, org);
        await appendLeaves(tx, org, edge, [{ kind: 'day', seq: edge.size, at }]);
      }),
    async putCheckpoint(checkpoint) {
      const values = [idBytes(checkpoint.org), checkpoint.size, checkpoint.at, ...signedValues(checkpoint.signed)];
      await writer.unit(async (tx) => {
        await insertRows(tx, 'audit_checkpoint', checkpointColumns, [values], 'ON CONFLICT (org, size) DO NOTHING');
        await tx.run(thinOut, [idBytes(checkpoint.org), checkpoint.at - DAY, DAY]);
      });
    },
    async checkpoints(org) {
      const rows = await read.all('SELECT * FROM audit_checkpoint WHERE org = ? ORDER BY size', [idBytes(org)]);
      return rows.map(checkpointOf);
    },
    async latestCheckpoint(org) {
      const row = await read.first(latest, [idBytes(org)]);
      return row === null ? null : checkpointOf(row);
    },
  };

  async function lowNode(org: OrgId, { level, place }: NodePlace): Promise<Uint8Array> {
    const many = 2 ** level;
    const rows = await read.all(leavesFrom, [idBytes(org), place * many, many]);
    if (rows.length < many) return missing();
    const hashes = rows.map((row) => hashOf(text(row, 'leaf')));
    return perfect(hashes);
  }
}

const kinds: readonly EntryKind[] = ['access', 'security_event'];
/** In which tables there is something of a person, and in which column. */
const ofPerson = [
  { kind: 'access', whose: 'subject' },
  { kind: 'security_event', whose: 'person' },
] as const;
function rowsOf(
  org: OrgId,
  { kind, below, except, spared }: LetGoRows,
): { readonly where: string; readonly values: Value[] } {
  const whose = ofPerson.find((one) => one.kind === kind)?.whose ?? 'person';
  const others = except.length === 0 ? '' : ` AND coalesce(${whose} NOT IN (${except.map(() => '?').join(', ')}), 1)`;
  const those = spared.length === 0 ? '' : ` AND seq NOT IN (${spared.map(() => '?').join(', ')})`;
  return {
    where: `${kind} t WHERE org = ? AND seq < ?${others}${those}`,
    values: [idBytes(org), below, ...except.map(idBytes), ...spared],
  };
}

/** So many at once that reads do not wait long. */
const SOME = 500;

const itsLeaf = '(SELECT leaf FROM audit_leaf l WHERE l.org = t.org AND l.seq = t.seq) AS leaf';
const leavesFrom = 'SELECT leaf FROM audit_leaf WHERE org = ? AND seq >= ? ORDER BY seq LIMIT ?';
const size = 'coalesce((SELECT size FROM audit_head WHERE org = ?1), 0)';
const leafless = `SELECT count(*) AS many, min(at) AS first FROM (
  SELECT at FROM access WHERE org = ?1 AND seq IS NULL UNION ALL SELECT at FROM access WHERE org = ?1 AND seq >= ${size}
  UNION ALL SELECT at FROM security_event WHERE org = ?1 AND seq IS NULL
  UNION ALL SELECT at FROM security_event WHERE org = ?1 AND seq >= ${size})`;
const nodesOfLevel =
  'SELECT place, hash FROM audit_node WHERE org = ? AND level = ? AND place >= ? ORDER BY place LIMIT ?';
const checkpointColumns = ['org', 'size', 'at', 'payload', 'key_id', 'signature'];
const latest = 'SELECT * FROM audit_checkpoint WHERE org = ? ORDER BY size DESC LIMIT 1';
/** Of each day the last one stays. */
const thinOut = `DELETE FROM audit_checkpoint WHERE org = ?1 AND at < ?2 AND size NOT IN
  (SELECT max(size) FROM audit_checkpoint WHERE org = ?1 GROUP BY at / ?3)`;

function perfect(hashes: readonly Uint8Array[]): Uint8Array {
  const [only, ...more] = hashes;
  if (only !== undefined && more.length === 0) return only;
  const middle = hashes.length / 2;
  return nodeHash(sha256, perfect(hashes.slice(0, middle)), perfect(hashes.slice(middle)));
}

function missing(): never {
  throw new StoreError(
    'damaged',
    'the audit tree lacks a part that it had; run daylight-server verify-audit, which says what, and restore it from a backup',
  );
}

/** Both tables by turns, as their times say: what was recorded first is taken first. */
async function takeSome(tx: Transaction, org: OrgId, limit: number, randomBytes: RandomBytes): Promise<number> {
  const found = [];
  for (const kind of kinds) {
    const rows = await tx.all(`SELECT rowid, * FROM ${kind} WHERE org = ? AND seq IS NULL ORDER BY rowid LIMIT ?`, [
      ...[idBytes(org), limit],
    ]);
    found.push(...rows.map((row) => ({ kind, rowid: int(row, 'rowid'), ...unnumbered(kind, row) })));
  }
  const taken = found.toSorted((a, b) => a.at - b.at || a.rowid - b.rowid).slice(0, limit);
  if (taken.length === 0) return 0;
  const entries = taken.map(({ at, entry }) => ({ at, entry, supersedes: null, earlier: true as const }));
  const numbered = await appendEntries(tx, org, entries, randomBytes);
  for (const kind of kinds) {
    const rows = taken.flatMap((one, place) => {
      const given = numbered[place];
      return one.kind === kind && given !== undefined ? [[one.rowid, given.seq, given.salt]] : [];
    });
    await updateRows(tx, kind, ['rowid'], ['seq', 'salt'], rows);
  }
  return taken.length;
}

function unnumbered(kind: EntryKind, stored: Row): { readonly at: UnixMs; readonly entry: AuditEntry } {
  if (kind === 'access') {
    const row = accessOf(stored);
    return { at: row.lastAt, entry: { kind, row } };
  }
  const row = eventOf(stored);
  return { at: row.at, entry: { kind, row } };
}

/** What somebody changed or moved stays, for whoever verifies. */
function fitsLeaf(kind: EntryKind, row: Row): boolean {
  try {
    const leaf = leafIn(text(row, 'leaf'));
    const { salt, ...entry } = auditedOf(kind, row);
    return leaf !== null && standsFor(leaf, entry, salt);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'damaged') return false;
    throw error;
  }
}

interface Forgetting {
  readonly kind: EntryKind;
  readonly whose: string;
  readonly org: OrgId;
  readonly person: PersonId;
  /** The row after which to go on. */
  readonly after: number;
  readonly said: SaidErased;
}

interface Forgotten {
  readonly deleted: number;
  /** The last row that was looked at; null when there are none left. */
  readonly last: number | null;
}

async function forgetSome(tx: Transaction, { kind, whose, org, person, after, said }: Forgetting): Promise<Forgotten> {
  const some = `SELECT t.rowid, t.*, ${itsLeaf} FROM ${kind} t WHERE org = ? AND ${whose} = ? AND rowid > ? ORDER BY rowid LIMIT ?`;
  const rows = await tx.all(some, [idBytes(org), idBytes(person), after, SOME]);
  const last = rows.at(-1);
  if (last === undefined) return { deleted: 0, last: null };
  const deleted = await deleteByKeys(
    tx,
    kind,
    'rowid',
    rows.map((row) => int(row, 'rowid')),
  );
  const entries = runsOf(rows.filter((row) => fitsLeaf(kind, row)).map((row) => int(row, 'seq')));
  if (entries.length > 0) await sayErased(tx, org, entries, said);
  return { deleted, last: int(last, 'rowid') };
}

async function sayErased(
  tx: Transaction,
  org: OrgId,
  entries: [number, number][],
  { at, sign }: SaidErased,
): Promise<void> {
  if (sign === null) return;
  const edge = await edgeIn(tx, org);
  const root = Buffer.from(rootOf(sha256, edge)).toString('hex');
  const signed = sign({ at, size: edge.size, root, entries });
  await appendLeaves(tx, org, edge, [{ kind: 'erased', seq: edge.size, at, signed }]);
}

function auditedOf(kind: EntryKind, row: Row): AuditedRow {
  const salt = bytes(row, 'salt');
  return kind === 'access' ? { kind, salt, row: accessOf(row) } : { kind, salt, row: eventOf(row) };
}

function checkpointOf(row: Row): CheckpointRecord {
  return { org: id(OrgId, row, 'org'), size: int(row, 'size'), at: int(row, 'at'), signed: signed(row) };
}
