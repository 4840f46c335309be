import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { isMissing, syncFolder } from './durable.ts';
import type { KeyStore } from './store/store.ts';
import { opensRootCheck } from './vault/rootCheck.ts';
import type { RandomBytes, RootKey } from './vault/rootKey.ts';
import {
  currentSource,
  dropNextSource,
  makeRootKey,
  nextSource,
  type RootKeySource,
  readRootKey,
  rootKeySource,
  unlessMissing,
  writeCurrentSource,
} from './vault/rootKeyProvider.ts';

/** In the data folder itself: where the root key is unless something else is said. */
export const OWN: RootKeySource = { kind: 'file', path: 'root.key' };
/** The one that is to take its place. */
export const OWN_NEXT: RootKeySource = { kind: 'file', path: 'root.key.next' };

/** Where the root key of a data folder is: as given, else as the folder says, else in `root.key`. */
export async function sourceOf(folder: string, given: string | undefined, random: RandomBytes): Promise<RootKeySource> {
  const known = await currentSource(folder);
  return given === undefined ? (known ?? OWN) : rootKeySource(given, random, known);
}

/** Makes the root key of a new folder, and writes down where it is when that is not `root.key`. Another `init` may be quicker. */
export async function newRootKey(folder: string, given: string | undefined, random: RandomBytes): Promise<RootKey> {
  const source = await sourceOf(folder, given, random);
  // A passphrase is nothing without its parameters: they are there before anything hangs on them.
  if (given !== undefined) await writeCurrentSource(folder, source);
  return makeRootKey(folder, source, process.env, random).catch(async (cause: unknown) => {
    if (source.kind !== 'file') throw cause;
    return readRootKey(folder, source, process.env).catch(() => {
      throw cause;
    });
  });
}

/**
 * The root key of a folder. Where a change of it ended half-way, the key store says which of the two it is, and the change is brought to its end. Throws as
 * `readRootKey` does.
 */
export async function rootKeyOfFolder(
  folder: string,
  given: string | undefined,
  keyStore: Pick<KeyStore, 'rootCheck'>,
  random: RandomBytes,
): Promise<RootKey> {
  const source = await sourceOf(folder, given, random);
  const next = await nextSource(folder);
  if (next === null) return readRootKey(folder, source, process.env);
  const check = await keyStore.rootCheck();
  const opens = (key: RootKey | null): key is RootKey => key !== null && check !== null && opensRootCheck(check, key);
  const key = await readRootKey(folder, source, process.env).catch(() => null);
  if (opens(key)) return key;
  const other = await readNext(folder, next);
  if (!opens(other)) return readRootKey(folder, source, process.env);
  await endRotation(folder, source, next);
  return other;
}

/** The key of the folder's own may have taken its name already. */
async function readNext(folder: string, next: RootKeySource): Promise<RootKey> {
  return readRootKey(folder, next, process.env).catch(async (cause: unknown) => {
    if (!isOwnNext(next)) throw cause;
    return readRootKey(folder, OWN, process.env);
  });
}

/** After the commit, in steps that can be repeated: from then on it is the next one, and a key in the folder that opens nothing any more is gone. */
export async function endRotation(folder: string, was: RootKeySource, next: RootKeySource): Promise<void> {
  if (isOwnNext(next)) {
    await rename(join(folder, 'root.key.next'), join(folder, 'root.key')).catch(unlessMissing);
    await syncFolder(folder);
    await writeCurrentSource(folder, OWN);
  } else {
    await writeCurrentSource(folder, next);
    if (was.kind === 'file' && was.path === 'root.key') await rm(join(folder, 'root.key')).catch(unlessMissing);
  }
  await dropNextSource(folder);
}

/** What an attempt before has left that never came to its commit. */
export async function dropBegunRotation(folder: string): Promise<void> {
  await dropNextSource(folder);
  await rm(join(folder, 'root.key.next')).catch((cause: unknown) => {
    if (!isMissing(cause)) throw cause;
  });
}

function isOwnNext(source: RootKeySource): boolean {
  return source.kind === 'file' && source.path === 'root.key.next';
}
