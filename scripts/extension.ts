import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BrowserKind, FIREFOX_ID } from '../agent/platform/extensionId.ts';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const source = path.join(root, 'agent', 'browser-extension');

/**
 * Writes the extension for each kind of browser into `folder`/chromium and `folder`/firefox. The program is the same
 * file; of the manifest only what each browser wants said differently is changed.
 */
export async function buildExtension(folder: string): Promise<void> {
  const base: unknown = JSON.parse(await readFile(path.join(source, 'manifest.json'), 'utf8'));
  for (const kind of ['chromium', 'firefox'] as const) {
    const own = path.join(folder, kind);
    await mkdir(own, { recursive: true });
    for (const part of ['background.js', '_locales']) {
      await cp(path.join(source, part), path.join(own, part), { recursive: true });
    }
    await writeFile(path.join(own, 'manifest.json'), `${JSON.stringify(manifestFor(kind, base), null, 2)}\n`);
  }
}

/**
 * The manifest in the sources is that of Chromium, Chrome and Edge, which read the same package. Firefox runs the
 * background as an event page, takes its id from the manifest, and asks the person for their consent to what is told of.
 */
export function manifestFor(kind: BrowserKind, base: unknown): Record<string, unknown> {
  if (typeof base !== 'object' || base === null)
    throw new Error('agent/browser-extension/manifest.json: expected an object');
  const manifest: Record<string, unknown> = { ...base };
  if (kind === 'chromium') return manifest;
  const { key: _key, minimum_chrome_version: _version, ...shared } = manifest;
  return {
    ...shared,
    browser_specific_settings: {
      gecko: {
        id: FIREFOX_ID,
        strict_min_version: '140.0',
        data_collection_permissions: { required: ['browsingActivity', 'websiteContent'] },
      },
    },
    background: { scripts: ['background.js'], type: 'module' },
  };
}
