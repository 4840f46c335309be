import { lstat, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import type { WipeReport } from '../../shared/protocol/window.ts';
import { isTurnFile, TURNS } from './folderTurn.ts';
import { isStoredPolicy } from './gate/policyCache.ts';
import { isStoredIdentity } from './identity.ts';
import { CAPTURES } from './leftovers.ts';
import { removeSocketsElsewhere } from './socketPlace.ts';
import { isBatchFile } from './spool/batchFile.ts';
import { filesIn, isMissing, removeFile } from './spool/disk.ts';
import { isSpoolFile } from './spool/spoolFolder.ts';

/** Everything that an agent ever writes into its data folder. */
const FILES =
  /^(identity\.json|enrolment\.sealed|device\.key|spool\.key(chain)?|policy\.json|recorder\.sealed|acknowledgement\.json|browser-token|native-host|native-manifests\.json|agent\.sock|browser\.sock|window-[0-9a-f]{16}\.html)(\.[0-9a-f]+)?(\.tmp|\.new)?$/;
/** Below it: which files there are ours. */
const FOLDERS = [
  { name: 'spool', isOurs: isSpoolFile },
  { name: CAPTURES, isOurs: () => true },
  { name: TURNS, isOurs: isTurnFile },
] as const;

/** Whether an agent may have made what has this name in its data folder. */
export function isAgentsName(name: string): boolean {
  return FILES.test(name) || FOLDERS.some((folder) => folder.name === name);
}

/** What only its key opens can prove nothing once that is gone; no other program names its files so. */
const SEALED: readonly string[] = ['enrolment.sealed', 'recorder.sealed', 'spool.keychain'];

/** What would go, by kind: names in the folder, and whole paths of what is outside it. None of a folder that is not Daylight's. */
export async function whatIsThere(folder: string): Promise<string[]> {
  return (await isDaylights(folder)) ? ownFiles(folder) : [];
}

/** Other programs have an `identity.json` and a `device.key` too: a file must prove by what it holds that the folder is ours. */
async function isDaylights(folder: string): Promise<boolean> {
  const names = await namesIn(folder);
  if (names.some((name) => SEALED.includes(name))) return true;
  const read = (name: string) => readFile(join(folder, name)).catch(() => new Uint8Array());
  if (isStoredIdentity(await read('identity.json')) || isStoredPolicy(await read('policy.json'))) return true;
  if ((await manifestsOf(folder)).length > 0) return true;
  for (const { name } of await filesIn(join(folder, 'spool')).catch(() => [])) {
    if (isSpoolFile(name) && isBatchFile(await read(join('spool', name)))) return true;
  }
  return false;
}

async function ownFiles(folder: string): Promise<string[]> {
  const own = (await namesIn(folder)).filter((name) => FILES.test(name));
  const below = await Promise.all(
    FOLDERS.map(async ({ name, isOurs }) =>
      (await filesIn(join(folder, name)).catch(() => []))
        .filter((file) => isOurs(file.name))
        .map((file) => `${name}/${file.name}`),
    ),
  );
  return [...own, ...below.flat(), ...(await manifestsOf(folder))];
}

/**
 * Overwrites and removes everything that the agent has written, keys first, and looks again: what is in the folder, the
 * manifests by which browsers find it, and its socket where that is elsewhere. Files that are not the agent's stay, and
 * the folders that they are in. A folder that is not Daylight's is left alone.
 */
export async function wipeFolder(folder: string): Promise<Omit<WipeReport, 'retired'>> {
  const before = await whatIsThere(folder);
  if (before.length === 0) return { filesRemoved: 0, left: [] };
  const manifests = before.filter((name) => resolve(name) === name);
  for (const name of before.toSorted((a, b) => rank(a) - rank(b)))
    await remove(resolve(folder, name)).catch(() => undefined);
  for (const manifest of manifests) await rmdir(dirname(manifest)).catch(() => undefined);
  await rm(join(folder, CAPTURES), { recursive: true, force: true }).catch(() => undefined);
  for (const name of ['spool', TURNS]) await rmdir(join(folder, name)).catch(() => undefined);
  await removeSocketsElsewhere(folder);
  const left = await stillThere(folder, manifests);
  const rest = await readdir(folder).catch(() => []);
  if (rest.length === 0) await rmdir(folder).catch(() => undefined);
  return { filesRemoved: before.filter((name) => !left.includes(name)).length, left };
}

/** Keys first. The list of manifests and what marks the folder go last, so that a wipe that is cut off can be taken up again. */
function rank(name: string): number {
  if (/\.key(chain)?$/.test(name)) return 0;
  if (name === 'identity.json' || name === 'enrolment.sealed') return 3;
  return name.startsWith(MANIFESTS) ? 2 : 1;
}

/** The list is gone by now, so that the manifests are looked for by the paths that it had. */
async function stillThere(folder: string, manifests: readonly string[]): Promise<string[]> {
  const left = new Set(await ownFiles(folder));
  for (const manifest of manifests) if (await isThere(manifest)) left.add(manifest);
  if (await isThere(join(folder, CAPTURES))) left.add(CAPTURES);
  return [...left];
}

async function remove(path: string): Promise<void> {
  const entry = await lstat(path);
  await removeFile(path, entry.isFile());
}

/** Files, sockets and links of a folder; none when the folder is missing. */
async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
}

const MANIFESTS = 'native-manifests.json';
const KnownManifests = z.array(z.string());
const Manifest = z.object({ path: z.string() });

/** What `installNativeHost` has written into folders of browsers and that still leads to this folder. */
async function manifestsOf(folder: string): Promise<string[]> {
  const known = KnownManifests.safeParse(await readJson(join(folder, MANIFESTS))).data ?? [];
  const launcher = join(resolve(folder), 'native-host');
  const ours = await Promise.all(
    known.map(
      async (path) => Manifest.safeParse(await readJson(path)).data?.path === launcher && resolve(path) === path,
    ),
  );
  return known.filter((_, at) => ours[at]);
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
