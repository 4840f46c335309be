import { mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { DaylightError } from '../shared/errors.ts';
import type { BackupOptions } from './backupOnHost.ts';
import { isMissing } from './durable.ts';
import { catalogued } from './lifecycle/backup/catalogue.ts';
import { openFolderTarget } from './lifecycle/backup/folderTarget.ts';
import { aloneWithBackups } from './lifecycle/backup/workFolder.ts';
import { layRecoverySet, type OpenedRecoverySet, openRecoverySet } from './lifecycle/recovery/openRecoverySet.ts';
import { knownHere, type Rebuilt, rebuild } from './lifecycle/restore/rebuild.ts';
import { clearQuarantine, finishRestore, planIn, QUARANTINE } from './lifecycle/restore/swap.ts';
import { alone, chosen, withKeys } from './restoreOnHost.ts';
import { readPrivately } from './vault/rootKey.ts';
import { type RootKeySource, readRootKey, rootKeySource } from './vault/rootKeyProvider.ts';

export type RebuildOptions = BackupOptions & {
  /** The file that `recovery begin` has had written. */
  readonly recoverySet: string;
  /** A file with the identity that it showed, which only its owner can read. */
  readonly identity: string;
};

/**
 * Puts a lost machine together in a folder in which nothing is: keys, ledger and rights from the recovery set, what was recorded from the backup with this id,
 * or the `newest`. Whatever interrupts it, the same command does it again, or finishes it once it was decided; so does the next start of the server. Null
 * where that was all that was left to do. Throws DaylightError before it changes anything where these do not belong together.
 */
export async function rebuildOnHost(options: RebuildOptions, which: string): Promise<Rebuilt | null> {
  const folder = resolve(options.data);
  const set = await openRecoverySet(options.recoverySet, await identityIn(options.identity));
  const source = await sourceFor(set, options);
  await requireNothingIn(folder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return alone(folder, async () => {
    if ((await finishRestore(folder)) !== null) return null;
    await clearQuarantine(folder);
    const quarantine = join(folder, QUARANTINE);
    try {
      await layRecoverySet(set, quarantine, source);
      const rebuilt = await withKeys(
        { ...options, data: quarantine, rootKey: undefined },
        async ({ keyStore, vault }) => {
          const target = await openFolderTarget(options.backups, folder);
          const { clock, random, tell } = options;
          const parts = { folder, set, keyStore, vault, clock, random, target };
          const known = await knownHere(parts, await catalogued(keyStore));
          const record = chosen(known, which, clock.now());
          return aloneWithBackups(folder, () => rebuild(parts, known, record, tell));
        },
      );
      await finishRestore(folder);
      return rebuilt;
    } catch (cause) {
      // There are keys in it. Once it was decided it stays, and is finished by the next one.
      await clearQuarantine(folder).catch(() => undefined);
      throw cause;
    }
  });
}

/** As `age-keygen` writes them: comments, and one line. */
async function identityIn(file: string): Promise<string> {
  const bytes = await readPrivately(file, 4_096).catch((cause: unknown) => {
    throw new DaylightError('forbidden', `${file}: the identity is not there, or others can read it`, {
      field: 'identity',
      remedy: `Name the file that it is in with --identity, and run: chmod 600 '${file}'.`,
      cause,
    });
  });
  const text = Buffer.from(bytes).toString('utf8');
  return text.split(/\r?\n/).find((line) => line.startsWith('AGE-SECRET-KEY-')) ?? '';
}

/** Where the root key is to come from from now on, when that is not `root.key`. */
async function sourceFor(set: OpenedRecoverySet, { rootKey, random }: RebuildOptions): Promise<RootKeySource | null> {
  if (rootKey === undefined) return null;
  const source = rootKeySource(rootKey, (length) => random.bytes(length));
  if (source.kind === 'passphrase') {
    throw misfit('a passphrase does not give the root key of the recovery set: what it was salted with is lost');
  }
  const key = await readRootKey(process.cwd(), source, process.env);
  if (Buffer.compare(key, set.rootKey) !== 0)
    throw misfit('the root key there is another one than that of the recovery set');
  return source;
}

function misfit(what: string): DaylightError {
  return new DaylightError('conflict', `--root-key: ${what}`, {
    field: 'rootKey',
    remedy: 'Leave --root-key out, and use `daylight-server keys rotate-root` afterwards.',
  });
}

/** What an attempt that was interrupted has left, and what a disk of its own has. */
const OURS = /^(restore|backup-work|lost\+found|(server|daylight|backup)\.lock.*)$/;

async function requireNothingIn(folder: string): Promise<void> {
  const names = await readdir(folder).catch((cause: unknown) => {
    if (isMissing(cause)) return [];
    throw cause;
  });
  const there = names.find((name) => !OURS.test(name));
  const plan = await planIn(folder);
  if (there === undefined || (plan !== null && 'rebuilt' in plan)) return;
  throw new DaylightError('conflict', `${folder}: something is here already (${there})`, {
    field: 'data',
    remedy: 'Name an empty folder with --data, or one that does not exist: a lost machine is rebuilt where nothing is.',
  });
}
