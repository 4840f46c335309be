import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { DaylightError } from '../../shared/errors.ts';
import { pairingTokenPath } from './browserWord.ts';
import { EXTENSION_ORIGIN, NATIVE_HOST_NAME } from './extensionId.ts';

export interface NativeHostPlace {
  /** The browser's folder of profiles (its user data folder), e.g. `~/.config/chromium`. */
  readonly profileFolder: string;
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
 * Pairs a Chromium-like browser with this agent: writes the pairing token (0600), a launcher (0700) and the native
 * messaging manifest that allows exactly the Daylight extension. Doing it again changes nothing but the launcher.
 */
export async function installNativeHost(place: NativeHostPlace): Promise<InstalledNativeHost> {
  if (process.platform === 'win32') {
    throw new DaylightError(
      'unavailable',
      'pairing a browser on Windows needs the installer, which enters it in the registry',
      {
        remedy: 'leave the parameter url off on this computer',
      },
    );
  }
  const agentFolder = resolve(place.agentFolder);
  await mkdir(agentFolder, { recursive: true, mode: 0o700 });
  const paired = await makeToken(pairingTokenPath(agentFolder));
  const launcher = join(agentFolder, 'native-host');
  const words = [...place.hostCommand, agentFolder].map(shellQuoted).join(' ');
  await replaceFile(launcher, `#!/bin/sh\nexec ${words} "$@"\n`, 0o700);

  const folder = join(resolve(place.profileFolder), 'NativeMessagingHosts');
  await mkdir(folder, { recursive: true });
  const manifest = join(folder, `${NATIVE_HOST_NAME}.json`);
  const content = {
    name: NATIVE_HOST_NAME,
    description: 'Daylight agent on this computer',
    path: launcher,
    type: 'stdio',
    allowed_origins: [EXTENSION_ORIGIN],
  };
  // Remembered before it is there: a wipe removes what it finds in this list, and `agent/core/wipe.ts` reads it.
  await rememberManifest(join(agentFolder, 'native-manifests.json'), manifest);
  await replaceFile(manifest, `${JSON.stringify(content, null, 2)}\n`, 0o644);
  return { manifest, launcher, paired };
}

/** A JSON list of paths, each once. */
async function rememberManifest(list: string, manifest: string): Promise<void> {
  const text = await readFile(list, 'utf8').catch(() => '[]');
  const known = KnownManifests.safeParse(jsonOf(text)).data ?? [];
  await replaceFile(list, `${JSON.stringify([...new Set([...known, manifest])])}\n`, 0o600);
}

const KnownManifests = z.array(z.string());

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
