import { StoreError } from '../store.ts';
import { int } from './columns.ts';
import type { Connection } from './connection.ts';
import { storeError } from './failure.ts';
import type { Schema } from './schema.ts';

/** A file that was brought from an earlier format to the present one. An older Daylight refuses it from then on. */
export interface Migration {
  /** Its name, without the folder. */
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

/** Throws `StoreError` for a file that is not ours, and for one of a format that this Daylight can neither use nor migrate. */
export async function formatOf(connection: Connection, schema: Schema): Promise<'none' | 'earlier' | 'present'> {
  const { application, version, tables } = await marksOf(connection);
  if (application === 0 && version === 0 && tables === 0) return 'none';
  if (application !== schema.application) {
    throw new StoreError('damaged', `it is not ${schema.what}; restore it from a backup or choose another folder`);
  }
  if (version > schema.version) {
    throw new StoreError(
      'incompatible',
      `it was written by a newer Daylight (format ${version}, this one knows ${schema.version}); start the newer one`,
    );
  }
  if (stepsFrom(version, schema) === null) {
    throw new StoreError(
      'incompatible',
      `it was written by a Daylight from before the first release (format ${version}, this one knows ${schema.version} and ` +
        `cannot bring it there); choose another folder and begin anew`,
    );
  }
  return version < schema.version ? 'earlier' : 'present';
}

/**
 * Brings a file of ours, whatever its format is by now, to the present one: all steps in one transaction, so that a kill at any
 * moment leaves it as it was or done. `connection` must keep everybody else out. Null when there is nothing left to do.
 */
export async function migrate(connection: Connection, file: string, schema: Schema): Promise<Migration | null> {
  await connection.run('BEGIN IMMEDIATE');
  try {
    await formatOf(connection, schema);
    const { version: from } = await marksOf(connection);
    for (const step of stepsFrom(from, schema) ?? []) await stepOf(connection, step, from);
    await connection.script(`PRAGMA user_version = ${schema.version}`);
    await connection.run('COMMIT');
    return from === schema.version ? null : { file, from, to: schema.version };
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** What a step does not find in a file of its format was taken away by somebody. */
async function stepOf(connection: Connection, step: string, from: number): Promise<void> {
  try {
    await connection.script(step);
  } catch (error) {
    if (storeError(error).code !== 'damaged') throw error;
    throw new StoreError('damaged', `it is not whole, as format ${from} was; restore it from a backup`, error);
  }
}

/** Null when there is no way from that format to the present one. */
function stepsFrom(version: number, schema: Schema): readonly string[] | null {
  const steps: string[] = [];
  for (let at = version; at < schema.version; at += 1) {
    const step = schema.steps.get(at);
    if (step === undefined) return null;
    steps.push(step);
  }
  return steps;
}

export async function tableNames(connection: Connection): Promise<string[]> {
  const rows = await connection.all(`SELECT name FROM sqlite_schema WHERE type = 'table'`);
  return rows.map((row) => String(row['name']));
}

/** In one statement: another process may be making the file. */
async function marksOf(connection: Connection): Promise<{ application: number; version: number; tables: number }> {
  const [row] = await connection.all(
    `SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema WHERE type = 'table') AS tables
    FROM pragma_application_id, pragma_user_version`,
  );
  if (row === undefined) throw new StoreError('damaged', 'it has no format; restore it from a backup');
  return { application: int(row, 'application_id'), version: int(row, 'user_version'), tables: int(row, 'tables') };
}
