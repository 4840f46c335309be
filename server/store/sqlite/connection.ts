import sqlite3 from 'sqlite3';

/** One row as the driver gave it. Read its columns with `columns.ts`, which checks their types. */
export type Row = Readonly<Record<string, unknown>>;
export type Value = string | number | null | Uint8Array;

/**
 * One SQLite connection. Its owner has at most one statement in flight: the driver would run a second one on another
 * thread of Node's small pool, where it would only wait for the first and hold that thread. Statements are prepared once.
 * Fails with the driver's own error; `failure.ts` translates it.
 */
export interface Connection {
  all(sql: string, values?: readonly Value[]): Promise<readonly Row[]>;
  /** Returns the number of rows changed. */
  run(sql: string, values?: readonly Value[]): Promise<number>;
  /** Several statements without values, not prepared. */
  script(sql: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens an existing file; it is never created here, so that its mode is decided before a byte is in it. */
export async function connect(file: string): Promise<Connection> {
  const database = await opened(file);
  const statements = new Map<string, sqlite3.Statement>();
  const prepared = async (sql: string): Promise<sqlite3.Statement> => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = await prepare(database, sql);
    statements.set(sql, statement);
    return statement;
  };
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    for (const statement of statements.values()) await finalized(statement);
    await new Promise<void>((resolve, reject) => {
      database.close((error) => (error ? reject(error) : resolve()));
    });
  };

  return {
    async all(sql, values = []) {
      const statement = await prepared(sql);
      return new Promise((resolve, reject) => {
        statement.all<Row>(values, (error, rows) => (error ? reject(error) : resolve(rows)));
      });
    },
    async run(sql, values = []) {
      const statement = await prepared(sql);
      return new Promise((resolve, reject) => {
        statement.run(values, function (error) {
          if (error) reject(error);
          else resolve(this.changes);
        });
      });
    },
    script(sql) {
      return new Promise((resolve, reject) => {
        database.exec(sql, (error) => (error ? reject(error) : resolve()));
      });
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function opened(file: string): Promise<sqlite3.Database> {
  return new Promise((resolve, reject) => {
    const mode = sqlite3.OPEN_READWRITE | sqlite3.OPEN_PRIVATECACHE;
    const database = new sqlite3.Database(file, mode, (error) => (error ? reject(error) : resolve(database)));
  });
}

function prepare(database: sqlite3.Database, sql: string): Promise<sqlite3.Statement> {
  return new Promise((resolve, reject) => {
    const statement = database.prepare(sql, (error) => (error ? reject(error) : resolve(statement)));
  });
}

function finalized(statement: sqlite3.Statement): Promise<void> {
  return new Promise((resolve) => {
    statement.finalize(() => resolve());
  });
}
