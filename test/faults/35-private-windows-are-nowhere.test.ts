import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWindowSensor } from '../../agent/platform/activeWindow.ts';
import type { ParameterId } from '../../shared/catalog.ts';
import { eventually } from '../support/daylight.ts';
import { type Desktop, type DesktopBrowser, desktopMissing, startDesktop, until } from '../support/desktop.ts';
import { desktopTests } from '../support/desktopTests.ts';
import { type Hit, hitsBelow, hitsIn, newMarker } from '../support/markers.ts';
import { onSite, pairBrowser, type Site, startSite } from '../support/pairedBrowser.ts';
import { openedSpool, openedStore, timesInFront } from '../support/watchedTyping.ts';
import { startWire, type Wire } from '../support/wire.ts';
import {
  enrolEmployee,
  folders,
  openWorkplace,
  type RealAgent,
  startRealAgent,
  type Workplace,
} from '../support/workplace.ts';

// FAULTS 35: built agent and server, a real X server, a real Chromium with the extension and one without. Each window shows
// one site whose host, path and title hold its marker; titles, addresses and pictures are all on.

const PATIENCE = 90_000;
/** The picture is due a minute after the start: the private window is in front by then. */
const SOON = 0.2;
const LEVELS = { app: 'name', title: 'full', url: 'host_path', screenshot: 'full', diagnostics: 'on' };

const windows = ['normal', 'private', 'normalWithout', 'privateWithout'] as const;
type Window = (typeof windows)[number];
const marked = Object.fromEntries(windows.map((window) => [window, newMarker()])) as Record<Window, string>;
const { normal, ...secret } = marked;

desktopTests('a private window', desktopMissing(), () => {
  const closers: (() => unknown)[] = [];
  let folder: string;
  let data: string;
  let profile: string;
  let site: Site;
  let desktop: Desktop;
  let place: Workplace;
  let wire: Wire;
  let agent: RealAgent;
  let said = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daylight-private-'));
    closers.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    data = folders(folder).agent;
    profile = join(folder, 'profile');
    site = await startSite();
    closers.push(site.close);
    place = await openWorkplace(folders(folder).server, LEVELS);
    closers.push(place.server.kill);
    wire = await startWire(place.server.url);
    closers.push(wire.close);
    desktop = await startDesktop();
    closers.push(desktop.stop);
    await enrolEmployee(place, data, wire.url);
    expect(await pairBrowser(profile, data)).toMatchObject({ code: 0 });
  }, 600_000);

  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  it('is nowhere in the spool, and no picture is taken of it: with the extension only the normal window is there', async () => {
    await begin(SOON);
    const browser = await desktop.startChromium(onSite(site, profile, addressOf('normal')));
    await agent.tell('start');
    await agent.tell('seen', 'screenshot');
    await until(
      'the normal page is written down',
      async () => ((await kinds()).includes('url') ? true : null),
      PATIENCE,
    );
    await showPrivate(browser, 'private');
    await end(browser);

    const opened = await openedSpool(data, folder);
    // The control: the marker of the normal window, in its address and its title.
    const text = Buffer.concat(opened).toString('utf8');
    expect(text).toContain(`"host":"${normal}.example.com","path":"/${normal}"`);
    expect(text).toContain(`Page /${normal}`);
    expect(await kinds()).not.toContain('screenshot');
    expect([...hitsInAll('spool, opened', opened, secret), ...hitsBelow(data, marked)]).toEqual([]);
  }, 600_000);

  it('without the extension neither title nor address of any window of the browser is in the spool, and the status says what it needs', async () => {
    await agent.stop();
    wire.mend();
    await begin(SOON);
    const browser = await desktop.startChromium({
      ...{ profile: join(folder, 'another'), url: addressOf('normalWithout') },
      args: [`--host-resolver-rules=MAP * 127.0.0.1:${site.port}`],
    });
    await agent.tell('start');
    await rounds('title', 2);
    await showPrivate(browser, 'privateWithout');
    const { url } = (await agent.status()).parameters;
    expect(url.why).toContain('needs the browser extension');
    await end(browser);

    const opened = await openedSpool(data, folder);
    expect(timesInFront(opened, 'Chromium')).toBeGreaterThan(0);
    expect(await kinds()).not.toEqual(expect.arrayContaining(['title', 'url', 'screenshot']));
    expect([...hitsInAll('spool, opened', opened, secret), ...hitsBelow(data, marked)]).toEqual([]);
  }, 600_000);

  it('is nowhere in what was sent and stored either, nor in any file or output of agent and server', async () => {
    await agent.stop();
    wire.mend();
    await begin(0, { online: true });
    await eventually('all is sent', async () => (await agent.status()).waiting.batches === 0, PATIENCE);
    await agent.stop();
    const { raw, frames } = wire.captured();
    await place.server.stop();
    const { segments, images } = await openedStore(place);
    const stored = segments.map(({ observations }) => Buffer.from(JSON.stringify(observations)));

    expect(hitsInAll('traffic', frames, { normal }).length).toBeGreaterThan(0);
    expect(hitsInAll('store', stored, { normal }).length).toBeGreaterThan(0);
    expect(images).toEqual([]);
    const output = Buffer.from([said, agent.out(), agent.err(), place.server.out(), place.server.err()].join('\n'));
    expect([
      ...hitsInAll('traffic', [raw, ...frames], secret),
      ...hitsInAll('store', stored, secret),
      ...hitsIn('output', output, secret),
      ...hitsBelow(data, marked),
      ...hitsBelow(folders(folder).server, marked),
    ]).toEqual([]);
  }, 600_000);

  /** Starts the agent, and pulls the cable out, so that what is recorded stays where it can be looked at. */
  async function begin(fraction: number, { online = false } = {}): Promise<void> {
    agent = await startRealAgent({ data, env: desktop.env, fraction });
    const mine = agent;
    closers.push(() => mine.kill());
    if (!online) wire.cut();
  }

  async function end(browser: DesktopBrowser): Promise<void> {
    await agent.tell('stop');
    await browser.close();
    said += `${agent.out()}\n${agent.err()}\n`;
  }

  /** The system itself shows its title like that of any other: it is there to be taken. */
  async function showPrivate(browser: DesktopBrowser, window: Window): Promise<void> {
    const sensor = createWindowSensor(desktop.env);
    await browser.openPrivateWindow(addressOf(window));
    const isInFront = async () => ((await sensor.active())?.title?.includes(marked[window]) ? true : null);
    await until('the private window is in front', isInFront, PATIENCE);
    const before = await looks();
    await rounds('title', 3);
    // Because a picture was due, the agent has looked at the screen; and it took none.
    await eventually('a picture is due', async () => (await looks()) > before, PATIENCE);
    await rounds('title', 1);
    expect(agent.out()).not.toContain('took a picture');
  }

  async function looks(): Promise<number> {
    return (await agent.status()).calls.screenshot ?? 0;
  }

  async function rounds(parameter: ParameterId, count: number): Promise<void> {
    const calls = async () => (await agent.status()).calls[parameter] ?? 0;
    const before = await calls();
    await eventually(`${parameter} is read`, async () => (await calls()) >= before + count + 1, PATIENCE);
  }

  async function kinds(): Promise<string[]> {
    const { observations } = (await agent.status()).waiting;
    return Object.entries(observations).flatMap(([kind, count]) => (count > 0 ? [kind] : []));
  }
});

function addressOf(window: Window): string {
  return `http://${marked[window]}.example.com/${marked[window]}?q=${marked[window]}`;
}

function hitsInAll(place: string, all: readonly Buffer[], markers: Readonly<Record<string, string>>): Hit[] {
  return all.flatMap((bytes) => hitsIn(place, bytes, markers));
}
