import { OrgId } from '../../../shared/ids.ts';
import type { Vault } from '../../vault/vault.ts';
import { type NoticeRecord, type Notices, StoreError } from '../store.ts';
import { bytes, digest, digestBytes, id, idBytes, int } from './columns.ts';
import type { Row } from './connection.ts';
import type { Database } from './database.ts';
import { insertRows } from './rows.ts';

export function noticesIn({ writer, read }: Database, fromStore: Vault['fromStore']): Notices {
  const noticeOf = (row: Row): NoticeRecord => ({ ...headOf(row), text: fromStore(bytes(row, 'sealed')) });

  return {
    async putNotice({ org, version, edition, hash, at, text }) {
      const which = [idBytes(org), version];
      await writer.unit(async (tx) => {
        const sql = 'SELECT coalesce(max(edition), 0) + 1 AS next FROM notice WHERE org = ? AND version = ?';
        const [row] = await tx.all(sql, which);
        const next = row === undefined ? 1 : int(row, 'next');
        if (edition !== next) throw new StoreError('conflict', `edition: expected ${next}, got ${edition}`);
        await insertRows(tx, 'notice', columns, [[...which, edition, digestBytes(hash), at, text]]);
      });
    },
    async notice(org, version) {
      const sql = 'SELECT * FROM notice WHERE org = ? AND version = ? ORDER BY edition DESC LIMIT 1';
      const [row] = await read.all(sql, [idBytes(org), version]);
      return row === undefined ? null : noticeOf(row);
    },
    async noticeByHash(org, hash) {
      const sql = 'SELECT * FROM notice WHERE org = ? AND hash = ? ORDER BY version, edition LIMIT 1';
      const [row] = await read.all(sql, [idBytes(org), digestBytes(hash)]);
      return row === undefined ? null : noticeOf(row);
    },
    async notices(org) {
      const sql = 'SELECT org, version, edition, hash, at FROM notice WHERE org = ? ORDER BY version, edition';
      return (await read.all(sql, [idBytes(org)])).map(headOf);
    },
  };
}

function headOf(row: Row): Omit<NoticeRecord, 'text'> {
  return {
    org: id(OrgId, row, 'org'),
    version: int(row, 'version'),
    edition: int(row, 'edition'),
    hash: digest(row, 'hash'),
    at: int(row, 'at'),
  };
}

const columns = ['org', 'version', 'edition', 'hash', 'at', 'sealed'];
