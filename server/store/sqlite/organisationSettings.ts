import { OrgId } from '../../../shared/ids.ts';
import type { Vault } from '../../vault/vault.ts';
import type { RandomBytes } from '../blobs/blobFolder.ts';
import { type SettingRecord, type Settings, StoreError } from '../store.ts';
import { recordSecurityEvent } from './audit.ts';
import { bytes, id, idBytes, int, text } from './columns.ts';
import type { Row } from './connection.ts';
import type { Database } from './database.ts';
import { insertRows } from './rows.ts';

export function organisationSettingsIn(
  { writer, read }: Database,
  fromStore: Vault['fromStore'],
  randomBytes: RandomBytes,
): Settings {
  const settingOf = (row: Row): SettingRecord => ({
    org: id(OrgId, row, 'org'),
    name: text(row, 'name'),
    revision: int(row, 'revision'),
    at: int(row, 'at'),
    sealed: fromStore(bytes(row, 'sealed')),
  });

  return {
    async putSetting({ org, name, revision, at, sealed }, event) {
      const which = [idBytes(org), name];
      await writer.unit(async (tx) => {
        const [row] = await tx.all(`SELECT coalesce(max(revision), 0) + 1 AS next ${OF_NAME}`, which);
        const next = row === undefined ? 1 : int(row, 'next');
        if (revision !== next) throw new StoreError('conflict', `revision: expected ${next}, got ${revision}`);
        await insertRows(tx, 'organisation_setting', columns, [[...which, revision, at, sealed]]);
        if (event !== undefined) await recordSecurityEvent(tx, event, randomBytes);
      });
    },
    async setting(org, name) {
      const [row] = await read.all(`SELECT * ${OF_NAME} ORDER BY revision DESC LIMIT 1`, [idBytes(org), name]);
      return row === undefined ? null : settingOf(row);
    },
    async settingRevisions(org, name) {
      return (await read.all(`SELECT * ${OF_NAME} ORDER BY revision`, [idBytes(org), name])).map(settingOf);
    },
  };
}

const OF_NAME = 'FROM organisation_setting WHERE org = ? AND name = ?';
const columns = ['org', 'name', 'revision', 'at', 'sealed'];
