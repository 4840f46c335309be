import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { WipeReport } from '../../shared/protocol/window.ts';
import { filesIn, removeFile } from './spool/disk.ts';

/** Everything that an agent ever writes into its data folder. */
const FILES =
  /^(identity\.json|device\.key|spool\.key|policy\.json|recorder\.sealed|acknowledgement\.json|browser-token|native-host)(\.[0-9a-f]+)?(\.tmp)?$/;
const FOLDERS = ['spool', 'captures'] as const;

/** What would go, by kind. */
export async function whatIsThere(folder: string): Promise<string[]> {
  const own = (await filesIn(folder)).map(({ name }) => name).filter((name) => FILES.test(name));
  const below = await Promise.all(
    FOLDERS.map(async (name) => (await filesIn(join(folder, name))).map((file) => `${name}/${file.name}`)),
  );
  return [...own, ...below.flat()];
}

/**
 * Overwrites and removes everything that the agent has written into the folder, keys first, and looks again. Files that
 * are not the agent's stay, and the folder with them.
 */
export async function wipeFolder(folder: string): Promise<Omit<WipeReport, 'retired'>> {
  const before = await whatIsThere(folder);
  const keysFirst = before.toSorted((a, b) => Number(b.endsWith('.key')) - Number(a.endsWith('.key')));
  for (const name of keysFirst) await removeFile(join(folder, name), true).catch(() => undefined);
  for (const name of FOLDERS) await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
  const left = await whatIsThere(folder);
  const rest = await readdir(folder).catch(() => []);
  if (rest.length === 0) await rmdir(folder).catch(() => undefined);
  return { filesRemoved: before.length - left.length, left };
}
