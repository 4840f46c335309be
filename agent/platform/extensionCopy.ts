import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DaylightError } from '../../shared/errors.ts';
import { EXTENSION_COPIES } from '../core/wipe.ts';
import type { BrowserKind } from './extensionId.ts';
import { replaceFile } from './replaceFile.ts';

/** All that the extension consists of (scripts/extension.ts). */
const PARTS = ['manifest.json', 'background.js', '_locales/en/messages.json'] as const;

/** Where the build has put the extension: `dist/agent/browser-extension`, from the sources as from `dist/agent`. */
export function builtExtension(kind: BrowserKind): string {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const places = ['../browser-extension', '../../dist/agent/browser-extension'].map((place) => join(here, place, kind));
  const found = places.find((folder) => existsSync(join(folder, 'manifest.json')));
  if (found !== undefined) return found;
  throw new DaylightError('not_found', 'the browser extension is missing from this installation', {
    remedy: 'build it (npm run build), or install the agent again',
  });
}

/**
 * Puts the extension into the agent's folder, from where a browser can load it, and returns that folder: what a package
 * contains is in an archive that no browser opens, and that of an AppImage is somewhere else at every start.
 */
export async function copyExtension(
  kind: BrowserKind,
  agentFolder: string,
  from = builtExtension(kind),
): Promise<string> {
  const folder = join(agentFolder, `browser-extension-${kind}`);
  for (const part of PARTS) {
    const to = join(folder, part);
    await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    await replaceFile(to, await readFile(join(from, part)), 0o600);
  }
  return folder;
}

/** Returns the folders that are gone. */
export async function removeExtensionCopies(agentFolder: string): Promise<string[]> {
  const there = EXTENSION_COPIES.map((name) => join(agentFolder, name)).filter((folder) => existsSync(folder));
  for (const folder of there) await rm(folder, { recursive: true, force: true });
  return there;
}
