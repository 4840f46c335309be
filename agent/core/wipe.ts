import { lstat, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import type { WipeReport } from '../../shared/protocol/window.ts';
import { removeSocketElsewhere } from './localSocket.ts';
import { filesIn, removeFile } from './spool/disk.ts';

/** Everything that an agent ever writes into its data folder. */
const FILES =
  /^(identity\.json|device\.key|spool\.key(chain)?|policy\.json|recorder\.sealed|acknowledgement\.json|browser-token|native-host|native-manifests\.json|agent\.sock|browser\.sock|window-[0-9a-f]{16}\.html)(\.[0-9a-f]+)?(\.tmp|\.new)?$/;
const FOLDERS = ['spool', 'captures', 'agent.starting'] as const;

/** What would go, by kind: names in the folder, and whole paths of what is outside it. */
export async function whatIsThere(folder: string): Promise<string[]> {
  const own = (await namesIn(folder)).filter((name) => FILES.test(name));
  const below = await Promise.all(
    FOLDERS.map(async (name) =>
      (await filesIn(join(folder, name)).catch(() => [])).map((file) => `${name}/${file.name}`),
    ),
  );
  return [...own, ...below.flat(), ...(await manifestsOf(folder))];
}

/**
 * Overwrites and removes everything that the agent has written, keys first, and looks again: what is in the folder, the
 * manifests by which browsers find it, and its socket where that is elsewhere. Files that are not the agent's stay, and
 * the folder with them.
 */
export async function wipeFolder(folder: string): Promise<Omit<WipeReport, 'retired'>> {
  const before = await whatIsThere(folder);
  const rank = (name: string): number => (/\.key(chain)?$/.test(name) ? 0 : name.startsWith(MANIFESTS) ? 2 : 1);
  const manifests = before.filter((name) => resolve(name) === name);
  // The list of manifests goes last, so that a wipe that is cut off can be taken up again.
  const inOrder = before.toSorted((a, b) => rank(a) - rank(b));
  for (const name of inOrder) await remove(resolve(folder, name)).catch(() => undefined);
  for (const manifest of manifests) await rmdir(dirname(manifest)).catch(() => undefined);
  for (const name of FOLDERS) await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
  await removeSocketElsewhere(folder);
  const left = await stillThere(folder, manifests);
  const rest = await readdir(folder).catch(() => []);
  if (rest.length === 0) await rmdir(folder).catch(() => undefined);
  return { filesRemoved: before.filter((name) => !left.includes(name)).length, left };
}

/** The list is gone by now, so that the manifests are looked for by the paths that it had. */
async function stillThere(folder: string, manifests: readonly string[]): Promise<string[]> {
  const left = new Set(await whatIsThere(folder));
  for (const manifest of manifests) if (await isThere(manifest)) left.add(manifest);
  for (const name of FOLDERS) if (await isThere(join(folder, name))) left.add(name);
  return [...left];
}

async function remove(path: string): Promise<void> {
  const entry = await lstat(path);
  await removeFile(path, entry.isFile());
}

/** Files, sockets and links of a folder; none when the folder is missing. */
async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
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
