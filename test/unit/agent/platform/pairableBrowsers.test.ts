import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { EXTENSION_ORIGIN, FIREFOX_ID, startedFor } from '../../../../agent/platform/extensionId.ts';
import { installNativeHost, pairingOf, removeNativeHost } from '../../../../agent/platform/installNativeHost.ts';
import { browsersFound, chromiumIn, type PairableBrowser } from '../../../../agent/platform/pairableBrowsers.ts';

describe('browsers that are found', () => {
  const linux = { platform: 'linux', home: '/h', configHome: undefined } as const;
  const found = (place: Parameters<typeof browsersFound>[0], ...there: string[]) =>
    browsersFound(place, (path) => there.includes(path)).map(
      ({ name, place }) => `${name}: ${place.replace(/\/org\.daylight\.agent\.json$/, '')}`,
    );

  it('are those whose folder of profiles is where they keep it', () => {
    expect(found(linux, '/h/.config/microsoft-edge', '/h/.config/google-chrome')).toEqual([
      'Google Chrome: /h/.config/google-chrome/NativeMessagingHosts',
      'Microsoft Edge: /h/.config/microsoft-edge/NativeMessagingHosts',
    ]);
    expect(found({ ...linux, configHome: '/elsewhere' }, '/elsewhere/chromium')).toEqual([
      'Chromium: /elsewhere/chromium/NativeMessagingHosts',
    ]);
    expect(found({ ...linux, configHome: 'relative' }, 'relative/chromium')).toEqual([]);
    const support = '/h/Library/Application Support';
    expect(found({ ...linux, platform: 'darwin' }, `${support}/Microsoft Edge`, `${support}/Firefox`)).toEqual([
      `Microsoft Edge: ${support}/Microsoft Edge/NativeMessagingHosts`,
      `Firefox: ${support}/Mozilla/NativeMessagingHosts`,
    ]);
    expect(found(linux)).toEqual([]);
  });

  it('a Firefox that keeps to XDG gets no ~/.mozilla, which would take its profiles from it', () => {
    expect(found(linux, '/h/.config/mozilla')).toEqual(['Firefox: /h/.config/mozilla/native-messaging-hosts']);
    expect(found(linux, '/h/.config/mozilla', '/h/.mozilla')).toEqual(['Firefox: /h/.mozilla/native-messaging-hosts']);
  });
});

describe('who has started the native host', () => {
  const manifest = '/h/.mozilla/native-messaging-hosts/org.daylight.agent.json';
  it.each([
    ['Chromium', [EXTENSION_ORIGIN], 'chromium'],
    ['Chromium, with the window it adds on Windows', [EXTENSION_ORIGIN, '--parent-window=0'], 'chromium'],
    ['Firefox', [manifest, FIREFOX_ID], 'firefox'],
    ['another extension of Chromium', ['chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/'], null],
    ['one whose origin only begins the same', [`${EXTENSION_ORIGIN}x`], null],
    ['another extension of Firefox', [manifest, 'other@example.org'], null],
    ['Firefox for another host', ['/h/.mozilla/native-messaging-hosts/org.other.json', FIREFOX_ID], null],
    ['the id alone', [FIREFOX_ID], null],
    ['nobody', [], null],
  ] as const)('%s', (_who, args, kind) => {
    expect(startedFor(args)).toBe(kind);
  });
});

describe('a pairing', () => {
  let folder: string;
  let chromium: PairableBrowser;
  let firefox: PairableBrowser;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daylight-pairings-'));
    chromium = chromiumIn(join(folder, 'chromium'));
    firefox = { name: 'Firefox', kind: 'firefox', place: join(folder, 'mozilla', 'native-messaging-hosts', MANIFEST) };
    await mkdir(join(folder, 'chromium'));
    return () => rm(folder, { recursive: true, force: true });
  });
  const MANIFEST = 'org.daylight.agent.json';
  const pair = (browser: PairableBrowser, agent = 'agent') =>
    installNativeHost({ browser, agentFolder: join(folder, agent), hostCommand: ['/bin/false'] });

  it('lets in exactly the Daylight extension, in the words of each browser', async () => {
    const allowed = async (browser: PairableBrowser) => {
      await pair(browser);
      const manifest = browser.place;
      expect((await stat(manifest)).mode & 0o022).toBe(0);
      const {
        name: _name,
        description: _description,
        path: _path,
        ...rest
      } = JSON.parse(await readFile(manifest, 'utf8'));
      return rest as unknown;
    };
    expect(await allowed(chromium)).toEqual({ type: 'stdio', allowed_origins: [EXTENSION_ORIGIN] });
    expect(await allowed(firefox)).toEqual({ type: 'stdio', allowed_extensions: [FIREFOX_ID] });
  });

  it('ends browser by browser; with the last one nothing of it is left, the secret included', async () => {
    await pair(chromium);
    await pair(firefox);
    expect(await removeNativeHost(chromium, join(folder, 'agent'))).toHaveLength(1);
    expect(await pairingOf(chromium, join(folder, 'agent'))).toBe('none');
    expect(await pairingOf(firefox, join(folder, 'agent'))).toBe('this_agent');
    expect(await removeNativeHost(firefox, join(folder, 'agent'))).toHaveLength(4);
    expect(await readdir(join(folder, 'agent'))).toEqual([]);
    expect(await readdir(join(folder, 'chromium'))).toEqual([]);
    expect(await removeNativeHost(firefox, join(folder, 'agent'))).toEqual([]);
  });

  it('with another agent is seen as that, and not ended', async () => {
    await pair(chromium, 'other');
    expect(await pairingOf(chromium, join(folder, 'agent'))).toBe('another_agent');
    expect(await removeNativeHost(chromium, join(folder, 'agent'))).toEqual([]);
    await writeFile(chromium.place, 'not JSON');
    expect(await pairingOf(chromium, join(folder, 'other'))).toBe('another_agent');
  });
});
