import { chmod, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../../durable.ts';
import { StoreError } from '../store.ts';
import { type Connection, connect } from './connection.ts';
import { storeError } from './failure.ts';
import { formatOf, type Migration, tableNames } from './format.ts';
import { migrateAlone } from './migrateAlone.ts';
import { createPrivately } from './privateFile.ts';
import { createReaders, type Readers } from './readers.ts';
import type { Schema } from './schema.ts';
import { settings } from './settings.ts';
import { createWriter, type Writer, type WriterLimits } from './writer.ts';

/** An open database file: one writer, and readers beside it. */
export interface Database {
  readonly writer: Writer;
  readonly read: Readers;
  /** A connection of its own that sees the file as it is at this instant until it is closed; at the latest `close` does that. */
  snapshot(): Promise<Readers>;
  /** Empties the write-ahead log into the file now. False when somebody's read, or a snapshot, holds it. */
  scrub(): Promise<boolean>;
  /** Finishes what waits, empties the write-ahead log into the file, and closes. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly limits?: WriterLimits | undefined;
  /** Told once of a file that was brought from an earlier format to the present one. */
  readonly migrated?: ((migration: Migration) => void) | undefined;
}

/**
 * Opens `file`, or makes it (0600, in a folder of 0700) when it does not exist. A file of an earlier format is brought to the
 * present one, if there are steps for it and nobody else has it open.
 */
export async function openDatabase(file: string, schema: Schema, options: DatabaseOptions = {}): Promise<Database> {
  const connections: Connection[] = [];
  try {
    await makeFile(file);
    const main = await connectToPresentFormat(file, schema, connections, options);
    const readers = [await connectTo(file, connections), await connectTo(file, connections)];
    for (const reader of readers) await reader.script('PRAGMA query_only = ON; PRAGMA cache_size = -8192;');
    return opened(file, main, createWriter(main, options.limits), createReaders(readers));
  } catch (error) {
    for (const connection of connections) await connection.close().catch(() => undefined);
    throw named(file, storeError(error));
  }
}

function opened(file: string, main: Connection, writer: Writer, read: Readers): Database {
  let closing: Promise<void> | null = null;
  const snapshots = new Set<Readers>();
  const openings = new Set<Promise<Readers>>();
  const close = async (): Promise<void> => {
    await writer.drain();
    await read.close();
    await Promise.allSettled(openings);
    for (const snapshot of snapshots) await snapshot.close();
    // A full disk may refuse this. Nothing is lost: the log stays beside the file and is read at the next opening.
    await main.all('PRAGMA wal_checkpoint(TRUNCATE)').catch(() => undefined);
    try {
      await main.close();
    } catch (error) {
      throw storeError(error);
    }
  };
  const isClosing = (): boolean => closing !== null;
  const open = async (): Promise<Readers> => {
    if (isClosing()) throw closed();
    const taken = await snapshotOf(file);
    if (isClosing()) {
      await taken.close();
      throw closed();
    }
    let ending: Promise<void> | null = null;
    const snapshot: Readers = {
      ...taken,
      close() {
        ending ??= end(snapshot, taken);
        return ending;
      },
    };
    snapshots.add(snapshot);
    return snapshot;
  };
  const end = async (snapshot: Readers, taken: Readers): Promise<void> => {
    await taken.close().finally(() => snapshots.delete(snapshot));
    // None holds the log any more: it is emptied before the next one can hold it again.
    if (snapshots.size === 0) await writer.checkpoint();
  };
  return {
    writer,
    read,
    snapshot() {
      const opening = open();
      openings.add(opening);
      return opening.finally(() => openings.delete(opening));
    },
    scrub: async () => snapshots.size === 0 && writer.scrub(),
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function closed(): StoreError {
  return new StoreError('closed', 'the store is closed');
}

/** A transaction of SQLite sees the file as it was at its first read. Closing the connection ends it. */
async function snapshotOf(file: string): Promise<Readers> {
  const opened: Connection[] = [];
  try {
    const connection = await connectTo(file, opened);
    await connection.script(
      `PRAGMA query_only = ON; PRAGMA cache_size = -2048; BEGIN; SELECT count(*) FROM sqlite_schema;`,
    );
    return createReaders([connection]);
  } catch (error) {
    for (const connection of opened) await connection.close().catch(() => undefined);
    throw storeError(error);
  }
}

async function connectToPresentFormat(
  file: string,
  schema: Schema,
  connections: Connection[],
  options: DatabaseOptions,
): Promise<Connection> {
  const main = await connectTo(file, connections);
  const format = await formatOf(main, schema);
  if (format !== 'earlier') {
    await prepare(main, file, schema, format);
    return main;
  }
  await main.close();
  const migration = await migrateAlone(file, schema);
  if (migration !== null) options.migrated?.(migration);
  return connectToPresentFormat(file, schema, connections, options);
}

async function connectTo(file: string, connections: Connection[]): Promise<Connection> {
  const connection = await connect(file);
  connections.push(connection);
  await connection.script(`PRAGMA busy_timeout = 5000; ${settings}`);
  return connection;
}

async function makeFile(file: string): Promise<void> {
  const folder = dirname(file);
  if ((await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined) await syncFolder(dirname(folder));
  await chmod(folder, 0o700);
  await createPrivately(file);
  await syncFolder(folder);
}

async function prepare(
  connection: Connection,
  file: string,
  schema: Schema,
  format: 'none' | 'present',
): Promise<void> {
  const [mode] = await connection.all('PRAGMA journal_mode = WAL');
  if (mode?.['journal_mode'] !== 'wal') {
    throw new StoreError('full', 'its file system does not support shared memory; choose a folder on a local disk');
  }
  if (format === 'none') await create(connection, schema);
  const tables = await tableNames(connection);
  const missing = schema.tables.filter((table) => !tables.includes(table));
  if (missing.length > 0) {
    throw new StoreError('damaged', `it lacks the tables ${missing.join(', ')}; restore it from a backup`);
  }
  await syncFolder(dirname(file));
}

/** Another process may be making the same file: the second one to begin finds it made. */
async function create(connection: Connection, schema: Schema): Promise<void> {
  await connection.run('BEGIN IMMEDIATE');
  try {
    if ((await tableNames(connection)).length === 0) {
      await connection.script(schema.sql);
      await connection.script(
        `PRAGMA application_id = ${schema.application}; PRAGMA user_version = ${schema.version};`,
      );
    }
    await connection.run('COMMIT');
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

function named(file: string, error: StoreError): StoreError {
  return new StoreError(error.code, `${file}: ${error.message}`, error.cause ?? error);
}
