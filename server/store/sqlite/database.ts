import { chmod, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../../durable.ts';
import { StoreError } from '../store.ts';
import { type Connection, connect } from './connection.ts';
import { codeOf, storeError } from './failure.ts';
import { createReaders, type Readers } from './readers.ts';
import type { Schema } from './schema.ts';
import { createWriter, type Writer, type WriterLimits } from './writer.ts';

/** An open database file: one writer, and readers beside it. */
export interface Database {
  readonly writer: Writer;
  readonly read: Readers;
  /** Finishes what waits, empties the write-ahead log into the file, and closes. */
  close(): Promise<void>;
}

/** Opens `file`, or makes it (0600, in a folder of 0700) when it does not exist. */
export async function openDatabase(file: string, schema: Schema, limits?: WriterLimits): Promise<Database> {
  const connections: Connection[] = [];
  try {
    await makeFile(file);
    const main = await connectTo(file, connections);
    await prepareSchema(main, file, schema);
    const readers = [await connectTo(file, connections), await connectTo(file, connections)];
    for (const reader of readers) await reader.script('PRAGMA query_only = ON; PRAGMA cache_size = -8192;');
    return opened(main, createWriter(main, limits), createReaders(readers));
  } catch (error) {
    for (const connection of connections) await connection.close().catch(() => undefined);
    throw named(file, storeError(error));
  }
}

function opened(main: Connection, writer: Writer, read: Readers): Database {
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    await writer.drain();
    await read.close();
    // A full disk may refuse this. Nothing is lost: the log stays beside the file and is read at the next opening.
    await main.all('PRAGMA wal_checkpoint(TRUNCATE)').catch(() => undefined);
    try {
      await main.close();
    } catch (error) {
      throw storeError(error);
    }
  };
  return {
    writer,
    read,
    close() {
      closing ??= close();
      return closing;
    },
  };
}

async function connectTo(file: string, connections: Connection[]): Promise<Connection> {
  const connection = await connect(file);
  connections.push(connection);
  await connection.script(settings);
  return connection;
}

/**
 * FULL: every commit is on the disk before it is acknowledged. MEMORY and secure_delete: nothing sealed or deleted
 * stays in temporary files or free pages. No automatic checkpoint: the writer owns them. fullfsync: macOS alone, where
 * fsync does not reach the disk.
 */
const settings = `
  PRAGMA busy_timeout = 5000;
  PRAGMA synchronous = FULL;
  PRAGMA temp_store = MEMORY;
  PRAGMA secure_delete = ON;
  PRAGMA wal_autocheckpoint = 0;
  PRAGMA journal_size_limit = 67108864;
  PRAGMA cache_size = -32768;
  PRAGMA fullfsync = ON;
  PRAGMA checkpoint_fullfsync = ON;
  PRAGMA trusted_schema = OFF;
`;

async function makeFile(file: string): Promise<void> {
  const folder = dirname(file);
  if ((await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined) await syncFolder(dirname(folder));
  await chmod(folder, 0o700);
  await createPrivately(file);
  await syncFolder(folder);
}

/**
 * Makes an empty file of mode 0600 when there is none. One that exists is not opened: closing it would drop the locks
 * that SQLite holds on it elsewhere in this process (sqlite.org/howtocorrupt.html, section 2.2).
 */
export async function createPrivately(file: string): Promise<void> {
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.close();
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  await chmod(file, 0o600);
}

async function prepareSchema(connection: Connection, file: string, schema: Schema): Promise<void> {
  const application = await pragma(connection, 'application_id');
  const version = await pragma(connection, 'user_version');
  const tables = await tableNames(connection);
  const isNew = application === 0 && version === 0 && tables.length === 0;
  if (!isNew && application !== schema.application) {
    throw new StoreError('damaged', `it is not ${schema.what}; restore it from a backup or choose another folder`);
  }
  if (version > schema.version) {
    throw new StoreError(
      'incompatible',
      `it was written by a newer Daylight (format ${version}, this one knows ${schema.version}); start the newer one`,
    );
  }
  if (!isNew && version < schema.version) {
    throw new StoreError(
      'incompatible',
      `it was written by a Daylight from before the first release (format ${version}, this one knows ${schema.version}); ` +
        'choose another folder and begin anew',
    );
  }
  const [mode] = await connection.all('PRAGMA journal_mode = WAL');
  if (mode?.['journal_mode'] !== 'wal') {
    throw new StoreError('full', 'its file system does not support shared memory; choose a folder on a local disk');
  }
  if (isNew) await create(connection, schema);
  const missing = schema.tables.filter((table) => !tables.includes(table));
  if (!isNew && missing.length > 0) {
    throw new StoreError('damaged', `it lacks the tables ${missing.join(', ')}; restore it from a backup`);
  }
  await syncFolder(dirname(file));
}

/** Another process may be making the same file: the second one to begin finds it made. */
async function create(connection: Connection, schema: Schema): Promise<void> {
  await connection.run('BEGIN IMMEDIATE');
  try {
    if ((await tableNames(connection)).length === 0) await connection.script(schema.sql);
    await connection.script(`PRAGMA application_id = ${schema.application}; PRAGMA user_version = ${schema.version};`);
    await connection.run('COMMIT');
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function tableNames(connection: Connection): Promise<string[]> {
  const rows = await connection.all(`SELECT name FROM sqlite_schema WHERE type = 'table'`);
  return rows.map((row) => String(row['name']));
}

async function pragma(connection: Connection, name: 'application_id' | 'user_version'): Promise<number> {
  const [row] = await connection.all(`PRAGMA ${name}`);
  return Number(row?.[name]);
}

function named(file: string, error: StoreError): StoreError {
  return new StoreError(error.code, `${file}: ${error.message}`, error.cause ?? error);
}
