import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { DaylightError } from '../../shared/errors.ts';
import { pairingTokenPath } from './browserWord.ts';
import { type BrowserKind, EXTENSION_ORIGIN, FIREFOX_ID, NATIVE_HOST_NAME } from './extensionId.ts';
import type { PairableBrowser } from './pairableBrowsers.ts';

export interface NativeHostPlace {
  readonly browser: PairableBrowser;
  /** The agent's data folder. */
  readonly agentFolder: string;
  /** What starts `nativeHost`, without its arguments: e.g. node and the path of the built file. */
  readonly hostCommand: readonly [string, ...string[]];
}

export interface InstalledNativeHost {
  /** The file by which the browser finds the host. */
  readonly manifest: string;
  readonly launcher: string;
  /** Whether a pairing token was there before; it is kept, so that other browsers stay paired. */
  readonly paired: 'now' | 'before';
}

/**
 * Pairs a browser with this agent: writes the pairing token (0600), a launcher (0700) and the native messaging manifest
 * that allows exactly the Daylight extension. Doing it again changes nothing but the launcher. Throws DaylightError
 * `unavailable` on Windows.
 */
export async function installNativeHost({ browser, ...place }: NativeHostPlace): Promise<InstalledNativeHost> {
  if (process.platform === 'win32') {
    throw new DaylightError(
      'unavailable',
      'pairing a browser on Windows needs an entry in the registry, which Daylight cannot make yet',
      {
        remedy: 'leave the parameter url off on this computer',
      },
    );
  }
  const agentFolder = resolve(place.agentFolder);
  await mkdir(agentFolder, { recursive: true, mode: 0o700 });
  const paired = await makeToken(pairingTokenPath(agentFolder));
  const launcher = launcherPath(agentFolder);
  const words = [...place.hostCommand, agentFolder].map(shellQuoted).join(' ');
  await replaceFile(launcher, `#!/bin/sh\nexec ${words} "$@"\n`, 0o700);

  const manifest = nativeManifestPath(browser);
  await mkdir(resolve(browser.hostsFolder), { recursive: true });
  // Remembered before it is there: a wipe removes what it finds in this list, and `agent/core/wipe.ts` reads it.
  await changeManifests(agentFolder, (known) => [...new Set([...known, manifest])]);
  await replaceFile(manifest, `${JSON.stringify(nativeManifest(browser.kind, launcher), null, 2)}\n`, 0o644);
  return { manifest, launcher, paired };
}

export type Pairing = 'this_agent' | 'another_agent' | 'none';

/** With whom the browser is paired, by its manifest. */
export async function pairingOf(browser: PairableBrowser, agentFolder: string): Promise<Pairing> {
  const text = await readFile(nativeManifestPath(browser), 'utf8').catch(() => null);
  if (text === null) return 'none';
  return Manifest.safeParse(jsonOf(text)).data?.path === launcherPath(resolve(agentFolder))
    ? 'this_agent'
    : 'another_agent';
}

/**
 * Removes the manifest of a browser that is paired with this agent, and with the last of them launcher and token, so that
 * no host that still runs can speak to the agent. Returns the paths that are gone; none when another agent is paired.
 */
export async function removeNativeHost(browser: PairableBrowser, folder: string): Promise<string[]> {
  const agentFolder = resolve(folder);
  if ((await pairingOf(browser, agentFolder)) !== 'this_agent') return [];
  const manifest = nativeManifestPath(browser);
  await rm(manifest);
  await rmdir(resolve(browser.hostsFolder)).catch(() => undefined); // it stays when there is more in it
  const left = await changeManifests(agentFolder, (known) => known.filter((path) => path !== manifest));
  if (left.length > 0) return [manifest];
  const own = [launcherPath(agentFolder), pairingTokenPath(agentFolder), manifestsPath(agentFolder)];
  for (const file of own) await rm(file, { force: true });
  return [manifest, ...own];
}

/** The file by which the browser finds the host. */
export function nativeManifestPath({ hostsFolder }: PairableBrowser): string {
  return join(resolve(hostsFolder), `${NATIVE_HOST_NAME}.json`);
}

/** What the browser starts. */
export function launcherPath(agentFolder: string): string {
  return join(agentFolder, 'native-host');
}

function nativeManifest(kind: BrowserKind, launcher: string) {
  const allowed = kind === 'firefox' ? { allowed_extensions: [FIREFOX_ID] } : { allowed_origins: [EXTENSION_ORIGIN] };
  return {
    name: NATIVE_HOST_NAME,
    description: 'Daylight agent on this computer',
    path: launcher,
    type: 'stdio',
    ...allowed,
  };
}

/** The list of manifests that this agent has written: a JSON list of paths, each once. Returns it as it is now. */
async function changeManifests(
  agentFolder: string,
  change: (known: readonly string[]) => readonly string[],
): Promise<readonly string[]> {
  const text = await readFile(manifestsPath(agentFolder), 'utf8').catch(() => '[]');
  const changed = change(KnownManifests.safeParse(jsonOf(text)).data ?? []);
  await replaceFile(manifestsPath(agentFolder), `${JSON.stringify(changed)}\n`, 0o600);
  return changed;
}

const KnownManifests = z.array(z.string());
const Manifest = z.object({ path: z.string() });

function manifestsPath(agentFolder: string): string {
  return join(agentFolder, 'native-manifests.json');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function makeToken(file: string): Promise<'now' | 'before'> {
  const present = await readFile(file, 'utf8').catch(() => null);
  if (present !== null && /^[0-9a-f]{64}\n$/.test(present)) {
    await chmod(file, 0o600);
    return 'before';
  }
  await replaceFile(file, `${randomBytes(32).toString('hex')}\n`, 0o600);
  return 'now';
}

async function replaceFile(file: string, content: string, mode: number): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.new`;
  await writeFile(temporary, content, { mode, flag: 'wx' });
  await chmod(temporary, mode);
  await rename(temporary, file);
}

function shellQuoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
