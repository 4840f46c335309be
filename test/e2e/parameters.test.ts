import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { arch, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { prettyName } from '../../agent/platform/machine.ts';
import { catalog, type ParameterId } from '../../shared/catalog.ts';
import type { Observation, ObservationOf } from '../../shared/events/observation.ts';
import { DAY, dayOf } from '../../shared/time.ts';
import type { Client, Json } from '../support/api.ts';
import { enrolAgent, eventually, publishLevels } from '../support/daylight.ts';
import {
  type Desktop,
  type DesktopBrowser,
  type DesktopWindow,
  desktopMissing,
  startDesktop,
} from '../support/desktop.ts';
import { desktopTests } from '../support/desktopTests.ts';
import type { Finished } from '../support/nodeProcess.ts';
import { onSite, pairBrowser, type Site, startSite } from '../support/pairedBrowser.ts';
import { openedSpool } from '../support/watchedTyping.ts';
import {
  enrolEmployee,
  folders,
  openWorkplace,
  type RealAgent,
  startRealAgent,
  type Workplace,
} from '../support/workplace.ts';

// Every parameter at every level that it has, from its real sensor to what is stored: the built agent on a real screen, a real
// keyboard, a real browser with the extension; the built server; and what it gives out again, literally.

/** Inside of the agent's five minutes: the picture is taken 6 s after the start. */
const SOON = 0.02;
const PATIENCE = 90_000;
const ZONE = 'America/St_Johns';
const root = join(import.meta.dirname, '../..');

const LOW = {
  ...{ activity: 'active', app: 'category', title: 'redacted', url: 'category', screenshot: 'blurred', notes: 'on' },
  ...{ device: 'coarse', timezone: 'on', diagnostics: 'on' },
};
const MIDDLE = { activity: 'counts', app: 'name', title: 'full', url: 'domain', screenshot: 'full', device: 'full' };
const HIGH = { url: 'host_path' };

desktopTests('every parameter on its real sensor, as it is stored', desktopMissing(), () => {
  const since = Date.now();
  const closers: (() => unknown)[] = [];
  let folder: string;
  let site: Site;
  let place: Workplace;
  let desktop: Desktop;
  let agent: RealAgent;
  let drawing: DesktopWindow;
  let profile: string;
  let paired: Finished;
  let browser: DesktopBrowser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daylight-parameters-'));
    closers.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const { server, agent: data } = folders(folder);
    site = await startSite();
    closers.push(site.close);
    place = await openWorkplace(server, LOW);
    closers.push(place.server.kill);
    desktop = await startDesktop();
    closers.push(desktop.stop);
    await enrolEmployee(place, data);
    profile = join(folder, 'profile');
    paired = await pairBrowser(profile, data);
    agent = await startRealAgent({ data, env: { ...desktop.env, TZ: ZONE }, fraction: SOON });
    closers.push(() => agent.kill());
  });

  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  it('is recorded at the lowest levels', async () => {
    const window = { class: 'Gimp', program: 'gimp', x: 100, y: 100, background: 'red' } as const;
    drawing = await desktop.openWindow('Invoice 4711 for anna@example.com - Studio', window);
    await agent.tell('start', '--project', 'Website', '--task', 'Relaunch');
    await agent.tell('seen', 'screenshot');
    await agent.tell('note', 'Called the printer');
    await desktop.type('abc\n');
    await eventually('the picture', () => agent.out().includes('Daylight took a blurred picture'), PATIENCE);
    await read('"category":"design"');
    await agent.tell('pause');
    await agent.tell('resume');
    const address = 'http://news.bbc.co.uk/reports/annual?token=querysecret#fragmentsecret';
    browser = await desktop.startChromium(onSite(site, profile, address));
    await read('"category":"news"');
    await agent.tell('stop');
    await everythingSent(agent);
  }, 300_000);

  it('is recorded at the levels above them, once the new notice is acknowledged', async () => {
    await raise(MIDDLE);
    await desktop.focus(drawing);
    await agent.tell('start');
    await agent.tell('seen', 'screenshot');
    await eventually('the input sensor counts', async () => isActive(await agent.status(), 'activity'), PATIENCE);
    await desktop.type('abcdef\n');
    await desktop.click(1);
    await desktop.click(3);
    await desktop.click(5);
    await desktop.moveMouse(300, 300);
    await read('"name":"Gimp"');
    await desktop.minimise(drawing);
    await read('"domain":"bbc.co.uk"');
    await agent.tell('stop');
    await everythingSent(agent);
    await raise(HIGH);
    await agent.tell('start');
    await read('"host":"news.bbc.co.uk"');
    await agent.tell('stop');
    await everythingSent(agent);
    expect((await agent.status()).sent.discarded).toEqual({});
    expect([agent.err(), await drawing.received()]).toEqual(['', 'abc\nabcdef\n']);
  }, 300_000);

  it('pairs the browser by the command that the employee runs', () => {
    expect(paired).toMatchObject({ code: 0, err: '' });
    expect(paired.out).toContain('may now talk to this agent');
    expect(paired.out).toContain('agent/browser-extension');
  });

  it('session: every start, pause, resume and stop, and who caused it', async () => {
    const events = (await stored('session')).map(({ event, cause, level }) => [level, event, cause]);
    const first = ['start', 'pause', 'resume', 'stop'];
    const expected = [...first, 'start', 'stop', 'start', 'stop'].map((event) => ['on', event, 'employee']);
    expect(events).toEqual(expected);
  });

  it('activity: whether there was input, and how much of each kind; a slot that was begun ends with the session', async () => {
    const all = await stored('activity');
    const active = all.filter(({ level }) => level === 'active');
    expect(active.map(contentOf)).toEqual([{ active: true }, { active: false }]);
    expect(active.every(({ span }) => span > 0 && span < 10 * 60_000)).toBe(true);
    const counts = all.filter(({ level }) => level === 'counts');
    const sum = (of: string) => counts.reduce((total, one) => total + Number(contentOf(one)[of]), 0);
    const [keys, clicks, scrolls, moves] = ['keys', 'clicks', 'scrolls', 'moves'].map(sum);
    expect(active.length + counts.length).toBe(all.length);
    // The third session saw no input and says so.
    expect({ keys, clicks, scrolls, moves }).toEqual({ keys: 7, clicks: 2, scrolls: 1, moves: 1 });
  });

  it('app: the kind of application, and its name', async () => {
    expect(await contents('app', 'category')).toEqual([{ category: 'design' }, { category: 'other' }]);
    expect(await contents('app', 'name')).toEqual([{ name: 'Gimp' }, { name: 'Chromium' }]);
  });

  it('title: without address and number, and whole', async () => {
    expect(await contents('title', 'redacted')).toContainEqual({ title: 'Invoice * for * - Studio' });
    expect(await contents('title', 'full')).toContainEqual({ title: 'Invoice 4711 for anna@example.com - Studio' });
  });

  it('url: the kind of site, its registrable domain, its host and path; never what follows "?" or "#"', async () => {
    expect(await contents('url', 'category')).toEqual([{ category: 'news' }]);
    expect(await contents('url', 'domain')).toEqual([{ domain: 'bbc.co.uk' }]);
    expect(await contents('url', 'host_path')).toEqual([{ host: 'news.bbc.co.uk', path: '/reports/annual' }]);
    expect(JSON.stringify(await stored('url'))).not.toMatch(/querysecret|fragmentsecret/);
  });

  it('screenshot, blurred: small, and of the colours of the screen', async () => {
    // Where five minutes have passed meanwhile, there is one of a later session too.
    const [taken, ...more] = (await stored('screenshot')).filter(({ level }) => level === 'blurred');
    expect([taken?.level, more]).toEqual(['blurred', []]);
    expect(contentOf(taken)).toMatchObject({ width: 960, height: 540 });
    const picture = await place.employee.client.send('GET', pictureOf(place.employee.person, taken));
    expect(await pixelOf(picture.body, 960, 200, 160)).toEqual('red');
  });

  it('screenshot, full: the screen as it is', async () => {
    await agent.stop();
    await desktop.focus(drawing);
    const { person } = await place.owner.ok('GET', '/session');
    const data = join(folder, 'second');
    const { policy } = await place.owner.ok('GET', '/policy');
    await enrolAgent(data, place.owner, { url: place.server.url, person: person.id, notice: policy.version });
    agent = await startRealAgent({ data, env: { ...desktop.env, TZ: ZONE }, fraction: SOON });
    // A browser whose extension is paired with another agent may show a private window: no picture while it is seen.
    await browser.close();
    await agent.tell('start');
    await agent.tell('seen', 'screenshot');
    await eventually('the picture', () => agent.out().includes('Daylight took a picture'), PATIENCE);
    await agent.tell('stop'); // the sign of the person that gives it free
    await everythingSent(agent);
    const [taken, ...more] = await storedOf(place.owner, person.id, 'screenshot');
    expect([taken?.level, more]).toEqual(['full', []]);
    expect(contentOf(taken)).toMatchObject({ width: 1280, height: 720 });
    const picture = await place.owner.send('GET', pictureOf(person.id, taken));
    expect(picture.headers.get('content-type')).toBe('image/webp');
    expect(await pixelOf(picture.body, 1280, 270, 220)).toEqual('red');
  }, 240_000);

  it('project and notes: as they were entered', async () => {
    expect(await contents('project', 'on')).toEqual([{ project: 'Website', task: 'Relaunch' }]);
    expect(await contents('notes', 'on')).toEqual([{ note: 'Called the printer' }]);
  });

  it('device: system and processor alone, and the machine', async () => {
    const coarse = { platform: 'linux', arch: arch() };
    expect(await contents('device', 'coarse')).toEqual([coarse]);
    const osVersion = prettyName(await readFile('/etc/os-release', 'utf8'));
    const memoryGiB = Math.max(1, Math.round(totalmem() / 2 ** 30));
    const [full] = await contents('device', 'full');
    expect(full).toEqual({ ...coarse, osVersion, memoryGiB, model: full?.['model'] });
    expect(full?.['model'] === null || typeof full?.['model'] === 'string').toBe(true);
  });

  it('timezone: the setting of the computer', async () => {
    expect(new Set((await contents('timezone', 'on')).map(({ zone }) => zone))).toEqual(new Set([ZONE]));
  });

  it('diagnostics: the version of the agent, what waits, and which sensors work', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    const [first] = await contents('diagnostics', 'on');
    expect(first).toMatchObject({ agentVersion: version, waitingBatches: expect.any(Number) });
    expect(first?.['sensors']).toEqual(expect.arrayContaining([{ parameter: 'app', works: true }]));
    expect(Object.keys(first ?? {}).sort()).toEqual(['agentVersion', 'sensors', 'spoolBytes', 'waitingBatches']);
  });

  async function raise(levels: Readonly<Record<string, string>>): Promise<void> {
    const version = await publishLevels(place.owner, levels, 'more is needed');
    await eventually('the policy arrives', async () => (await agent.status()).policy?.version === version, PATIENCE);
    await agent.tell('notice', 'accept', String(version));
    await eventually('it holds', async () => (await agent.status()).notice?.acknowledged === true, PATIENCE);
  }

  /** Waits until this stands in what waits to be sent, or goes on. */
  async function read(what: string): Promise<void> {
    const isRead = async () => Buffer.concat(await openedSpool(agent.data, folder)).includes(what);
    await eventually(`${what} is read`, isRead, PATIENCE);
  }

  function stored<P extends ParameterId>(parameter: P): Promise<ObservationOf<P>[]> {
    return storedOf(place.manager.client, place.employee.person, parameter);
  }

  async function contents(parameter: ParameterId, level: string): Promise<Record<string, unknown>[]> {
    const all = (await stored(parameter)).filter((one) => one.level === level).map(contentOf);
    // What lasted longer than a minute, or was come back to, is told again.
    return all.filter((one, index) => index === 0 || JSON.stringify(one) !== JSON.stringify(all[index - 1]));
  }

  /** All that is stored since the test began, in order of time. */
  async function storedOf<P extends ParameterId>(
    reader: Client,
    person: string,
    parameter: P,
  ): Promise<ObservationOf<P>[]> {
    const days = new Set([dayOf(since), dayOf(Math.min(Date.now(), since + DAY))]);
    const found: ObservationOf<P>[] = [];
    for (const day of days) {
      const query = `day=${day}&parameter=${parameter}&purpose=${catalog[parameter].purpose}`;
      found.push(...(await reader.ok('GET', `/people/${person}/observations?${query}`)).observations);
    }
    return found.sort((a, b) => a.at - b.at);
  }
});

function contentOf(observation: Observation | undefined): Record<string, unknown> {
  if (observation === undefined) throw new Error('nothing is stored');
  const { parameter: _p, level: _l, at: _a, mono: _m, span: _s, ...content } = observation;
  return content;
}

function pictureOf(person: string, observation: Observation | undefined): string {
  return `/people/${person}/screenshots/${String(contentOf(observation)['image'])}?purpose=workload_review`;
}

/** Pictures too, which go into a batch once nothing holds them back and the time to review them is over. */
async function everythingSent(agent: RealAgent): Promise<void> {
  const isSent = async (): Promise<boolean> => {
    const { waiting, screenshots } = await agent.status();
    return waiting.batches === 0 && screenshots.length === 0;
  };
  await eventually('everything is sent', isSent, PATIENCE);
}

function isActive(status: Json, parameter: ParameterId): boolean {
  return status.parameters[parameter].active === true;
}

/** The name of the colour at a point of a picture that is so wide; `none` of those that a window of these tests has. */
async function pixelOf(webp: Buffer, width: number, left: number, top: number): Promise<string> {
  const picture = sharp(webp);
  expect((await picture.metadata()).width).toBe(width);
  const { data } = await picture
    .extract({ left, top, width: 1, height: 1 })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const [red = 0, green = 0, blue = 0] = data;
  return red > 150 && green < 90 && blue < 90 ? 'red' : `none (${red}, ${green}, ${blue})`;
}
