import { join } from 'node:path';
import type { OrgId } from '../../../shared/ids.ts';
import type { Vault } from '../../vault/vault.ts';
import { type BlobFolder, openBlobFolder, type RandomBytes } from '../blobs/blobFolder.ts';
import { type Snapshot, type Store, StoreError } from '../store.ts';
import { accessIn } from './access.ts';
import { auditIn } from './audit.ts';
import { auditTreeIn } from './auditTree.ts';
import { watchClosedAccounts } from './closedAccounts.ts';
import { idBytes, text } from './columns.ts';
import { type Connection, connect } from './connection.ts';
import { type Database, type DatabaseOptions, openDatabase } from './database.ts';
import { devicesIn } from './devices.ts';
import { endingsIn } from './endings.ts';
import { erasuresIn } from './erasures.ts';
import { codeOf, storeError, translated } from './failure.ts';
import { importsIn } from './imports.ts';
import { noticesIn } from './notices.ts';
import { observationsIn } from './observations.ts';
import { organisationSettingsIn } from './organisationSettings.ts';
import { peopleIn } from './people.ts';
import { personalTermsIn } from './personalTerms.ts';
import { policiesIn } from './policies.ts';
import { createPrivately } from './privateFile.ts';
import { requestStepsIn } from './requestSteps.ts';
import { retentionIn } from './retention.ts';
import { storeSchema } from './schema.ts';
import { subjectsIn } from './subjects.ts';

export interface SqliteStoreOptions extends DatabaseOptions {
  /** Holds `daylight.db` and `blobs/`; made with mode 0700 when it does not exist. */
  readonly folder: string;
  /** Cryptographically random bytes, for the names of blob files. */
  readonly randomBytes: RandomBytes;
  /** Names bytes read from the store as sealed: `vault.fromStore`. */
  readonly fromStore: Vault['fromStore'];
  /** Nobody else has the store open as long as this one is: whoever comes meanwhile waits. `busy` when somebody has it open. */
  readonly alone?: boolean | undefined;
}

/**
 * Opens the data store, or makes it. Throws `StoreError`: `incompatible` for a newer format and for an earlier one
 * that cannot be migrated, `busy` for an earlier one that another process has open, `damaged` for a file that is not a store,
 * lacks tables or is cut short, `full` for a folder or disk that cannot be written.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { folder, randomBytes, fromStore } = options;
  const database = await openDatabase(join(folder, 'daylight.db'), storeSchema, options);
  try {
    const blobs = await openBlobFolder(join(folder, 'blobs'), randomBytes);
    await watchClosedAccounts(database.writer);
    const lock = join(folder, 'daylight.lock');
    const tree = auditTreeIn(database, randomBytes);
    const presence = await announce(lock, options.alone === true, () => sweepOrphans(database, blobs));
    return {
      ...peopleIn(database, fromStore),
      ...accessIn(database, fromStore),
      ...devicesIn(database, fromStore, randomBytes),
      ...policiesIn(database, fromStore),
      ...personalTermsIn(database, fromStore),
      ...organisationSettingsIn(database, fromStore, randomBytes),
      ...requestStepsIn(database, fromStore),
      ...noticesIn(database, fromStore),
      ...observationsIn(database, blobs, fromStore),
      ...retentionIn(database, blobs),
      ...importsIn(database, fromStore),
      ...auditIn(database, randomBytes),
      ...tree,
      ...subjectsIn(database),
      ...erasuresIn(database, blobs, fromStore),
      ...endingsIn(database, blobs, tree),
      snapshot: () => snapshotIn(database, blobs, options),
      async close() {
        await database.close();
        await presence.close();
      },
    };
  } catch (error) {
    await database.close().catch(() => undefined);
    throw storeError(error);
  }
}

/** The same queries, put to a connection that stands still. */
async function snapshotIn(
  database: Database,
  blobs: BlobFolder,
  { fromStore, randomBytes }: SqliteStoreOptions,
): Promise<Snapshot> {
  const read = await translated(database.snapshot());
  const then = { ...database, read };
  const { person, people, teams } = peopleIn(then, fromStore);
  const { tokens, sessionsOf } = accessIn(then, fromStore);
  const { devices, receipts } = devicesIn(then, fromStore, randomBytes);
  const { acknowledgements } = policiesIn(then, fromStore);
  const { decisions } = personalTermsIn(then, fromStore);
  const { setting } = organisationSettingsIn(then, fromStore, randomBytes);
  const { requestSteps } = requestStepsIn(then, fromStore);
  const { segments, blob, discards, drops } = observationsIn(then, blobs, fromStore);
  const { imports, importPiece } = importsIn(then, fromStore);
  const { accesses } = auditIn(then, randomBytes);
  const { auditEdge, auditLeaves, auditLevel, auditedRow, auditedRows, auditLeafless, checkpoints } = auditTreeIn(
    then,
    randomBytes,
  );
  const { erasures } = erasuresIn(then, blobs, fromStore);
  return {
    ...{ person, people, teams, tokens, sessionsOf, devices, receipts, acknowledgements },
    ...{ decisions, setting, requestSteps, segments, blob, discards, drops, accesses, erasures },
    ...{ imports, importPiece },
    ...{ auditEdge, auditLeaves, auditLevel, auditedRow, auditedRows, auditLeafless, checkpoints },
    ...subjectsIn(then),
    close: () => translated(read.close()),
  };
}

/**
 * Several processes may have the store open (a command of the host beside the server). Each holds a shared lock while
 * it has; `whenAlone` runs only under the exclusive one, so that nobody is in the middle of writing a blob. The lock is
 * SQLite's own on an empty file: it ends with the process, however that ends. Whoever must be `alone` keeps the exclusive one.
 */
async function announce(file: string, alone: boolean, whenAlone: () => Promise<void>): Promise<Connection> {
  await createPrivately(file);
  const lock = await connect(file);
  try {
    // A command of the host is done in a moment.
    await lock.script(`PRAGMA busy_timeout = ${alone ? 2_000 : 0};`);
    const isAlone = await begunAlone(lock);
    if (isAlone) await whenAlone();
    if (alone && !isAlone) throw new StoreError('busy', 'another process has this folder open');
    if (alone) return lock;
    if (isAlone) await lock.run('COMMIT');
    await lock.script('PRAGMA busy_timeout = 60000; BEGIN; SELECT count(*) FROM sqlite_schema;');
    return lock;
  } catch (error) {
    await lock.close().catch(() => undefined);
    throw error;
  }
}

async function begunAlone(lock: Connection): Promise<boolean> {
  try {
    await lock.run('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (codeOf(error) === 'SQLITE_BUSY') return false;
    throw error;
  }
}

/** A crash between writing a blob and committing the row that names it leaves the file behind. */
async function sweepOrphans({ read }: Database, blobs: BlobFolder): Promise<void> {
  await blobs.sweep(async (org: OrgId, files: readonly string[]) => {
    const marks = files.map(() => '?').join(',');
    const rows = await read.all(`SELECT file FROM image WHERE org = ? AND file IN (${marks})`, [
      idBytes(org),
      ...files,
    ]);
    return new Set(rows.map((row) => text(row, 'file')));
  });
}
