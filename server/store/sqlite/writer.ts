import { StoreError } from '../store.ts';
import type { Connection } from './connection.ts';
import { codeOf, isOfOneUnit, storeError, UndecidedCommit } from './failure.ts';

/** What the work of a unit may do. Anything else, such as COMMIT, is the writer's. */
export type Transaction = Pick<Connection, 'all' | 'run'>;

/**
 * Work that is cheaper for many inputs at once: it gets those that wait, in order of arrival, and returns one output
 * for each. It must give what running the inputs one after the other would give.
 */
export type Together<In, Out> = (tx: Transaction, inputs: readonly In[]) => Promise<readonly Out[]>;

/**
 * The one owner of a write connection. Units that wait together share one transaction and one fsync: a group. Each is
 * isolated by a savepoint, so that one that fails takes back nothing but itself; its promise settles only after the
 * group's COMMIT. When the COMMIT fails, exactly the units in it are rejected, and the next group starts afresh.
 */
export interface Writer {
  unit<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Returns how to submit an input to `work`; inputs of one group run together, at the place of the first of them. */
  lane<In, Out>(work: Together<In, Out>): (input: In) => Promise<Out>;
  /**
   * Moves the write-ahead log into the database as far as no reader holds it, between two groups: where it holds nothing of it, the next
   * write begins the log anew. Never fails, and does nothing once the writer drains.
   */
  checkpoint(): Promise<void>;
  /**
   * Moves all of the write-ahead log into the database and makes it empty, between two groups. False when somebody's read holds it, or the
   * writer drains.
   */
  scrub(): Promise<boolean>;
  /** Refuses new units, finishes those that wait, then resolves. */
  drain(): Promise<void>;
}

export interface WriterLimits {
  /** Units of one kind in one group: bounds how long the first waits for the last. */
  readonly groupUnits: number;
  /** Pages of write-ahead log after which the writer moves them into the database, between two groups. */
  readonly checkpointPages: number;
}

export const writerLimits: WriterLimits = { groupUnits: 256, checkpointPages: 2_000 };

export function createWriter(connection: Connection, limits: WriterLimits = writerLimits): Writer {
  const waiting: Task[] = [];
  const checkpoint = checkpointer(connection, limits.checkpointPages);
  const asked: (() => void)[] = [];
  const scrubs: ((emptied: boolean) => void)[] = [];
  let draining = false;
  let running: Promise<void> | null = null;

  const work = async (): Promise<void> => {
    // One turn of the event loop lets everything that the previous group woke join the next.
    await turn();
    while (waiting.length > 0 || asked.length > 0 || scrubs.length > 0) {
      if (waiting.length > 0) await commitGroup(connection, waiting.splice(0, limits.groupUnits));
      const told = asked.splice(0);
      await checkpoint(told.length > 0);
      for (const tell of told) tell();
      const scrubbed = scrubs.splice(0);
      const emptied = scrubbed.length > 0 && (await emptyLog(connection));
      for (const tell of scrubbed) tell(emptied);
      await turn();
    }
    running = null;
  };
  const enqueue = (task: Task): void => {
    waiting.push(task);
    running ??= work();
  };
  const assertOpen = (): void => {
    if (draining) throw new StoreError('closed', 'the store is closed');
  };

  return {
    async unit(perform) {
      assertOpen();
      return new Promise((resolve, reject) => enqueue(unitTask(perform, resolve, reject)));
    },
    lane(perform) {
      const submit = laneOf(perform, limits.groupUnits, enqueue);
      return async (input) => {
        assertOpen();
        return submit(input);
      };
    },
    async checkpoint() {
      if (draining) return;
      await new Promise<void>((resolve) => {
        asked.push(resolve);
        running ??= work();
      });
    },
    async scrub() {
      if (draining) return false;
      return new Promise((resolve) => {
        scrubs.push(resolve);
        running ??= work();
      });
    },
    async drain() {
      draining = true;
      await running;
    },
  };
}

/** One place in the queue. */
interface Task {
  /** Throws only when the whole group must end; the failure of one unit is kept for `settle`. */
  perform(tx: Transaction): Promise<void>;
  /** The group is durable: tell each caller its outcome. */
  settle(): void;
  /** Nothing of the group was kept. */
  fail(error: unknown): void;
}

async function commitGroup(connection: Connection, group: readonly Task[]): Promise<void> {
  try {
    await connection.run('BEGIN IMMEDIATE');
    for (const task of group) await task.perform(connection);
    await commit(connection);
  } catch (error) {
    await rollBack(connection);
    for (const task of group) task.fail(storeError(error));
    return;
  }
  for (const task of group) task.settle();
}

async function commit(connection: Connection): Promise<void> {
  try {
    await connection.run('COMMIT');
  } catch (error) {
    // A full disk stops the write before the frame that commits; after any other failure that frame may be there.
    throw codeOf(error) === 'SQLITE_FULL' ? error : new UndecidedCommit(error);
  }
}

async function rollBack(connection: Connection): Promise<void> {
  try {
    await connection.run('ROLLBACK');
  } catch {
    // SQLite has rolled back on its own, as it may after a full disk or an I/O error, or never began.
  }
}

async function isolated<T>(tx: Transaction, work: () => Promise<T>): Promise<T> {
  await tx.run('SAVEPOINT unit');
  try {
    const output = await work();
    await tx.run('RELEASE unit');
    return output;
  } catch (error) {
    if (isOfOneUnit(error)) {
      await tx.run('ROLLBACK TO unit');
      await tx.run('RELEASE unit');
    }
    throw error;
  }
}

/** Runs isolated work and returns how to tell its caller what came of it. */
async function attempt<T>(tx: Transaction, work: () => Promise<T>, waiter: Waiter<T>): Promise<() => void> {
  try {
    const output = await isolated(tx, work);
    return () => waiter.resolve(output);
  } catch (error) {
    if (!isOfOneUnit(error)) throw error;
    return () => waiter.reject(storeErrorOrBug(error));
  }
}

/** What neither we nor the driver foresaw stays what it is: a bug, seen as one. */
function storeErrorOrBug(error: unknown): unknown {
  return codeOf(error) === null ? error : storeError(error);
}

interface Waiter<T> {
  readonly resolve: (output: T) => void;
  readonly reject: (error: unknown) => void;
}

function unitTask<T>(
  work: (tx: Transaction) => Promise<T>,
  resolve: (output: T) => void,
  reject: (error: unknown) => void,
): Task {
  let tell = (): void => {};
  return {
    async perform(tx) {
      tell = await attempt(tx, () => work(tx), { resolve, reject });
    },
    settle: () => tell(),
    fail: reject,
  };
}

interface Submission<In, Out> extends Waiter<Out> {
  readonly input: In;
}

/** A lane keeps its own typed inputs and at most one place in the queue that has not started yet. */
function laneOf<In, Out>(work: Together<In, Out>, most: number, enqueue: (task: Task) => void) {
  const submissions: Submission<In, Out>[] = [];
  let hasPlace = false;
  const takePlace = (): void => {
    if (hasPlace) return;
    hasPlace = true;
    enqueue(laneTask(work, take));
  };
  const take = (): readonly Submission<In, Out>[] => {
    hasPlace = false;
    const taken = submissions.splice(0, most);
    if (submissions.length > 0) takePlace();
    return taken;
  };
  return (input: In): Promise<Out> =>
    new Promise((resolve, reject) => {
      submissions.push({ input, resolve, reject });
      takePlace();
    });
}

function laneTask<In, Out>(work: Together<In, Out>, take: () => readonly Submission<In, Out>[]): Task {
  let taken: readonly Submission<In, Out>[] | null = null;
  let tell: (() => void)[] = [];
  return {
    async perform(tx) {
      taken = take();
      tell = await attemptTogether(tx, work, taken);
    },
    settle: () => tell.forEach((one) => one()),
    fail: (error) => (taken ?? take()).forEach((one) => one.reject(error)),
  };
}

async function attemptTogether<In, Out>(
  tx: Transaction,
  work: Together<In, Out>,
  taken: readonly Submission<In, Out>[],
): Promise<(() => void)[]> {
  try {
    const outputs = await isolated(tx, () =>
      work(
        tx,
        taken.map((one) => one.input),
      ),
    );
    return taken.map((one, place) => () => one.resolve(at(outputs, place)));
  } catch (error) {
    if (!isOfOneUnit(error)) throw error;
    // One of them is at fault: each by itself, so that only that one fails.
    const tell: (() => void)[] = [];
    for (const one of taken) tell.push(await attempt(tx, async () => at(await work(tx, [one.input]), 0), one));
    return tell;
  }
}

function at<T>(outputs: readonly T[], place: number): T {
  const output = outputs[place];
  if (output === undefined) throw new Error('a lane returned fewer outputs than it was given inputs');
  return output;
}

/** PASSIVE waits for nobody: a slow reader only makes the log longer until a later turn. */
function checkpointer(connection: Connection, everyPages: number): (now: boolean) => Promise<void> {
  let due = everyPages;
  return async (now) => {
    try {
      const log = await logPages(connection, 'NOOP');
      if (log < due && !now) {
        if (log < everyPages) due = everyPages;
        return;
      }
      await logPages(connection, 'PASSIVE');
      due = log + everyPages;
    } catch {
      // The log still holds everything that was committed. The next group meets the same disk and reports it.
      due += everyPages;
    }
  };
}

/** Nobody writes while it waits for readers, which are done in a moment or hold a copy for long: it waits no longer than the former. */
async function emptyLog(connection: Connection): Promise<boolean> {
  try {
    await connection.script('PRAGMA busy_timeout = 500;');
    const [row] = await connection.all('PRAGMA wal_checkpoint(TRUNCATE)');
    return row?.['busy'] === 0;
  } catch {
    return false;
  } finally {
    await connection.script('PRAGMA busy_timeout = 5000;').catch(() => undefined);
  }
}

async function logPages(connection: Connection, mode: 'NOOP' | 'PASSIVE'): Promise<number> {
  const [row] = await connection.all(`PRAGMA wal_checkpoint(${mode})`);
  return Number(row?.['log'] ?? 0);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
