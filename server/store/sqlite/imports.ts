import { ImportId, OrgId, PersonId } from '../../../shared/ids.ts';
import type { Vault } from '../../vault/vault.ts';
import { type ImportPiece, type ImportRecord, type Imports, StoreError } from '../store.ts';
import { bytes, day, dayNumber, id, idBytes, int } from './columns.ts';
import type { Row } from './connection.ts';
import type { Database } from './database.ts';
import { insertRows } from './rows.ts';

export function importsIn({ writer, read }: Database, fromStore: Vault['fromStore']): Imports {
  const whose = (row: Row) => ({
    org: id(OrgId, row, 'org'),
    person: id(PersonId, row, 'person'),
    import: id(ImportId, row, 'import'),
    sealed: fromStore(bytes(row, 'sealed')),
  });
  const recordOf = (row: Row): ImportRecord => ({
    ...whose(row),
    epoch: int(row, 'epoch'),
    at: int(row, 'at'),
    expires: day(row, 'expires'),
  });
  const pieceOf = (row: Row): ImportPiece => ({ ...whose(row), place: int(row, 'place') });

  return {
    async putImportPieces(pieces) {
      const rows = pieces.map((one) => [...keyOf(one), one.place, one.sealed]);
      await writer.unit(async (tx) => {
        for (const one of pieces)
          if ((await tx.all(isThere, keyOf(one))).length > 0) throw new StoreError('conflict', 'the import is there');
        await insertRows(tx, 'imported_piece', [...key, 'place', 'sealed'], rows);
      });
    },
    async putImport(record, instead) {
      const { org, person, epoch, at, expires, sealed } = record;
      await writer.unit(async (tx) => {
        await insertRows(tx, 'imported', columns, [[...keyOf(record), epoch, at, dayNumber(expires), sealed]]);
        if (instead !== null) await tx.run(endOne, keyOf({ org, person, import: instead }));
      });
    },
    async endImport(org, person, which) {
      return (await writer.unit((tx) => tx.run(endOne, keyOf({ org, person, import: which })))) > 0;
    },
    async imports(org, person) {
      const [of, values] =
        person === undefined ? ['', [idBytes(org)]] : ['AND person = ?', [idBytes(org), idBytes(person)]];
      return (await read.all(`SELECT * FROM imported WHERE org = ? ${of} ORDER BY person, at, rowid`, values)).map(
        recordOf,
      );
    },
    async importPiece(org, person, which, place) {
      const row = await read.first(onePiece, [...keyOf({ org, person, import: which }), place]);
      return row === null ? null : pieceOf(row);
    },
    async strayImports(org) {
      const rows = await read.all(`SELECT DISTINCT person FROM imported_piece AS piece WHERE org = ? AND ${isStray}`, [
        idBytes(org),
      ]);
      return rows.map((row) => id(PersonId, row, 'person'));
    },
    async purgeStrayImports(org, person) {
      let gone = 0;
      for (let some = -1; some !== 0; gone += some)
        some = await writer.unit((tx) => tx.run(purgeSome, [idBytes(org), idBytes(person)]));
      return gone;
    },
  };
}

const key = ['org', 'person', 'import'];
const columns = [...key, 'epoch', 'at', 'expires', 'sealed'];

function keyOf(one: Pick<ImportRecord, 'org' | 'person' | 'import'>): Uint8Array[] {
  return [idBytes(one.org), idBytes(one.person), idBytes(one.import)];
}

const isOfIt = 'org = ? AND person = ? AND import = ?';
const isThere = `SELECT 1 FROM imported WHERE ${isOfIt}`;
const endOne = `DELETE FROM imported WHERE ${isOfIt}`;
const onePiece = `SELECT * FROM imported_piece WHERE ${isOfIt} AND place = ?
  AND EXISTS (SELECT 1 FROM imported WHERE imported.org = imported_piece.org
    AND imported.person = imported_piece.person AND imported.import = imported_piece.import)`;
const isStray = `NOT EXISTS (SELECT 1 FROM imported
  WHERE imported.org = piece.org AND imported.person = piece.person AND imported.import = piece.import)`;
/** A piece may be half a megabyte, and others write too. */
const purgeSome = `DELETE FROM imported_piece WHERE rowid IN (SELECT rowid FROM imported_piece AS piece
  WHERE org = ? AND person = ? AND ${isStray} LIMIT 16)`;
