import { StoreError } from '../store.ts';
import type { Connection, Row, Value } from './connection.ts';
import { storeError } from './failure.ts';

/** Connections that only read: a slow one holds a snapshot of its own and neither the writer nor the next reader up. */
export interface Readers {
  all(sql: string, values?: readonly Value[]): Promise<readonly Row[]>;
  /** The first row, or null. */
  first(sql: string, values?: readonly Value[]): Promise<Row | null>;
  /** Refuses new reads, finishes those that wait, then closes the connections. */
  close(): Promise<void>;
}

export function createReaders(connections: readonly Connection[]): Readers {
  const free = [...connections];
  const waiting: ((connection: Connection) => void)[] = [];
  const ended: (() => void)[] = [];
  let closed = false;

  const take = (): Promise<Connection> => {
    const connection = free.pop();
    if (connection !== undefined) return Promise.resolve(connection);
    return new Promise((resolve) => waiting.push(resolve));
  };
  const giveBack = (connection: Connection): void => {
    const next = waiting.shift();
    if (next !== undefined) {
      next(connection);
      return;
    }
    free.push(connection);
    if (free.length === connections.length) ended.splice(0).forEach((tell) => tell());
  };
  const idle = (): Promise<void> =>
    free.length === connections.length ? Promise.resolve() : new Promise((resolve) => ended.push(resolve));

  const readers: Readers = {
    async all(sql, values) {
      if (closed) throw new StoreError('closed', 'the store is closed');
      const connection = await take();
      try {
        return await connection.all(sql, values);
      } catch (error) {
        throw storeError(error);
      } finally {
        giveBack(connection);
      }
    },
    async first(sql, values) {
      const [row] = await readers.all(sql, values);
      return row ?? null;
    },
    async close() {
      closed = true;
      await idle();
      for (const connection of free.splice(0)) await connection.close();
    },
  };
  return readers;
}
