import { z } from 'zod';
import { BackupId, OrgId, PersonId } from '../../../shared/ids.ts';
import { createTogether } from '../../together.ts';
import {
  type BackupRecord,
  type BackupState,
  type DataKeyId,
  type EndedSubject,
  type KeyStore,
  StoreError,
  type WrappedDataKey,
  type WrappedOrgKey,
} from '../store.ts';
import {
  bytes,
  bytesOrNull,
  id,
  idBytes,
  int,
  keyBytes,
  parameter,
  parameterCode,
  publicKey,
  text,
  word,
} from './columns.ts';
import type { Row, Value } from './connection.ts';
import { type DatabaseOptions, openDatabase } from './database.ts';
import { insertRows, selectByKeys } from './rows.ts';
import { keySchema } from './schema.ts';
import type { Transaction } from './writer.ts';

export interface SqliteKeyStoreOptions extends DatabaseOptions {
  /** The database file, such as `keys.db`; made (0600, in a folder of 0700) when it does not exist. */
  readonly file: string;
}

/** Opens the key store, or makes it. Throws `StoreError` as `openSqliteStore` does. */
export async function openSqliteKeyStore({ file, ...options }: SqliteKeyStoreOptions): Promise<KeyStore> {
  const { writer, read, scrub, close } = await openDatabase(file, keySchema, options);

  // Everyone who waits is served by the same two statements: of two who bring the same new key, the first one's stays.
  const put = writer.lane(async (tx, asked: readonly (readonly WrappedDataKey[])[]) => {
    const keys = asked.flat();
    const mayBe = await mayBeMade(tx, keys);
    await insertRows(tx, 'data_key', keyColumns, keys.filter(mayBe).map(keyValues), 'ON CONFLICT DO NOTHING');
    const rows = await selectByKeys(tx, 'SELECT * FROM data_key', idColumns, keys.map(idValues));
    const stored = new Map(rows.map(dataKeyOf).map((key) => [nameOf(key), key]));
    return asked.map((own) => own.map((key) => stored.get(nameOf(key)) ?? null));
  });

  // The first batch of a device asks for a key of each parameter, and after a start all devices do.
  const find = createTogether(async (asked: readonly DataKeyId[]) => {
    const keys = new Map(asked.map((id) => [nameOf(id), idValues(id)]));
    const rows = await selectByKeys(read, 'SELECT * FROM data_key', idColumns, [...keys.values()]);
    const stored = new Map(rows.map(dataKeyOf).map((key) => [nameOf(key), key]));
    return asked.map((id) => stored.get(nameOf(id)) ?? null);
  });

  return {
    async orgKeys() {
      return (await read.all('SELECT * FROM org_key ORDER BY rowid')).map(orgKeyOf);
    },
    async putOrgKey(key) {
      const values = [idBytes(key.org), key.version, key.wrapped];
      await writer.unit(async (tx) => {
        const ended = await tx.all('SELECT 1 FROM mark WHERE name = ?', [endingName(key)]);
        if (ended.length > 0) throw new StoreError('conflict', 'this organisation was ended');
        await insertRows(tx, 'org_key', ['org', 'version', 'wrapped'], [values]);
      });
    },
    dataKey: find,
    async putDataKeys(keys) {
      return put(keys);
    },
    async dataKeysBelow(org, version, after, most) {
      const from = after === null ? [Buffer.alloc(0), 0, 0] : idValues(after).slice(1);
      return (await read.all(keysBelow, [idBytes(org), version, ...from, most])).map(dataKeyOf);
    },
    async rewrapDataKeys(keys) {
      await writer.unit(async (tx) => {
        for (const { key, was } of keys) {
          await tx.run(rewrapOne, [key.orgKeyVersion, key.wrapped, ...idValues(key), was, key.orgKeyVersion]);
        }
      });
    },
    async destroyOrgKeysBelow(org, version) {
      return writer.unit(async (tx) => {
        const wrapping = await tx.all(oneBelow, [idBytes(org), version]);
        if (wrapping.length > 0) return null;
        await tx.run('DELETE FROM org_key WHERE org = ? AND version < ?', [idBytes(org), version]);
        return revokedOnceMore(tx);
      });
    },
    async dataKeyEpochs(org, person, of) {
      const rows = await read.all(epochsOf, [idBytes(org), idBytes(person), codeOf(of)]);
      return rows.map((row) => int(row, 'epoch'));
    },
    async destroyDataKeys(keys) {
      return writer.unit(async (tx) => {
        for (const key of keys) await tx.run(destroyOne, idValues(key));
        return revokedOnceMore(tx);
      });
    },
    scrub,
    async countKeys(org, person) {
      const row =
        person === undefined
          ? await read.first(countKeys, [idBytes(org)])
          : await read.first(countPersonKeys, [idBytes(org), idBytes(person)]);
      return row === null ? 0 : int(row, 'many');
    },
    async destroyKeys(org, person, below = Number.MAX_SAFE_INTEGER) {
      return writer.unit(async (tx) => {
        if (person === undefined) {
          for (const table of keyTables) await tx.run(`DELETE FROM ${table} WHERE org = ?`, [idBytes(org)]);
          await tx.run('DELETE FROM mark WHERE name GLOB ?', [`${endingName({ org })}/*`]); // the whole says it of each
        } else {
          await tx.run(destroyOfPerson, [idBytes(org), idBytes(person), below]);
        }
        await tx.run('DELETE FROM mark WHERE name GLOB ?', [`leaving/*/${org}/${person ?? '*'}`]);
        await tx.run('INSERT INTO mark (name, value) VALUES (?, 1) ON CONFLICT DO NOTHING', [
          endingName({ org, person }),
        ]);
        return revokedOnceMore(tx);
      });
    },
    async ended() {
      const rows = await read.all(`SELECT name FROM mark WHERE name GLOB '${ENDED}*' ORDER BY name`);
      return rows.map((row) => endedOf(text(row, 'name')));
    },
    async rootCheck() {
      const row = await read.first('SELECT text FROM root_check');
      return row === null ? null : bytes(row, 'text');
    },
    async putRootCheck(check) {
      await writer.unit((tx) => insertRows(tx, 'root_check', ['one', 'text'], [[1, check]]));
    },
    async changeRoot({ rootCheck, orgKeys, signingKeys, backups }) {
      await writer.unit(async (tx) => {
        await tx.run('UPDATE root_check SET text = ?', [rootCheck]);
        for (const { org, version, wrapped } of orgKeys) await tx.run(rewrapOrg, [wrapped, idBytes(org), version]);
        for (const { name, wrapped } of signingKeys) await tx.run(rewrapSigning, [wrapped, name]);
        for (const { backup, wrapped } of backups) await tx.run(rewrapBackup, [wrapped, idBytes(backup)]);
        await revokedOnceMore(tx);
      });
    },
    async mark(name) {
      const row = await read.first('SELECT value FROM mark WHERE name = ?', [name]);
      return row === null ? null : int(row, 'value');
    },
    async raiseMark(name, value) {
      return writer.unit(async (tx) => {
        return valueOf(await tx.all(raiseMark, [name, value]));
      });
    },
    async signingKey(name) {
      const row = await read.first('SELECT public, wrapped FROM signing_key WHERE name = ?', [name]);
      return row === null ? null : { name, public: publicKey(row, 'public'), wrapped: bytes(row, 'wrapped') };
    },
    async putSigningKey(key) {
      const values = [key.name, keyBytes(key.public), key.wrapped];
      await writer.unit((tx) => insertRows(tx, 'signing_key', ['name', 'public', 'wrapped'], [values]));
    },
    async backups() {
      return (await read.all('SELECT * FROM backup ORDER BY at, backup')).map(backupOf);
    },
    async putBackup(backup) {
      await writer.unit((tx) => insertRows(tx, 'backup', backupColumns, [backupValues(backup)]));
    },
    async changeBackup(backup, { state, changedAt, detail }) {
      return writer.unit(async (tx) => {
        return (await tx.run(changeBackup, [state, changedAt, detail, idBytes(backup)])) > 0;
      });
    },
    async destroyBackupKey(backup, at) {
      return writer.unit(async (tx) => {
        if ((await tx.run(destroyBackupKey, [at, idBytes(backup)])) === 0) return false;
        await revokedOnceMore(tx);
        return true;
      });
    },
    close,
  };
}

/** The others are of no organisation: they are the server's. */
const keyTables = ['org_key', 'data_key'];
const countKeys = `SELECT ${keyTables.map((table) => `(SELECT count(*) FROM ${table} WHERE org = ?1)`).join(' + ')} AS many`;

const destroyOfPerson = 'DELETE FROM data_key WHERE org = ? AND person = ? AND epoch < ?';
const countPersonKeys = 'SELECT count(*) AS many FROM data_key WHERE org = ? AND person = ?';

const ENDED = 'ended/';

/** Random ids, which the ledger keeps as well: a mark of its own that no key of them is ever made again. */
function endingName({ org, person }: { org: OrgId; person?: PersonId | undefined }): string {
  return person === undefined ? `${ENDED}${org}` : `${ENDED}${org}/${person}`;
}

function endedOf(name: string): EndedSubject {
  const [org, person] = name.slice(ENDED.length).split('/');
  const parsed = z.object({ org: OrgId, person: PersonId.nullable() }).safeParse({ org, person: person ?? null });
  if (parsed.success) return parsed.data;
  throw new StoreError('damaged', 'the key store says that something ended which is nobody; restore it');
}

/** In the transaction that would make them: an organisation key may have been destroyed, and somebody ended, since it was wrapped. */
async function mayBeMade(tx: Transaction, keys: readonly WrappedDataKey[]): Promise<(key: WrappedDataKey) => boolean> {
  const wrapping = (key: WrappedDataKey) => `${key.org} ${key.orgKeyVersion}`;
  const versions = new Map(keys.map((key) => [wrapping(key), [idBytes(key.org), key.orgKeyVersion]]));
  const there = await selectByKeys(tx, 'SELECT org, version FROM org_key', ['org', 'version'], [...versions.values()]);
  const known = new Set(there.map((row) => `${id(OrgId, row, 'org')} ${int(row, 'version')}`));
  const endings = new Set(keys.flatMap(({ org, person }) => [endingName({ org }), endingName({ org, person })]));
  const rows = await selectByKeys(
    tx,
    'SELECT name FROM mark',
    ['name'],
    [...endings].map((name) => [name]),
  );
  const ended = new Set(rows.map((row) => text(row, 'name')));
  return (key) => known.has(wrapping(key)) && !ended.has(endingName({ org: key.org })) && !ended.has(endingName(key));
}

const keysBelow = `SELECT * FROM data_key WHERE org = ?1 AND org_key_version < ?2 AND (person, parameter, epoch) > (?3, ?4, ?5)
  ORDER BY person, parameter, epoch LIMIT ?6`;
const rewrapOne = `UPDATE data_key SET org_key_version = ?, wrapped = ?
  WHERE org = ? AND person = ? AND parameter = ? AND epoch = ? AND org_key_version = ?
    AND EXISTS (SELECT 1 FROM org_key WHERE org_key.org = data_key.org AND org_key.version = ?)`;
const oneBelow = 'SELECT 1 FROM data_key WHERE org = ? AND org_key_version < ? LIMIT 1';
const epochsOf = 'SELECT epoch FROM data_key WHERE org = ? AND person = ? AND parameter = ? ORDER BY epoch';
const destroyOne = 'DELETE FROM data_key WHERE org = ? AND person = ? AND parameter = ? AND epoch = ?';

/** In the very transaction of what it counts: whoever sees one of them sees the other. */
async function revokedOnceMore(tx: Transaction): Promise<number> {
  return valueOf(await tx.all(onceMore, ['revoked']));
}

function valueOf([row]: readonly Row[]): number {
  if (row === undefined) throw new Error('a mark that was just raised is not there');
  return int(row, 'value');
}

const onceMore =
  'INSERT INTO mark (name, value) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value';
const raiseMark =
  'INSERT INTO mark (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value) RETURNING value';

const rewrapOrg = 'UPDATE org_key SET wrapped = ? WHERE org = ? AND version = ?';
const rewrapSigning = 'UPDATE signing_key SET wrapped = ? WHERE name = ?';
const rewrapBackup = 'UPDATE backup SET wrapped = ? WHERE backup = ? AND wrapped IS NOT NULL';

const backupColumns = ['backup', 'at', 'expires', 'state', 'changed_at', 'wrapped', 'detail'];
const changeBackup = 'UPDATE backup SET state = ?, changed_at = ?, detail = ? WHERE backup = ?';
const destroyBackupKey = 'UPDATE backup SET wrapped = NULL, changed_at = ? WHERE backup = ? AND wrapped IS NOT NULL';
const StateWord = z.enum(['begun', 'complete', 'failed', 'expired'] satisfies BackupState[]);

const idColumns = ['org', 'person', 'parameter', 'epoch'];
const keyColumns = [...idColumns, 'org_key_version', 'wrapped'];

function idValues(id: DataKeyId): Value[] {
  return [idBytes(id.org), idBytes(id.person), codeOf(id.parameter), id.epoch];
}

/** No parameter has these codes. */
/** Codes of data keys that are of no parameter. */
export const otherKeyCodes = { profile: 0, organisation: 253, imported: 254 } as const;

function codeOf(of: DataKeyId['parameter']): number {
  return of === 'profile' || of === 'organisation' || of === 'imported' ? otherKeyCodes[of] : parameterCode(of);
}

function ofCode(code: number): DataKeyId['parameter'] {
  if (code === otherKeyCodes.profile) return 'profile';
  if (code === otherKeyCodes.organisation) return 'organisation';
  return code === otherKeyCodes.imported ? 'imported' : parameter(code);
}

function keyValues(key: WrappedDataKey): Value[] {
  return [...idValues(key), key.orgKeyVersion, key.wrapped];
}

function dataKeyOf(row: Row): WrappedDataKey {
  return {
    org: id(OrgId, row, 'org'),
    person: id(PersonId, row, 'person'),
    parameter: ofCode(int(row, 'parameter')),
    epoch: int(row, 'epoch'),
    orgKeyVersion: int(row, 'org_key_version'),
    wrapped: bytes(row, 'wrapped'),
  };
}

function orgKeyOf(row: Row): WrappedOrgKey {
  return { org: id(OrgId, row, 'org'), version: int(row, 'version'), wrapped: bytes(row, 'wrapped') };
}

function backupValues(backup: BackupRecord): Value[] {
  const { at, expires, state, changedAt, wrapped, detail } = backup;
  return [idBytes(backup.backup), at, expires, state, changedAt, wrapped, detail];
}

function backupOf(row: Row): BackupRecord {
  return {
    backup: id(BackupId, row, 'backup'),
    at: int(row, 'at'),
    expires: int(row, 'expires'),
    state: word(StateWord, row, 'state'),
    changedAt: int(row, 'changed_at'),
    wrapped: bytesOrNull(row, 'wrapped'),
    detail: text(row, 'detail'),
  };
}

function nameOf(id: DataKeyId): string {
  return idValues(id)
    .map((value) => (Buffer.isBuffer(value) ? value.toString('hex') : value))
    .join('/');
}
