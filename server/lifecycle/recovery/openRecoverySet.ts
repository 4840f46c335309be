import { mkdir, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Decrypter } from 'age-encryption';
import { DaylightError } from '../../../shared/errors.ts';
import type { UnixMs } from '../../../shared/time.ts';
import { syncFolder } from '../../durable.ts';
import { type KeyPage, loadKeys } from '../../store/sqlite/keyDump.ts';
import { type RootKey, rootKeyOf } from '../../vault/rootKey.ts';
import { type RootKeySource, writeCurrentSource } from '../../vault/rootKeyProvider.ts';
import { EMPTY, headAfter, type LedgerHead } from '../ledgerEntry.ts';
import { RecoveryLine } from './recoveryLine.ts';

type Line<Kind extends RecoveryLine['kind']> = Extract<RecoveryLine, { kind: Kind }>;

/** What a recovery set holds, checked. */
export interface OpenedRecoverySet {
  readonly at: UnixMs;
  readonly rootKey: RootKey;
  readonly keyFormat: number;
  readonly keys: readonly KeyPage[];
  readonly organisations: readonly Line<'organisation'>[];
  readonly people: readonly Line<'person'>[];
  readonly retired: readonly Line<'retired'>[];
  readonly decisions: readonly Line<'decision'>[];
  /** The lines of `ledger.ndjson`, without their ends. */
  readonly ledger: readonly string[];
  readonly ledgerHead: LedgerHead;
}

/**
 * Opens a recovery set with the identity that was shown when it was begun (`AGE-SECRET-KEY-1…`). Throws DaylightError: `not_found` where there is
 * none, `bad_request` for what is no identity, `forbidden` for one that opens it not, `conflict` for a file that is no whole recovery set.
 */
export async function openRecoverySet(file: string, identity: string): Promise<OpenedRecoverySet> {
  const sealed = await readFile(file).catch((cause: unknown) => {
    throw new DaylightError('not_found', `${file}: this recovery set cannot be read`, {
      remedy: 'Give the path of the newest recovery set, as `daylight-server recovery status` names it.',
      cause,
    });
  });
  const text = await decrypted(file, sealed, identity.trim());
  return assembled(file, text);
}

async function decrypted(file: string, sealed: Uint8Array, identity: string): Promise<string> {
  const decrypter = new Decrypter();
  try {
    decrypter.addIdentity(identity);
  } catch (cause) {
    throw new DaylightError('bad_request', 'this is no identity of a recovery set', {
      remedy: 'Give the line that begins with AGE-SECRET-KEY-, as it was shown by `daylight-server recovery begin`.',
      cause,
    });
  }
  try {
    return await decrypter.decrypt(sealed, 'text');
  } catch (cause) {
    throw new DaylightError('forbidden', `${file}: it does not open with this identity, or was changed or cut short`, {
      remedy: 'Give the identity that was shown when this recovery set was begun, and a whole copy of the file.',
      cause,
    });
  }
}

function assembled(file: string, text: string): OpenedRecoverySet {
  const lines = text
    .split('\n')
    .slice(0, -1)
    .map((line, place) => parsed(file, line, place + 1));
  const [begin, end] = [lines[0], lines.at(-1)];
  if (begin?.kind !== 'begin' || end?.kind !== 'end') throw notWhole(file);
  const ledger = of(lines, 'ledger').map(({ line }) => line);
  const head = ledger.reduce(headAfter, EMPTY);
  if (head.head !== end.ledger.head) throw notWhole(file);
  return {
    at: begin.at,
    rootKey: rootKeyOf(Buffer.from(begin.rootKey, 'base64'), file),
    keyFormat: begin.keyFormat,
    keys: of(lines, 'keys').map(({ page }) => page),
    organisations: of(lines, 'organisation'),
    people: of(lines, 'person'),
    retired: of(lines, 'retired'),
    decisions: of(lines, 'decision'),
    ledger,
    ledgerHead: head,
  };
}

function of<Kind extends RecoveryLine['kind']>(lines: readonly RecoveryLine[], kind: Kind): Line<Kind>[] {
  return lines.filter((line): line is Line<Kind> => line.kind === kind);
}

function parsed(file: string, line: string, number: number): RecoveryLine {
  try {
    return RecoveryLine.parse(JSON.parse(line));
  } catch (cause) {
    throw new DaylightError(
      'conflict',
      `${file}, line ${number}: this is nothing that a recovery set of this Daylight holds`,
      {
        remedy: 'Use the Daylight that has written it, or a newer one.',
        cause,
      },
    );
  }
}

function notWhole(file: string): DaylightError {
  return new DaylightError('conflict', `${file}: this is no whole recovery set`, {
    remedy: 'Take another copy of it.',
  });
}

/**
 * Puts keys and ledger into a folder in which nothing is, or which is not there yet: what `keys.db`, `root.key` and `ledger.ndjson` were. The data comes
 * from a backup. `source`: where the root key is instead of in the folder. Throws DaylightError `conflict` where something is there.
 */
export async function layRecoverySet(
  set: OpenedRecoverySet,
  folder: string,
  source: RootKeySource | null = null,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0) {
    throw new DaylightError('conflict', `${folder}: something is here already`, {
      remedy: 'Name an empty folder, or one that does not exist.',
    });
  }
  await writePrivately(join(folder, 'ledger.ndjson'), set.ledger.map((line) => `${line}\n`).join(''));
  await loadKeys(join(folder, 'keys.db'), set.keys);
  if (source === null) await writePrivately(join(folder, 'root.key'), set.rootKey);
  else await writeCurrentSource(folder, source);
  await syncFolder(folder);
}

async function writePrivately(file: string, bytes: string | Uint8Array): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
