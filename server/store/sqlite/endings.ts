import type { OrgId, PersonId } from '../../../shared/ids.ts';
import { HeldKind } from '../../../shared/protocol/http/holdings.ts';
import type { BlobFolder } from '../blobs/blobFolder.ts';
import type { AuditTree, Endings } from '../store.ts';
import { audited, noteClosed, noteOrganisationClosed } from './closedAccounts.ts';
import { bytes, idBytes, int, text } from './columns.ts';
import type { Database } from './database.ts';
import { nextMark } from './devices.ts';
import { translated } from './failure.ts';
import { storeSchema } from './schema.ts';
import { rowsOf, storePaths, type TablePaths } from './subjectPaths.ts';
import type { Transaction } from './writer.ts';

/** Every table has the organisation's id in each of its rows: what is in the schema is in the data map. */
const { tables } = storeSchema;

/** These grow with every day, and go bit by bit; how much the others hold goes by the number of people and computers. */
const long: ReadonlySet<string> = new Set([
  'segment',
  'image',
  'receipt',
  'personal_decision',
  'rights_request',
  'erasure',
  'imported_piece',
  'access',
  'security_event',
  'audit_leaf',
]);
const ROWS = 1_000;

/** Of these a legal hold may keep some, under keys of its own. */
const sealedByEpoch: ReadonlySet<string> = new Set(['segment', 'image']);
/** Above every epoch. */
const NO_EPOCH = Number.MAX_SAFE_INTEGER;

export function endingsIn(
  { read, writer }: Database,
  blobs: BlobFolder,
  { forgetEntries }: Pick<AuditTree, 'forgetEntries'>,
): Endings {
  return {
    async holdings(org) {
      const ours = idBytes(org);
      const rows = await read.first(counts, [ours]);
      const count = (column: string): number => (rows === null ? 0 : int(rows, column));
      return {
        kinds: byKind(count),
        people: count('person'),
        devices: count('device'),
        days: count('days'),
        segments: count('segment'),
        images: count('image'),
        records: tables.reduce((sum, table) => sum + count(table), await translated(blobs.count(org))),
      };
    },
    async holdingsOf(org, person, below) {
      const row = await read.first(countsOf, [idBytes(org), idBytes(person), below ?? NO_EPOCH]);
      const count = (column: string): number => (row === null ? 0 : int(row, column));
      return {
        days: count('days'),
        counts: byKind(count),
        records: ofPeople.reduce((sum, { table }) => sum + count(table), 0),
      };
    },
    closeAccount: (org, person) =>
      writer.unit(async (tx) => {
        await close(tx, org, person);
      }),
    async erasePerson(org, person, said, { tell, below = NO_EPOCH } = {}) {
      const whose = [idBytes(org), idBytes(person)];
      let gone = await writer.unit((tx) => close(tx, org, person));
      const count = (more: number): void => {
        gone += more;
        tell?.(gone);
      };
      for (;;) {
        const files = (await read.all(someFiles, [...whose, below])).map((row) => text(row, 'file'));
        if (files.length === 0) break;
        await translated(blobs.remove(org, files));
        const named = `org = ? AND person = ? AND file IN (${files.map(() => '?').join(', ')})`;
        count(await writer.unit((tx) => tx.run(`DELETE FROM image WHERE ${named}`, [...whose, ...files])));
      }
      count(await forgetEntries(org, person, said));
      for (const { table, rows } of ofPeople.filter((one) => !audited.has(one.table))) {
        const bits = long.has(table) ? `rowid IN (SELECT rowid FROM ${table} WHERE ${rows} LIMIT ${ROWS})` : rows;
        for (let deleted = -1; deleted !== 0; ) {
          const bound = sealedByEpoch.has(table) ? [...whose, below] : whose;
          deleted = await writer.unit((tx) => tx.run(`DELETE FROM ${table} WHERE ${bits}`, bound));
          count(deleted);
        }
      }
    },
    closeOrganisation: (org) =>
      writer.unit(async (tx) => {
        await noteOrganisationClosed(tx, org);
        for (const table of ['organisation', 'person', 'token', 'web_session'])
          await tx.run(`DELETE FROM ${table} WHERE org = ?`, [idBytes(org)]);
        await tx.run(`UPDATE device SET status = 'retired' WHERE org = ?`, [idBytes(org)]);
      }),
    async eraseOrganisation(org, tell) {
      const ours = idBytes(org);
      let gone = 0;
      const count = (more: number): void => {
        gone += more;
        tell?.(gone);
      };
      await translated(blobs.removeAll(org, count));
      for (const table of tables) {
        const some = long.has(table) ? `rowid IN (SELECT rowid FROM ${table} WHERE org = ? LIMIT ${ROWS})` : 'org = ?';
        for (let deleted = -1; deleted !== 0; ) {
          deleted = await writer.unit((tx) => tx.run(`DELETE FROM ${table} WHERE ${some}`, [ours]));
          count(deleted);
        }
      }
    },
  };
}

/** In one step; how many rows went. */
async function close(tx: Transaction, org: OrgId, person: PersonId): Promise<number> {
  const whose = [idBytes(org), idBytes(person)];
  await noteClosed(tx, org, person);
  const active = await tx.all(`SELECT device FROM device WHERE org = ? AND person = ? AND status = 'active'`, whose);
  for (const row of active)
    await tx.run(`UPDATE device SET status = 'retired', changed = ? WHERE org = ? AND device = ?`, [
      ...[await nextMark(tx, org), idBytes(org), bytes(row, 'device')],
    ]);
  let gone = 0;
  for (const table of ['person', 'token', 'web_session']) {
    gone += await tx.run(`DELETE FROM ${table} WHERE org = ? AND person = ?`, whose);
  }
  return gone;
}

function byKind(count: (table: string) => number): Record<HeldKind, number> {
  const of = (kind: HeldKind): number =>
    ofPeople.reduce((sum, { table, paths }) => sum + (paths.kind === kind ? count(table) : 0), 0);
  return Object.fromEntries(HeldKind.options.map((kind) => [kind, of(kind)])) as Record<HeldKind, number>;
}

/** Files that are removed before the rows that name them. */
const someFiles = 'SELECT file FROM image WHERE org = ? AND person = ? AND epoch < ? LIMIT 500';

/** Tables with rows of people, in the order in which they are deleted: the computers last, as rows are found by them. */
const ofPeople = Object.entries(storePaths as Readonly<Record<string, TablePaths>>)
  .flatMap(([table, paths]) => {
    const rows = rowsOf(paths);
    if (rows === null) return [];
    return [{ table, paths, rows: sealedByEpoch.has(table) ? `${rows} AND epoch < ?3` : rows }];
  })
  .toSorted((a, b) => Number(a.table === 'device') - Number(b.table === 'device'));

const countsOf = `SELECT ${ofPeople
  .map(({ table, rows }) => `(SELECT count(*) FROM ${table} WHERE ${rows}) AS ${table}`)
  .join(', ')},
  (SELECT count(DISTINCT day) FROM segment WHERE org = ?1 AND person = ?2 AND epoch < ?3) AS days`;

const counts = `SELECT ${tables.map((table) => `(SELECT count(*) FROM ${table} WHERE org = ?1) AS ${table}`).join(', ')},
  (SELECT count(*) FROM (SELECT DISTINCT person, day FROM segment WHERE org = ?1)) AS days`;
