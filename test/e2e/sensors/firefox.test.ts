import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { isKnownNormal } from '../../../agent/core/sensors/browser.ts';
import { createWindowSensor } from '../../../agent/platform/activeWindow.ts';
import { createBrowserSensor } from '../../../agent/platform/browser.ts';
import { FIREFOX_ID } from '../../../agent/platform/extensionId.ts';
import { installNativeHost } from '../../../agent/platform/installNativeHost.ts';
import { browsersFound } from '../../../agent/platform/pairableBrowsers.ts';
import { createSystemClock } from '../../../agent/platform/system.ts';
import { buildExtension } from '../../../scripts/extension.ts';
import { type Desktop, desktopMissing, startDesktop, until } from '../../support/desktop.ts';
import { desktopTests } from '../../support/desktopTests.ts';
import { type Firefox, findFirefox, startFirefox } from '../../support/firefox.ts';
import { type Site, startSite } from '../../support/pairedBrowser.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../../..');
const executable = findFirefox();

desktopTests(
  'the browser extension, in a real Firefox',
  [...desktopMissing(), ...(executable === null ? ['firefox-esr'] : [])],
  () => {
    let folder: string;
    let desktop: Desktop;
    let site: Site;
    let firefox: Firefox;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'daylight-firefox-'));
      site = await startSite();
      desktop = await startDesktop();
      const home = join(folder, 'home');
      await mkdir(join(home, '.mozilla'), { recursive: true });
      const [browser] = browsersFound({ platform: 'linux', home, configHome: undefined });
      const host = [process.execPath, '--import', import.meta.resolve('tsx'), join(root, 'agent/nativeHost.ts')];
      const recorded = `tee -a '${join(folder, 'stream')}' | exec "$0" "$@"`;
      await installNativeHost({
        browser: browser!,
        agentFolder: folder,
        hostCommand: ['/bin/sh', '-c', recorded, ...host],
      });
      await buildExtension(join(folder, 'extension'));
      firefox = await startFirefox(executable ?? '', desktop.env, home);
    });

    afterAll(async () => {
      await firefox?.close();
      await desktop?.stop();
      site?.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    });

    it('is taken as it is built; tells the page in front; of a private window, that no normal one has the focus', async () => {
      expect(await firefox.loadExtension(join(folder, 'extension', 'firefox'))).toBe(FIREFOX_ID);
      const sensor = createBrowserSensor({ folder, clock: createSystemClock() });
      onTestFinished(await sensor.start());
      const windows = createWindowSensor(desktop.env);
      const address = `http://127.0.0.1:${site.port}`;
      await firefox.open(`${address}/public?token=querysecret#fragmentsecret`);
      // While it is being loaded the browser shows its address in the place of the title.
      const tab = await until('the page to be told', () =>
        sensor.tab()?.title === 'Page /public' ? sensor.tab() : null,
      );
      expect(tab).toMatchObject({
        browser: 'firefox',
        url: `${address}/public`,
        title: 'Page /public',
        private: false,
      });
      await until('window and tab to be recognised as one', async () => {
        const window = await windows.active();
        return window !== null && isKnownNormal(window, sensor.tab()) ? true : null;
      });

      const open = await firefox.tabs();
      // As the person opens one; the extension has not been allowed in private windows.
      await run('xdotool', ['key', 'ctrl+shift+p'], { env: desktop.env });
      const isPrivate = async () => ((await windows.active())?.title?.includes('Private Browsing') ? true : null);
      await until('the private window', isPrivate);
      const opened = async () => (await firefox.tabs()).find((tab) => !open.includes(tab)) ?? null;
      await firefox.beginIn(await until('its tab', opened), `${address}/privatesecret`);
      const shows = async () => ((await windows.active())?.title?.includes('privatesecret') ? true : null);
      await until('the private page to be in front', shows);
      await sleep(6_500);
      const window = await windows.active();
      expect({ tab: sensor.tab()?.focused, normal: window !== null && isKnownNormal(window, sensor.tab()) }).toEqual({
        tab: false,
        normal: false,
      });
      const stream = await readFile(join(folder, 'stream'), 'latin1');
      expect(stream).toContain('/public');
      expect(stream).not.toMatch(/privatesecret|querysecret|fragmentsecret/);
    }, 300_000);
  },
);
