import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { whatIsThere, wipeFolder } from '../../../../agent/core/wipe.ts';
import { EXTENSION_ORIGIN, FIREFOX_ID, startedFor } from '../../../../agent/platform/extensionId.ts';
import { installNativeHost, pairingOf, removeNativeHost } from '../../../../agent/platform/installNativeHost.ts';
import { browsersFound, type PairableBrowser } from '../../../../agent/platform/pairableBrowsers.ts';
import { createRegistrar, type Registrar } from '../../../../agent/platform/registrar.ts';
import { createRegistryKeys, regProgram } from '../../../../agent/platform/registryKeys.ts';

const KEY = 'HKCU\\Software\\Google\\Chrome\\NativeMessagingHosts\\org.daylight.agent';

describe('browsers on Windows', () => {
  const place = { platform: 'win32', home: '/h', configHome: undefined, localAppData: '/l', appData: '/r' } as const;
  const found = (...there: string[]) =>
    browsersFound(place, (path) => there.includes(path)).map(({ name, kind, place }) => [name, kind, place]);

  it('are found by their profiles, and told of by the key that each of them reads', () => {
    const user = ['/l/Google/Chrome/User Data', '/l/Chromium/User Data', '/l/Microsoft/Edge/User Data'];
    const hosts = 'NativeMessagingHosts\\org.daylight.agent';
    expect(found(...user, '/r/Mozilla/Firefox')).toEqual([
      ['Google Chrome', 'chromium', KEY],
      ['Chromium', 'chromium', `HKCU\\Software\\Chromium\\${hosts}`],
      ['Microsoft Edge', 'chromium', `HKCU\\Software\\Microsoft\\Edge\\${hosts}`],
      ['Firefox', 'firefox', `HKCU\\Software\\Mozilla\\${hosts}`],
    ]);
    expect(found()).toEqual([]);
  });

  it('that read the same key are one, so that a pairing says whom it is for', () => {
    expect(found('/l/Google/Chrome/User Data', '/l/Vivaldi/User Data')).toEqual([
      ['Google Chrome and Vivaldi', 'chromium', KEY],
    ]);
    expect(found('/l/BraveSoftware/Brave-Browser/User Data')).toEqual([['Brave', 'chromium', KEY]]);
  });
});

it('reg.exe is that of Windows, whatever lies in the folder or on the path', () => {
  expect(regProgram({ SystemRoot: 'D:\\Windows', PATH: 'C:\\evil' })).toBe('D:\\Windows\\System32\\reg.exe');
  expect(regProgram({})).toBe('C:\\Windows\\System32\\reg.exe');
});

describe.runIf(process.platform !== 'win32')('a pairing on Windows, with a reg.exe of the same manners', () => {
  let folder: string;
  let agent: string;
  let reg: string;
  let registrar: Registrar;
  const chrome: PairableBrowser = { name: 'Google Chrome', kind: 'chromium', place: KEY };
  const edge: PairableBrowser = { ...chrome, name: 'Microsoft Edge', place: KEY.replace('Google\\Chrome', 'Edge') };
  const firefox: PairableBrowser = {
    name: 'Firefox',
    kind: 'firefox',
    place: KEY.replace('Google\\Chrome', 'Mozilla'),
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daylight-registry-'));
    agent = join(folder, 'R&D 100% Jürgen');
    reg = join(folder, 'reg');
    await symlink(resolve(import.meta.dirname, '../../../support/fakeReg.mjs'), reg);
    registrar = createRegistryKeys(reg);
    return () => rm(folder, { recursive: true, force: true });
  });
  const pair = (browser: PairableBrowser, agentFolder = agent) =>
    installNativeHost({ browser, agentFolder, hostCommand: ['C:\\node.exe', 'host.js'], registrar });
  const pairings = () => Promise.all([chrome, edge, firefox].map((browser) => pairingOf(browser, agent, registrar)));
  const keys = async (): Promise<Record<string, string>> => JSON.parse(await readFile(`${reg}.json`, 'utf8'));

  it('is a key whose default value is the path of a manifest for exactly the Daylight extension, which starts a .bat', async () => {
    expect(await pairings()).toEqual(['none', 'none', 'none']);
    const { launcher, paired } = await pair(chrome);
    await pair(firefox);
    expect([paired, launcher]).toEqual(['now', join(agent, 'native-host.bat')]);
    expect(await readFile(launcher, 'utf8')).toContain(`"${agent.replaceAll('%', '%%')}" "%~1" "%~2"\r\n`);
    expect(await keys()).toEqual({
      [chrome.place.toLowerCase()]: join(agent, 'chromium-org.daylight.agent.json'),
      [firefox.place.toLowerCase()]: join(agent, 'firefox-org.daylight.agent.json'),
    });
    const manifest = async (kind: string) =>
      JSON.parse(await readFile(join(agent, `${kind}-org.daylight.agent.json`), 'utf8'));
    const shared = { name: 'org.daylight.agent', type: 'stdio', path: launcher };
    expect(await manifest('chromium')).toMatchObject({ ...shared, allowed_origins: [EXTENSION_ORIGIN] });
    expect(await manifest('firefox')).toMatchObject({ ...shared, allowed_extensions: [FIREFOX_ID] });
    expect(await pairings()).toEqual(['this_agent', 'none', 'this_agent']);
    // The host takes Firefox for Firefox by the path of the manifest that Firefox was led to.
    expect(startedFor([(await keys())[firefox.place.toLowerCase()] ?? '', FIREFOX_ID])).toBe('firefox');
    const written = (await readFile(`${reg}.log`, 'utf8')).split('\n').filter((line) => line.includes('"add"'));
    expect(JSON.parse(written[0] ?? '')).toEqual([
      ...['add', KEY, '/ve', '/t', 'REG_SZ', '/d', join(agent, 'chromium-org.daylight.agent.json'), '/f'],
    ]);
  });

  it('ends key by key; with the last one nothing of it is left, the secret included', async () => {
    for (const browser of [chrome, edge, firefox]) await pair(browser);
    expect(await removeNativeHost(chrome, agent, registrar)).toEqual([KEY]);
    expect(await pairings()).toEqual(['none', 'this_agent', 'this_agent']);
    await removeNativeHost(firefox, agent, registrar);
    await removeNativeHost(edge, agent, registrar);
    expect([await keys(), await readdir(agent)]).toEqual([{}, []]);
    expect(await removeNativeHost(edge, agent, registrar)).toEqual([]);
  });

  it('with another agent is seen as that, and neither removed nor wiped', async () => {
    await pair(chrome);
    await pair(chrome, join(folder, 'other'));
    expect(await pairings()).toEqual(['another_agent', 'none', 'none']);
    expect(await removeNativeHost(chrome, agent, registrar)).toEqual([]);
    expect(await whatIsThere(agent, registrar)).toEqual([]);
    expect(Object.keys(await keys())).toHaveLength(1);
  });

  it('goes with a wipe: keys, manifests, launcher, secret and the folder', async () => {
    for (const browser of [chrome, firefox]) await pair(browser);
    expect(await whatIsThere(agent, registrar)).toEqual(
      expect.arrayContaining([KEY, firefox.place, 'native-host.bat']),
    );
    expect(await wipeFolder(agent, registrar)).toEqual({ filesRemoved: 7, left: [] });
    expect(await keys()).toEqual({});
    await expect(readdir(agent)).rejects.toThrow('ENOENT');
  });

  it('that a wipe cannot take out of the registry is named, and not called gone', async () => {
    await pair(chrome);
    await writeFile(`${reg}.refuses-delete`, '');
    expect((await wipeFolder(agent, registrar)).left).toEqual([KEY]);
  });

  it('that the registry refuses is said, with the key and what to do', async () => {
    await mkdir(agent);
    await writeFile(`${reg}.refuses-add`, '');
    await expect(pair(chrome)).rejects.toMatchObject({
      code: 'unavailable',
      message: `the key ${KEY} could not be written in the registry of Windows`,
      remedy: expect.stringContaining('regedit'),
    });
    expect(await pairings()).toEqual(['none', 'none', 'none']);
  });

  it('without a reg.exe is said as that, and not taken for a browser that is not paired', async () => {
    const without = createRegistrar('win32', { SystemRoot: folder });
    await expect(pairingOf(chrome, agent, without)).rejects.toMatchObject({
      message: expect.stringContaining('did not run to its end'),
      remedy: expect.stringContaining('reg.exe is switched off'),
    });
  });
});
