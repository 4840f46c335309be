import { type FileHandle, lstat, open, stat, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DaylightError } from '../../shared/errors.ts';
import { isMissing, syncFolder } from '../durable.ts';
import { createLanes } from '../lanes.ts';
import { StoreError } from '../store/store.ts';
import { EMPTY, entryOf, headAfter, type LedgerEntry, type LedgerHead, lineOf } from './ledgerEntry.ts';

/**
 * What was ended here, in a file of its own that no backup of the data replaces: one line a state, each on the disk before what it
 * announces is done, and each with the hash of all that was before it. Random ids, keys, counts and times alone; it tells of nobody who
 * they were.
 */
export interface Ledger {
  readonly entries: readonly LedgerEntry[];
  /** Where it has come to: whoever keeps this can tell later whether a ledger goes on from here. */
  readonly head: LedgerHead;
  /** Whether it has everything that the ledger with this head had. */
  extends(head: LedgerHead): boolean;
  /**
   * Durable when it resolves; one after the other, in the order of the calls. What another process has written meanwhile is followed. Throws
   * `StoreError` `full` where nothing can be written, and `damaged` where the file is shorter than it was, or was changed.
   */
  append(entry: LedgerEntry): Promise<void>;
}

const LEDGER = 'ledger.ndjson';
/** Longer than any entry: what is longer and has no end was not torn off by a crash. */
const LONGEST = 512 * 1024;

/**
 * A last line without its end is what a crash left of an entry that was never answered; it is cut off when the next one is written.
 * Throws `StoreError` `damaged` for anything else that is no entry, for one that does not follow the one before it, and for a file that
 * cannot be read, DaylightError `forbidden` for one that others can write: whoever writes into it ends organisations and accounts.
 */
export async function openLedger(folder: string): Promise<Ledger> {
  const file = join(folder, LEDGER);
  const text = await textOf(file);
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const torn = text.slice(whole.length);
  const entries: LedgerEntry[] = [];
  const heads: LedgerHead[] = [EMPTY];
  let length = 0;
  const last = (): LedgerHead => heads.at(-1) ?? EMPTY;
  const take = (line: string): void => {
    entries.push(parsed(line, file, last()));
    heads.push(headAfter(last(), line));
    length += Buffer.byteLength(line) + 1;
  };
  /** Between two who have the folder one after the other there is a moment in which both have read it. */
  const sinceThen = async (): Promise<readonly string[]> => {
    const size = await sizeOf(file);
    if (size < length) throw shortened(file);
    return size === length
      ? []
      : linesOf(
          Buffer.from(await textOf(file))
            .subarray(length)
            .toString('utf8'),
        );
  };
  for (const line of [...linesOf(whole), ...(isTorn(torn) ? [] : [torn])]) take(line);
  const lane = createLanes<'append'>();
  return {
    entries,
    get head() {
      return last();
    },
    extends: ({ entries: many, head }) => heads[many]?.head === head,
    append: (entry) =>
      lane.run('append', async () => {
        for (const written of await sinceThen()) take(written);
        const line = lineOf(entry, last());
        try {
          await write(file, `${line}\n`, length);
          await syncFolder(folder);
        } catch (error) {
          throw new StoreError(
            'full',
            `${file}: nothing can be written there; make room on its disk, and see to whose it is`,
            error,
          );
        }
        take(line);
      }),
  };
}

/** Those that have an end. */
function linesOf(text: string): readonly string[] {
  return text.split('\n').slice(0, -1);
}

function shortened(file: string): StoreError {
  return new StoreError(
    'damaged',
    `${file}: lines of it are gone since it was read; put back the newest copy of it that you have, and start again`,
  );
}

/** No entry has a carriage return: an editor has put it in the place of the ends of lines. */
function isTorn(tail: string): boolean {
  return tail.length <= LONGEST && !tail.includes('\r');
}

/** Empty where there is none. */
async function textOf(file: string): Promise<string> {
  try {
    const handle = await open(file);
    try {
      await requireOwn(file, handle);
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof DaylightError) throw error;
    // What else is wrong with the folder is said by whoever opens it.
    if (isMissing(error) && !(await isLink(file))) return '';
    const trouble = isMissing(error)
      ? 'this link leads nowhere; see that the disk with it is mounted'
      : 'it cannot be read; see to whose it is, and to the disk';
    throw new StoreError('damaged', `${file}: ${trouble}`, error);
  }
}

/** In the server's own folder nobody else comes to it, but a link may lead anywhere. */
async function requireOwn(file: string, handle: FileHandle): Promise<void> {
  const found = await handle.stat();
  if (process.platform === 'win32' || !found.isFile()) return;
  const owners = [0, (await stat(dirname(file))).uid];
  if ((found.mode & 0o022) === 0 && owners.includes(found.uid)) return;
  throw new DaylightError('forbidden', `${file}: others can write it, and so end organisations`, {
    remedy: `See whether it says what was ended here; if it does, give it to the account of the server, and run: chmod 600 '${file}'.`,
  });
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    (error: unknown) => {
      if (isMissing(error)) return 0;
      throw error;
    },
  );
}

async function isLink(file: string): Promise<boolean> {
  return lstat(file).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
}

async function write(file: string, line: string, length: number): Promise<void> {
  const handle = await open(file, 'a', 0o600);
  try {
    const found = await handle.stat();
    if (found.size > length) await truncate(file, length);
    // Who cancels may be root, and the server another account, which must be able to go on with it.
    else if (found.size === 0 && found.isFile() && process.getuid?.() === 0) {
      const { uid, gid } = await stat(dirname(file));
      await handle.chown(uid, gid);
    }
    await handle.writeFile(line);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function parsed(line: string, file: string, before: LedgerHead): LedgerEntry {
  try {
    return entryOf(line, before);
  } catch (error) {
    const remedy = 'put back the newest copy of it that you have; what it says was ended must not come back';
    const number = before.entries + 1;
    throw new StoreError('damaged', `${file}, line ${number}: this is no entry of the ledger; ${remedy}`, error);
  }
}
