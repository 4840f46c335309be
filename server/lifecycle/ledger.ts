import { type FileHandle, lstat, open, stat, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { DaylightError } from '../../shared/errors.ts';
import { OrgId } from '../../shared/ids.ts';
import { UnixMs } from '../../shared/time.ts';
import { isMissing, syncFolder } from '../durable.ts';
import { StoreError } from '../store/store.ts';

/**
 * What was ended here, in a file of its own that no backup of the data replaces: one line a state, each on the disk before what it
 * announces is done. Random ids and times alone; it tells of nobody who they were.
 */
export interface Ledger {
  readonly entries: readonly LedgerEntry[];
  /** Durable when it resolves. Throws `StoreError` `full` where nothing can be written. */
  append(entry: LedgerEntry): Promise<void>;
}

export const LedgerState = z.enum(['committed', 'keys_destroyed', 'purged', 'scrubbed', 'verified_empty']);
export type LedgerState = z.infer<typeof LedgerState>;

const LedgerEntry = z.strictObject({ at: UnixMs, organisation: OrgId, state: LedgerState }).readonly();
export type LedgerEntry = z.infer<typeof LedgerEntry>;

const LEDGER = 'ledger.ndjson';
/** Longer than any entry: what is longer and has no end was not torn off by a crash. */
const LONGEST = 200;

/**
 * A last line without its end is what a crash left of an entry that was never answered; it is cut off when the next one is written.
 * Throws `StoreError` `damaged` for anything else that is no entry and for one that cannot be read, DaylightError `forbidden` for one
 * that others can write: whoever writes into it ends organisations.
 */
export async function openLedger(folder: string): Promise<Ledger> {
  const file = join(folder, LEDGER);
  const text = await textOf(file);
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const torn = text.slice(whole.length);
  const lines = [...whole.split('\n').slice(0, -1), ...(torn.length > LONGEST ? [torn] : [])];
  const entries = lines.map((line, place) => parsed(line, file, place + 1));
  let length = Buffer.byteLength(whole);
  return {
    entries,
    async append(entry) {
      const line = `${JSON.stringify(LedgerEntry.parse(entry))}\n`;
      try {
        await write(file, line, length);
        await syncFolder(folder);
      } catch (error) {
        throw new StoreError(
          'full',
          `${file}: nothing can be written there; make room on its disk, and see to whose it is`,
          error,
        );
      }
      length += Buffer.byteLength(line);
      entries.push(entry);
    },
  };
}

/** The organisations of which not everything is gone yet, as far as the ledger knows, in order. */
export function unfinished({ entries }: Ledger): readonly OrgId[] {
  const last = new Map(entries.map(({ organisation, state }) => [organisation, state]));
  return [...last].flatMap(([organisation, state]) => (state === 'verified_empty' ? [] : [organisation]));
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

function parsed(line: string, file: string, number: number): LedgerEntry {
  try {
    return LedgerEntry.parse(JSON.parse(line));
  } catch (error) {
    const remedy = 'put back the newest copy of it that you have; what it says was ended must not come back';
    throw new StoreError('damaged', `${file}, line ${number}: this is no entry of the ledger; ${remedy}`, error);
  }
}
