import { lstat, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import type { WipeReport } from '../../shared/protocol/window.ts';
import { ENDED_FILE, isEndedNote } from './ended.ts';
import { isTurnFile, TURNS } from './folderTurn.ts';
import { isStoredPolicy } from './gate/policyCache.ts';
import { isStoredIdentity } from './identity.ts';
import { CAPTURES } from './leftovers.ts';
import type { BrowserPlaces, Pairing } from './ports.ts';
import { removeSocketsElsewhere } from './socketPlace.ts';
import { isBatchFile } from './spool/batchFile.ts';
import { filesIn, isMissing, removeFile } from './spool/disk.ts';
import { isSpoolFile } from './spool/spoolFolder.ts';

/** Everything that an agent ever writes into its data folder. */
const FILES =
  /^(identity\.json|enrolment\.sealed|device\.key|spool\.key(chain)?|policy\.json|recorder\.sealed|heard\.sealed|audit\.json|ended\.json|acknowledgement\.json|browser-token|native-host(\.bat)?|(chromium|firefox)-org\.daylight\.agent\.json|native-manifests\.json|agent\.sock|browser\.sock|window-[0-9a-f]{16}\.html)(\.[0-9a-f]+)?(\.tmp|\.new)?$/;
/** Copies of the browser extension, from where a browser loads it. */
export const EXTENSION_COPIES = ['browser-extension-chromium', 'browser-extension-firefox'] as const;

/** Below it: which files there are ours. */
const FOLDERS = [
  { name: 'spool', isOurs: isSpoolFile },
  { name: CAPTURES, isOurs: () => true },
  { name: TURNS, isOurs: isTurnFile },
  ...EXTENSION_COPIES.flatMap((name) =>
    [name, `${name}/_locales/en`].map((folder) => ({ name: folder, isOurs: isPartOfExtension })),
  ),
] as const;

/** Whether an agent may have made what has this name in its data folder. */
export function isAgentsName(name: string): boolean {
  return FILES.test(name) || FOLDERS.some((folder) => folder.name === name);
}

/** What only its key opens can prove nothing once that is gone; no other program names its files so. */
const SEALED: readonly string[] = ['enrolment.sealed', 'recorder.sealed', 'heard.sealed', 'spool.keychain'];

/** Whether an agent has recorded something here that is left, whoever it was of. */
export async function isAnythingRecorded(folder: string): Promise<boolean> {
  if ((await namesIn(folder)).some((name) => RECORDED.includes(name))) return true;
  return (await filesIn(join(folder, 'spool')).catch(() => [])).some(({ name }) => isSpoolFile(name));
}

const RECORDED: readonly string[] = ['recorder.sealed', 'heard.sealed', 'audit.json'];

function isPartOfExtension(name: string): boolean {
  return /^((manifest|messages)\.json|background\.js)(\.[0-9a-f]+\.new)?$/.test(name);
}

/** What would go, by kind: names in the folder, and where browsers are told of it. None of a folder that is not Daylight's. */
export async function whatIsThere(folder: string, places: BrowserPlaces): Promise<string[]> {
  return (await isDaylights(folder, places)) ? ownFiles(folder, places) : [];
}

/** Whether something that is there is told of in a browser, or in the registry, and not in the folder. */
export function isElsewhere(name: string): boolean {
  return isAbsolute(name) || name.startsWith('HKCU\\');
}

/** Other programs have an `identity.json` and a `device.key` too: a file must prove by what it holds that the folder is ours. */
async function isDaylights(folder: string, places: BrowserPlaces): Promise<boolean> {
  const names = await namesIn(folder);
  if (names.some((name) => SEALED.includes(name))) return true;
  const read = (name: string) => readFile(join(folder, name)).catch(() => new Uint8Array());
  if (isStoredIdentity(await read('identity.json')) || isStoredPolicy(await read('policy.json'))) return true;
  if (isEndedNote(await read(ENDED_FILE))) return true;
  if ((await placesOf(folder, places)).length > 0) return true;
  for (const { name } of await filesIn(join(folder, 'spool')).catch(() => [])) {
    if (isSpoolFile(name) && isBatchFile(await read(join('spool', name)))) return true;
  }
  return false;
}

async function ownFiles(folder: string, places: BrowserPlaces): Promise<string[]> {
  const own = (await namesIn(folder)).filter((name) => FILES.test(name));
  const below = await Promise.all(
    FOLDERS.map(async ({ name, isOurs }) =>
      (await filesIn(join(folder, name)).catch(() => []))
        .filter((file) => isOurs(file.name))
        .map((file) => `${name}/${file.name}`),
    ),
  );
  return [...own, ...below.flat(), ...(await placesOf(folder, places))];
}

/**
 * Overwrites and removes everything that the agent has written, keys first, and looks again: what is in the folder, the
 * places by which browsers find it, and its socket where that is elsewhere. Files that are not the agent's stay, and
 * the folders that they are in. A folder that is not Daylight's is left alone. `but`: a file that stays for now, and is not counted.
 */
export async function wipeFolder(
  folder: string,
  places: BrowserPlaces,
  but?: typeof ENDED_FILE,
): Promise<Pick<WipeReport, 'filesRemoved' | 'left'>> {
  const all = await whatIsThere(folder, places);
  if (all.length === 0) return { filesRemoved: 0, left: [] };
  const before = all.filter((name) => name !== but);
  for (const name of before.toSorted((a, b) => rank(a) - rank(b))) {
    const gone = isElsewhere(name) ? places.unregister(name) : remove(resolve(folder, name));
    await gone.catch(() => undefined);
  }
  await rm(join(folder, CAPTURES), { recursive: true, force: true }).catch(() => undefined);
  const copies = EXTENSION_COPIES.flatMap((name) => [`${name}/_locales/en`, `${name}/_locales`, name]);
  for (const name of ['spool', TURNS, ...copies]) await rmdir(join(folder, name)).catch(() => undefined);
  await removeSocketsElsewhere(folder);
  const left = (await stillThere(folder, before.filter(isElsewhere), places)).filter((name) => name !== but);
  const rest = await readdir(folder).catch(() => []);
  if (rest.length === 0) await rmdir(folder).catch(() => undefined);
  return { filesRemoved: before.filter((name) => !left.includes(name)).length, left };
}

/** Keys first. The list of manifests and what marks the folder go last, so that a wipe that is cut off can be taken up again. */
function rank(name: string): number {
  if (/\.key(chain)?$/.test(name)) return 0;
  if (name === 'identity.json' || name === 'enrolment.sealed') return 3;
  if (name === ENDED_FILE) return 4;
  return name.startsWith(MANIFESTS) ? 2 : 1;
}

/** The list is gone by now, so that the places are looked at by the names that it had. */
async function stillThere(folder: string, had: readonly string[], places: BrowserPlaces): Promise<string[]> {
  const left = new Set(await ownFiles(folder, places));
  for (const place of had) if ((await pairingAt(place, folder, places)) !== 'none') left.add(place);
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
const KnownPlaces = z.array(z.string());

/** Where `installNativeHost` has told browsers of this folder, and they are still told of it. */
async function placesOf(folder: string, places: BrowserPlaces): Promise<string[]> {
  const known = KnownPlaces.safeParse(await readJson(join(folder, MANIFESTS))).data ?? [];
  const own: string[] = [];
  for (const place of known.filter(isElsewhere))
    if ((await pairingAt(place, folder, places)) === 'this_agent') own.push(place);
  return own;
}

/** What cannot be asked about may still be there, and is not called gone. */
function pairingAt(place: string, folder: string, places: BrowserPlaces): Promise<Pairing> {
  return places.pairingAt(place, resolve(folder)).catch(() => 'this_agent' as const);
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
