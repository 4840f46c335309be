import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EXTENSION_ID, FIREFOX_ID } from '../../../agent/platform/extensionId.ts';
import { AGENT_VERSION } from '../../../agent/version.ts';
import { buildExtension, manifestFor } from '../../../scripts/extension.ts';

const source = resolve(import.meta.dirname, '../../../agent/browser-extension');
const kinds = ['chromium', 'firefox'] as const;

/** What both browsers document, and of that only what Daylight may ask for: no hosts, no scripts in pages, no history. */
const shared = {
  manifest_version: z.literal(3),
  name: z.string().max(45),
  version: z.string().regex(/^\d+(\.\d+){0,3}$/),
  description: z.literal('__MSG_description__'),
  default_locale: z.literal('en'),
  permissions: z.tuple([z.literal('tabs'), z.literal('nativeMessaging')]),
  incognito: z.literal('spanning'),
};

/** Chrome for Developers, "Manifest file format"; Edge reads the same. */
const Chromium = z.strictObject({
  ...shared,
  key: z.base64(),
  minimum_chrome_version: z.string().regex(/^\d+$/),
  background: z.strictObject({ service_worker: z.literal('background.js'), type: z.literal('module') }),
});

/** MDN, "manifest.json"; the consent: Extension Workshop, "Firefox built-in consent for data collection". */
const Firefox = z.strictObject({
  ...shared,
  browser_specific_settings: z.strictObject({
    gecko: z.strictObject({
      id: z.string().regex(/^[a-z0-9-._]*@[a-z0-9-._]+$/i),
      strict_min_version: z.string().regex(/^\d+\.\d+$/),
      data_collection_permissions: z.strictObject({
        required: z.array(z.enum(['browsingActivity', 'websiteContent'])).min(1),
      }),
    }),
  }),
  background: z.strictObject({ scripts: z.tuple([z.literal('background.js')]), type: z.literal('module') }),
});

describe('the extension as it is built', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daylight-extension-'));
    await buildExtension(folder);
    return () => rm(folder, { recursive: true });
  });

  it.each(kinds)('has for %s a manifest, the one program, its words, and nothing else', async (kind) => {
    const parts = ['_locales', '_locales/en', '_locales/en/messages.json', 'background.js', 'manifest.json'];
    expect((await readdir(join(folder, kind), { recursive: true })).toSorted()).toEqual(parts);
    const [built, written] = [join(folder, kind), source].map((place) =>
      readFile(join(place, 'background.js'), 'utf8'),
    );
    expect(await built).toBe(await written);
  });

  it('asks in each browser only for tabs and native messaging, in keys that the browser documents', async () => {
    expect(Chromium.parse(await manifestOf('chromium'))).toMatchObject({ version: AGENT_VERSION });
    const { gecko } = Firefox.parse(await manifestOf('firefox')).browser_specific_settings;
    expect(gecko.id).toBe(FIREFOX_ID);
    expect(EXTENSION_ID).toMatch(/^[a-p]{32}$/);
  });

  it.each(kinds)(
    'says in %s what it does in the words of a language, which are not too long for the list of extensions',
    async (kind) => {
      const words: unknown = JSON.parse(await readFile(join(folder, kind, '_locales/en/messages.json'), 'utf8'));
      const Message = z.strictObject({ message: z.string().min(1).max(132), description: z.string() });
      expect(z.strictObject({ description: Message }).safeParse(words).error).toBe(undefined);
    },
  );

  it('is for Chromium the one in the sources, which a developer can load as it is', async () => {
    const written: unknown = JSON.parse(await readFile(join(source, 'manifest.json'), 'utf8'));
    expect(await manifestOf('chromium')).toEqual(written);
  });

  it('reads no page, no history and no cookie, and talks to nobody but the native host', async () => {
    const program = await readFile(join(source, 'background.js'), 'utf8');
    const used = new Set([...program.matchAll(/chrome\.(\w+)/g)].map(([, api]) => api));
    expect([...used].toSorted()).toEqual(['runtime', 'tabs', 'windows']);
    expect(program).not.toMatch(
      /\b(fetch|XMLHttpRequest|WebSocket|sendBeacon|importScripts|eval|indexedDB|localStorage)\b/,
    );
  });

  const manifestOf = async (kind: (typeof kinds)[number]): Promise<unknown> =>
    JSON.parse(await readFile(join(folder, kind, 'manifest.json'), 'utf8'));
});

it('a manifest in the sources that is none is refused', () => {
  expect(() => manifestFor('firefox', null)).toThrow('expected an object');
});
