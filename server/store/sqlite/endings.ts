import type { BlobFolder } from '../blobs/blobFolder.ts';
import type { Endings } from '../store.ts';
import { idBytes, int } from './columns.ts';
import type { Database } from './database.ts';
import { translated } from './failure.ts';
import { storeSchema } from './schema.ts';

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

export function endingsIn({ read, writer }: Database, blobs: BlobFolder): Endings {
  return {
    async holdings(org) {
      const ours = idBytes(org);
      const rows = await read.first(counts, [ours]);
      const count = (column: string): number => (rows === null ? 0 : int(rows, column));
      return {
        people: count('person'),
        devices: count('device'),
        days: count('days'),
        segments: count('segment'),
        images: count('image'),
        records: tables.reduce((sum, table) => sum + count(table), await translated(blobs.count(org))),
      };
    },
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

const counts = `SELECT ${tables.map((table) => `(SELECT count(*) FROM ${table} WHERE org = ?1) AS ${table}`).join(', ')},
  (SELECT count(*) FROM (SELECT DISTINCT person, day FROM segment WHERE org = ?1)) AS days`;
