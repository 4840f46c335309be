import { OrgId } from '../../../shared/ids.ts';
import type { Digest } from '../../../shared/signed.ts';
import { StoreError } from '../store.ts';
import { digest, id, idBytes, int, text } from './columns.ts';
import { type Connection, connect } from './connection.ts';
import { storeError } from './failure.ts';
import { createPrivately } from './privateFile.ts';
import { storeSchema } from './schema.ts';
import { settings } from './settings.ts';

/**
 * Copies a database that others read and write into a new file: all of it, as it is at one instant, without what was deleted of it. The log
 * beside it is held until this is done, and grows by what is written meanwhile; nobody waits.
 *
 * VACUUM INTO, and not the driver's way to copy pages: that one takes as long in one go, brings deleted pages along, and step by step begins
 * anew with every write of somebody else, so that under load it never ends.
 */
export async function copyWhole(file: string, into: string): Promise<void> {
  await createPrivately(into);
  await connected(file, (connection) => connection.run('VACUUM INTO ?', [into]));
}

/** What a copy of the store holds, as far as it is in the clear. */
export interface WholeCopy {
  readonly format: number;
  readonly organisations: readonly OrgId[];
  /** The newest policy of each organisation that has one. */
  readonly policies: readonly { readonly org: OrgId; readonly version: number; readonly hash: Digest }[];
  /** The files of images, in the order of organisations and names, so many at a time. */
  images(): AsyncIterable<readonly NamedImage[]>;
  close(): Promise<void>;
}

export interface NamedImage {
  readonly org: OrgId;
  readonly file: string;
}

export async function openWholeCopy(file: string): Promise<WholeCopy> {
  const connection = await opened(file);
  try {
    const [format] = await connection.all('PRAGMA user_version');
    const organisations = await connection.all('SELECT org FROM organisation ORDER BY org');
    const policies = await connection.all(
      'SELECT org, version, hash FROM policy AS newest WHERE version = (SELECT max(version) FROM policy WHERE org = newest.org)',
    );
    return {
      format: format === undefined ? 0 : int(format, 'user_version'),
      organisations: organisations.map((row) => id(OrgId, row, 'org')),
      policies: policies.map((row) => ({
        org: id(OrgId, row, 'org'),
        version: int(row, 'version'),
        hash: digest(row, 'hash'),
      })),
      images: () => imagesIn(connection),
      close: () => connection.close(),
    };
  } catch (error) {
    await connection.close().catch(() => undefined);
    throw storeError(error);
  }
}

const MANY = 1_000;

async function* imagesIn(connection: Connection): AsyncIterable<readonly NamedImage[]> {
  let last: NamedImage | null = null;
  for (;;) {
    const rows = await connection.all(
      'SELECT org, file FROM image WHERE (org, file) > (?, ?) ORDER BY org, file LIMIT ?',
      [last === null ? Buffer.alloc(0) : idBytes(last.org), last?.file ?? '', MANY],
    );
    const some = rows.map((row) => ({ org: id(OrgId, row, 'org'), file: text(row, 'file') }));
    last = some.at(-1) ?? null;
    if (last === null) return;
    yield some;
  }
}

/**
 * Reads all of a copy that nobody has open. Throws `StoreError` `damaged` where it is no whole store, `incompatible` where a newer Daylight
 * wrote it.
 */
export async function requireWhole(file: string): Promise<void> {
  await connected(file, async (connection) => {
    const [found] = await connection.all('PRAGMA integrity_check(1)');
    if (found?.['integrity_check'] !== 'ok') throw new StoreError('damaged', 'it is not whole');
    const [mark] = await connection.all(
      'SELECT application_id, user_version FROM pragma_application_id, pragma_user_version',
    );
    if (mark?.['application_id'] !== storeSchema.application) throw new StoreError('damaged', 'it is no store');
    if (int(mark, 'user_version') > storeSchema.version)
      throw new StoreError('incompatible', 'a newer Daylight wrote it; use that one');
  });
}

/** The same of a store that others may have open, and that is of the format of this Daylight. */
export async function requirePresent(file: string): Promise<void> {
  await requireWhole(file);
  const { format, close } = await openWholeCopy(file);
  await close();
  if (format !== storeSchema.version)
    throw new StoreError(
      'incompatible',
      'it is of an earlier format; start the server once, which brings it to the present one',
    );
}

async function connected<T>(file: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  let connection: Connection | null = null;
  try {
    connection = await opened(file);
    return await work(connection);
  } catch (error) {
    throw storeError(error);
  } finally {
    await connection?.close().catch(() => undefined);
  }
}

async function opened(file: string): Promise<Connection> {
  const connection = await connect(file);
  await connection.script(`PRAGMA busy_timeout = 5000; ${settings}`);
  return connection;
}
