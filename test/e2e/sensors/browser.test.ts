import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { BrowserTab } from '../../../agent/core/ports.ts';
import { isKnownNormal } from '../../../agent/core/sensors/browser.ts';
import { socketPath } from '../../../agent/core/socketPlace.ts';
import { createWindowSensor } from '../../../agent/platform/activeWindow.ts';
import { createBrowserSensor } from '../../../agent/platform/browser.ts';
import { EXTENSION_ID } from '../../../agent/platform/extensionId.ts';
import { installNativeHost } from '../../../agent/platform/installNativeHost.ts';
import { chromiumIn } from '../../../agent/platform/pairableBrowsers.ts';
import { createSystemClock } from '../../../agent/platform/system.ts';
import { type Desktop, type DesktopBrowser, desktopMissing, startDesktop, until } from '../../support/desktop.ts';
import { desktopTests } from '../../support/desktopTests.ts';

/** Sooner than the extension repeats itself without an event, which it does every five seconds. */
const AT_ONCE_MS = 4_000;
const root = resolve(import.meta.dirname, '../../..');

desktopTests('the browser extension, in a real Chromium', desktopMissing(), () => {
  let desktop: Desktop;
  let browser: DesktopBrowser;
  let site: Server;
  let address: string;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daylight-browser-'));
    site = createServer((request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<title>page ${request.url?.split('?')[0]}</title><p>text</p>`);
    });
    await new Promise<void>((done) => site.listen(0, '127.0.0.1', done));
    address = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    desktop = await startDesktop();
    const profile = join(folder, 'profile');
    // All that the browser ever says to the host, byte by byte, is kept beside it.
    const host = [process.execPath, '--import', import.meta.resolve('tsx'), join(root, 'agent/nativeHost.ts')];
    const recorded = `tee -a '${join(folder, 'stream')}' | exec "$0" "$@"`;
    await installNativeHost({
      browser: chromiumIn(profile),
      agentFolder: folder,
      hostCommand: ['/bin/sh', '-c', recorded, ...host],
    });
    browser = await desktop.startChromium({ profile, extension: join(root, 'agent/browser-extension') });
  });

  afterAll(async () => {
    await desktop?.stop();
    site?.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it('tells nothing before the agent listens, and opens no socket for it', async () => {
    const sensor = createBrowserSensor({ folder, clock: createSystemClock() });
    await open('/before');
    await sleep(2_500);
    expect({ tab: sensor.tab(), socket: await canConnect(await socketPath(folder, 'browser', 'find')) }).toEqual({
      tab: null,
      socket: false,
    });
  });

  it('tells address and title of the tab in front, without query, fragment and user info', async () => {
    const sensor = createBrowserSensor({ folder, clock: createSystemClock() });
    const stop = await sensor.start();
    onTestFinished(stop);
    await open('/first/path?token=querysecret#fragmentsecret');
    const tab = await toldOf(() => sensor.tab(), '/first/path');
    expect(tab).toEqual({
      browser: 'chromium',
      url: `${address}/first/path`,
      title: 'page /first/path',
      private: false,
      focused: true,
      receivedMono: tab.receivedMono,
    });
    await stop();
    expect(sensor.tab()).toBeNull();
  });

  it('follows a change of tab at once', async () => {
    const sensor = createBrowserSensor({ folder, clock: createSystemClock() });
    const stop = await sensor.start();
    onTestFinished(stop);
    await open('/one');
    await toldOf(() => sensor.tab(), '/one');
    const second = await browser.context.newPage();
    await second.goto(`${address}/two`);
    await toldOf(() => sensor.tab(), '/two', AT_ONCE_MS);
    await second.close();
    await toldOf(() => sensor.tab(), '/one', AT_ONCE_MS);
  });

  it('repeats itself while it has the focus, so that silence means something', async () => {
    const sensor = createBrowserSensor({ folder, clock: createSystemClock() });
    const stop = await sensor.start();
    onTestFinished(stop);
    await open('/still');
    const first = await toldOf(() => sensor.tab(), '/still');
    const later = await until('the word to be repeated', () => {
      const tab = sensor.tab();
      return tab !== null && tab.receivedMono > first.receivedMono + 2_000 ? tab : null;
    });
    expect(later.url).toBe(first.url);
  });

  it('says at once that no window has the focus when another application takes it', async () => {
    const sensor = createBrowserSensor({ folder, clock: createSystemClock() });
    const stop = await sensor.start();
    onTestFinished(stop);
    await open('/visible');
    await toldOf(() => sensor.tab(), '/visible');
    const window = await desktop.openWindow('another application');
    const lost = () => (sensor.tab()?.focused === false ? sensor.tab() : null);
    const tab = await until('the loss of focus', lost, AT_ONCE_MS);
    expect({ url: tab?.url, title: tab?.title, private: tab?.private }).toEqual({
      url: null,
      title: null,
      private: false,
    });
    await window.close();
  });

  it('a private window in front shows as no focused normal window; its address and title are never told', async () => {
    const sensor = createBrowserSensor({ folder, clock: createSystemClock() });
    const stop = await sensor.start();
    onTestFinished(stop);
    await open('/public');
    await toldOf(() => sensor.tab(), '/public');
    const windows = createWindowSensor(desktop.env);
    const isNormal = async () => {
      const window = await windows.active();
      return window !== null && isKnownNormal(window, sensor.tab());
    };
    await until('window and tab to be recognised as one', async () => ((await isNormal()) ? true : null));
    expect(await windows.active()).toMatchObject({ program: 'chromium' });
    const heard: string[] = [];
    const listening = setInterval(() => heard.push(JSON.stringify(sensor.tab())), 20);
    await browser.openPrivateWindow(`${address}/incognitosecret`);
    await until('the private window to take the focus', () => (sensor.tab()?.focused === false ? true : null));
    await sleep(6_500);
    clearInterval(listening);
    expect({ focused: sensor.tab()?.focused ?? false, normal: await isNormal() }).toEqual({
      focused: false,
      normal: false,
    });
    expect(heard.join('\n')).not.toContain('incognitosecret');
    expect(await stream()).not.toContain('incognitosecret');
    await desktop.keyWithDelay('ctrl+shift+w', 20); // closes the window
  });

  it('says of a private window that there is one, and nothing else, where the person lets it see them', async () => {
    await allowPrivateWindows();
    const sensor = createBrowserSensor({ folder, clock: createSystemClock() });
    const stop = await sensor.start();
    onTestFinished(stop);
    await open('/vouched');
    await toldOf(() => sensor.tab(), '/vouched');
    const before = (await stream()).length;
    await browser.openPrivateWindow(`${address}/allowedsecret`);
    await until('the private window to be told', () => (sensor.tab()?.private === true ? true : null));
    await sleep(6_500);
    expect(sensor.tab()).toMatchObject({ url: null, title: null, private: true });
    // The whole stream of native messages, from the browser's start: the control is the normal page.
    const all = await stream();
    expect(all).toContain('/vouched');
    expect(all).not.toMatch(/allowedsecret|incognitosecret/);
    const words = all.slice(before).match(/\{[^}]*"private":true[^}]*\}/g) ?? [];
    expect(new Set(words)).toEqual(new Set(['{"browser":"chromium","private":true}']));
  });

  /** As the person would with the switch "Allow in Incognito"; the extension is loaded again by that. */
  async function allowPrivateWindows(): Promise<void> {
    const page = await browser.context.newPage();
    await page.goto('chrome://extensions');
    // One that is not from a store is loaded again only in developer mode, which a person has switched on to load it.
    await page.evaluate('chrome.developerPrivate.updateProfileConfiguration({ inDeveloperMode: true })');
    await page.evaluate(`chrome.developerPrivate.updateExtensionConfiguration({
      extensionId: ${JSON.stringify(EXTENSION_ID)}, incognitoAccess: true })`);
    await page.close();
  }

  async function stream(): Promise<string> {
    return readFile(join(folder, 'stream'), 'latin1');
  }

  async function open(path: string): Promise<void> {
    const page = browser.context.pages()[0];
    if (page === undefined) throw new Error('the browser has no page');
    await page.goto(`${address}${path}`);
    await page.bringToFront();
  }
});

/** With the title of the page: while it is being loaded the browser shows its address in that place. */
async function toldOf(tab: () => BrowserTab | null, path: string, withinMs?: number): Promise<BrowserTab> {
  return until(
    `the extension to tell ${path}`,
    () => {
      const told = tab();
      if (told?.focused !== true || told.url === null || told.title !== `page ${path}`) return null;
      return new URL(told.url).pathname === path ? told : null;
    },
    withinMs,
  );
}

async function canConnect(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}
