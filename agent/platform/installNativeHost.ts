import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { Pairing } from '../core/ports.ts';
import { pairingTokenPath } from './browserWord.ts';
import { removeExtensionCopies } from './extensionCopy.ts';
import { nativeManifest } from './extensionId.ts';
import type { PairableBrowser } from './pairableBrowsers.ts';
import { createRegistrar, type Registrar } from './registrar.ts';
import { replaceFile } from './replaceFile.ts';

export interface NativeHostPlace {
  readonly browser: PairableBrowser;
  /** The agent's data folder. */
  readonly agentFolder: string;
  /** What starts the native host, without its arguments: e.g. node and the path of the built file. */
  readonly hostCommand: readonly [string, ...string[]];
  /** Of another system than this one only in tests. */
  readonly registrar?: Registrar;
}

export interface InstalledNativeHost {
  readonly launcher: string;
  /** Whether a pairing token was there before; it is kept, so that other browsers stay paired. */
  readonly paired: 'now' | 'before';
}

/**
 * Pairs a browser with this agent: writes the pairing token (0600), a launcher (0700) and the native messaging manifest
 * that allows exactly the Daylight extension; on Windows also the key of the registry that names it. Doing it again changes
 * nothing but the launcher. Throws DaylightError `unavailable` when the system refuses.
 */
export async function installNativeHost(place: NativeHostPlace): Promise<InstalledNativeHost> {
  const { browser, hostCommand, registrar = createRegistrar() } = place;
  const agentFolder = resolve(place.agentFolder);
  const text = registrar.launcherText([...hostCommand, agentFolder]);
  await mkdir(agentFolder, { recursive: true, mode: 0o700 });
  const paired = await makeToken(pairingTokenPath(agentFolder));
  const launcher = registrar.launcherPath(agentFolder);
  await replaceFile(launcher, text, 0o700);
  // Remembered before it is there: a wipe removes what it finds in this list, and `agent/core/wipe.ts` reads it.
  await changePlaces(agentFolder, (known) => [...new Set([...known, browser.place])]);
  await registrar.register(browser.place, nativeManifest(browser.kind, launcher), agentFolder);
  return { launcher, paired };
}

/** With whom the browser is paired. */
export function pairingOf(
  { place }: PairableBrowser,
  agentFolder: string,
  registrar = createRegistrar(),
): Promise<Pairing> {
  return registrar.pairingAt(place, resolve(agentFolder));
}

/**
 * Ends the pairing of a browser with this agent, and with the last of them removes launcher, token and what else was made for
 * it, so that no host that still runs can speak to the agent. Returns what is gone; none when another agent is paired.
 */
export async function removeNativeHost(
  { place }: PairableBrowser,
  folder: string,
  registrar = createRegistrar(),
): Promise<string[]> {
  const agentFolder = resolve(folder);
  if ((await registrar.pairingAt(place, agentFolder)) !== 'this_agent') return [];
  await registrar.unregister(place);
  const left = await changePlaces(agentFolder, (known) => known.filter((other) => other !== place));
  if (left.length > 0) return [place];
  const files = [...registrar.ownFiles(agentFolder), pairingTokenPath(agentFolder), placesPath(agentFolder)];
  for (const file of files) await rm(file, { force: true });
  return [place, ...files, ...(await removeExtensionCopies(agentFolder))];
}

/**
 * Writes the launcher anew where one is there that was written for a program of the same kind (`mark` is in both): one that was
 * moved or updated would be looked for where it was. Returns whether there is such a launcher.
 */
export async function renewLauncher(
  folder: string,
  { command, mark, registrar }: { command: readonly string[]; mark: string; registrar: Registrar },
): Promise<boolean> {
  const agentFolder = resolve(folder);
  const launcher = registrar.launcherPath(agentFolder);
  const there = await readFile(launcher, 'utf8').catch(() => '');
  if (!there.includes(mark)) return false;
  const text = registrar.launcherText([...command, agentFolder]);
  if (there !== text) await replaceFile(launcher, text, 0o700);
  return true;
}

/** The list of places that this agent has written to: a JSON list, each once. Returns it as it is now. */
async function changePlaces(
  agentFolder: string,
  change: (known: readonly string[]) => readonly string[],
): Promise<readonly string[]> {
  const text = await readFile(placesPath(agentFolder), 'utf8').catch(() => '[]');
  const changed = change(KnownPlaces.safeParse(jsonOf(text)).data ?? []);
  await replaceFile(placesPath(agentFolder), `${JSON.stringify(changed)}\n`, 0o600);
  return changed;
}

const KnownPlaces = z.array(z.string());

function placesPath(agentFolder: string): string {
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
