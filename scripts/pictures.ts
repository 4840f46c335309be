import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { DAY, dayOf, MINUTE } from '../shared/time.ts';
import {
  addMember,
  type Client,
  createClient,
  type Member,
  PASSWORD,
  startServer,
  type TestServer,
  totpCode,
} from '../test/support/api.ts';
import { startBrowser } from '../test/support/browser.ts';
import { enrolmentBy, newDevice } from '../test/support/enrolled.ts';
import {
  batch,
  chunksOf,
  dial,
  monoAt,
  newSession,
  type RawAgent,
  receiptBy,
  sha256,
  type TestDevice,
} from '../test/support/ingestKit.ts';
import { build } from './build.ts';
import { peoplePictures } from './peoplePictures.ts';
import { windowPictures } from './windowPictures.ts';

const images = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'docs', 'images');

/**
 * Makes the pictures of docs/images: a real server with a clock that is led through a working day, a client that sends
 * what an agent would, and the real console in Chromium. The people and their work are invented.
 */
async function pictures(): Promise<void> {
  await build();
  await mkdir(images, { recursive: true });
  const server = await startServer();
  const browser = await startBrowser();
  try {
    const { manager, mia } = await recordDays(server);
    const today = dayOf(server.clock.now());
    const query = '?purpose=workload_review';
    const places: readonly Place[] = [
      { name: 'collection', path: '/collection', shows: 'Collection' },
      { name: 'day', path: `/people/${mia.person}/day/${today}${query}`, shows: 'The day' },
      { name: 'screenshot', path: `/people/${mia.person}/day/${today}${query}`, shows: 'The day', then: openPicture },
      {
        name: 'today',
        path: `/today${query}`,
        shows: 'Team today',
        then: (page) => page.getByText('Live').first().waitFor(),
      },
      { name: 'week', path: `/people/${mia.person}/week/${today}${query}`, shows: 'Working time' },
    ];
    for (const scheme of ['light', 'dark'] as const) {
      for (const width of [1_280, 390]) {
        const context = await browser.newContext({
          ...{ viewport: { width, height: width === 390 ? 844 : 900 }, colorScheme: scheme, timezoneId: 'UTC' },
          reducedMotion: 'reduce',
        });
        await letIn(context, server, manager);
        for (const { name, path: place, shows, then } of places) {
          const page = await context.newPage();
          page.setDefaultTimeout(15_000);
          await page.goto(`${server.url}/#${place}`);
          await page.getByRole('heading', { name: shows, exact: true }).waitFor();
          await then?.(page);
          await page.waitForTimeout(1_500);
          const whole = name !== 'screenshot';
          await page.screenshot({ path: path.join(images, `${name}-${width}-${scheme}.png`), fullPage: whole });
          console.log(`${name} ${width} ${scheme}`);
          await page.close();
        }
        await context.close();
      }
    }
  } finally {
    await browser.close();
    await server.close();
  }
}

interface Place {
  readonly name: string;
  readonly path: string;
  /** A heading that is there when the page is. */
  readonly shows: string;
  readonly then?: (page: Page) => Promise<void>;
}

async function openPicture(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /^Open the screenshot/ })
    .nth(1)
    .click();
  await page.getByRole('img', { name: /^Screenshot at/ }).waitFor();
}

async function letIn(context: BrowserContext, server: TestServer, { client }: Member): Promise<void> {
  const [name = '', value = ''] = (client.cookie ?? '').split('=');
  await context.addCookies([{ name, value, url: server.url }]);
}

/** Three days from half past eight on, the last one until five; and the others of the team as they are then. */
async function recordDays(server: TestServer): Promise<{ manager: Member; mia: Member }> {
  const { clock } = server;
  const sinceMonday = (new Date(clock.now()).getUTCDay() + 6) % 7;
  const tuesday = dayOf(clock.now() + (8 - sinceMonday) * DAY);
  clock.advance(Date.parse(`${tuesday}T08:20:00Z`) - clock.now());
  const owner = await server.addOrganisation('Nordlicht');
  const { id: team } = await owner.client.ok('POST', '/teams', { name: 'Design' });
  const manager = await addMember(server, owner.client, 'manager', {
    ...{ name: 'Noor Dahl', email: 'noor@example.com', managesTeams: [team] },
  });
  const mia = await addMember(server, owner.client, 'employee', {
    ...{ name: 'Mia Sommer', email: 'mia@example.com', teams: [team] },
  });
  const levels = { activity: 'counts', app: 'name', url: 'domain', screenshot: 'blurred', notes: 'on', timezone: 'on' };
  const { policy, hash } = await owner.client.ok('PUT', '/policy', {
    ...{ baseVersion: 1, reason: 'Costing the website project' },
    parameters: Object.fromEntries(Object.entries(levels).map(([id, level]) => [id, { level }])),
  });
  clock.advance(5 * MINUTE);
  const device = await enrolFor(server, mia.client, mia.person, policy.version);
  const colleagues = await addColleagues(server, owner.client, team, policy.version);
  let agent = await connect(server, device);
  let seq = 0;
  for (const minutes of [405, 330, 500]) {
    seq = await work(agent, server, policy.version, seq, minutes);
    if (minutes === 500) break;
    agent.ws.terminate();
    await agent.closed();
    const tomorrow = Date.parse(`${dayOf(clock.now() + DAY)}T08:${minutes === 405 ? '41' : '28'}:00Z`);
    clock.advance(tomorrow - clock.now());
    agent = await connect(server, device);
  }
  await colleaguesAtWork(server, colleagues, policy.version);
  const receipt = receiptBy(
    device,
    { document: policy, hash },
    { at: clock.now() },
    {
      ...levels,
      session: 'on',
      project: 'on',
    },
  );
  agent.send({ type: 'receipt', receipt });
  await new Promise((resolve) => setTimeout(resolve, 500));
  agent.ws.terminate();
  // The morning's session ended long ago by being idle.
  const totp = totpCode(manager.secret ?? '', clock.now());
  await manager.client.ok('POST', '/session', { email: manager.email, password: PASSWORD, totp });
  return { manager, mia };
}

async function enrolFor(server: TestServer, person: Client, id: string, notice: number): Promise<TestDevice> {
  const { code } = await person.ok('POST', `/people/${id}/enrolment-codes`, {});
  const device = newDevice();
  const enrolment = enrolmentBy(device, code, notice, server.clock.now());
  const made = await createClient(server.url, 'agent').ok('POST', '/enrolment', { enrolment });
  return { key: device.key, record: { ...device.record, org: made.org, person: made.person } };
}

/** Minutes after half past eight: what is in front, and where. */
const plan = [
  { until: 50, app: 'Code', site: null, project: 'Website', task: 'Checkout' },
  { until: 75, app: 'Chromium', site: 'github.com', project: 'Website', task: 'Checkout' },
  { until: 130, app: 'Code', site: null, project: 'Website', task: 'Checkout' },
  { until: 150, app: 'Chromium', site: 'mozilla.org', project: 'Website', task: 'Checkout' },
  { until: 205, app: 'Code', site: null, project: 'Website', task: 'Checkout' },
  { until: 265, app: null, site: null, project: null, task: null },
  { until: 330, app: 'Figma', site: null, project: 'Rebrand', task: 'Icons' },
  { until: 350, app: 'Thunderbird', site: null, project: 'Rebrand', task: 'Icons' },
  { until: 420, app: 'Figma', site: null, project: 'Rebrand', task: 'Icons' },
  { until: 455, app: 'Chromium', site: 'w3.org', project: 'Website', task: 'Checkout' },
  { until: 500, app: 'Code', site: null, project: 'Website', task: 'Checkout' },
] as const;

/** Returns the last seq that it sent. */
async function work(
  agent: RawAgent,
  { clock }: TestServer,
  version: number,
  lastSeq: number,
  minutes: number,
): Promise<number> {
  const session = newSession();
  const begin = clock.now();
  let seq = lastSeq;
  let project: string | null = null;
  const stamp = (fields: object, span = 0) => ({
    at: clock.now() - span,
    mono: monoAt(clock.now()) - span,
    span,
    ...fields,
  });
  const send = async (observations: object[]) => {
    seq += 1;
    agent.send(batch(agent, seq, session, observations, version));
    const ack = await agent.take('ack');
    if (Object.keys(ack.discarded).length > 0) throw new Error(JSON.stringify(ack));
  };
  const event = (name: string, cause: string, span = 0) =>
    stamp({ parameter: 'session', level: 'on', event: name, cause }, span);
  await send([event('start', 'employee'), stamp({ parameter: 'timezone', level: 'on', zone: 'Europe/Oslo' })]);
  for (let minute = 1; minute <= minutes; minute += 1) {
    clock.advance(MINUTE);
    const now = plan.find(({ until }) => minute <= until);
    if (now === undefined) break;
    if (now.app === null) {
      if (minute === now.until) await send([event('gap', 'asleep', 60 * MINUTE)]);
      continue;
    }
    const busy = Math.max(0, Math.sin(minute / 9) + Math.sin(minute / 23) + 0.8);
    const counts = { keys: Math.round(busy * 60), clicks: Math.round(busy * 7), scrolls: Math.round(busy * 4) };
    const observations: object[] = [
      stamp({ parameter: 'activity', level: 'counts', ...counts, moves: Math.round(busy * 90) }, MINUTE),
      stamp({ parameter: 'app', level: 'name', name: now.app }, MINUTE),
    ];
    if (now.site !== null) observations.push(stamp({ parameter: 'url', level: 'domain', domain: now.site }, MINUTE));
    if (now.project !== project) {
      project = now.project;
      observations.unshift(stamp({ parameter: 'project', level: 'on', project, task: now.task }, MINUTE));
    }
    if (minute % 65 === 20) observations.push(stamp(await picture(agent, now.app, minute)));
    if (minute === 128) {
      const note = 'Checkout works with the new addresses; the form for companies is left.';
      observations.push(stamp({ parameter: 'notes', level: 'on', note }));
    }
    await send(observations);
  }
  await send([event('stop', 'employee')]);
  if (clock.now() - begin < minutes * MINUTE) throw new Error('the day was too short');
  return seq;
}

interface Colleague {
  readonly device: TestDevice;
  readonly does: (typeof team)[number];
}

/** Where everyone else is at five. */
const team = [
  { name: 'Jonas Lind', state: 'tracking', since: 95, project: 'Website', task: 'Checkout', app: 'Code' },
  { name: 'Leila Haddad', state: 'tracking', since: 40, project: 'Rebrand', task: 'Icons', app: 'Figma' },
  { name: 'Ravi Menon', state: 'paused', since: 130, project: 'Website', task: null, app: 'Chromium' },
  { name: 'Sofie Berg', state: 'away', since: 210, project: 'Rebrand', task: 'Print', app: 'Inkscape' },
  { name: 'Tomas Novak', state: 'idle', since: 0, project: null, task: null, app: null },
] as const;

async function addColleagues(server: TestServer, owner: Client, id: string, version: number): Promise<Colleague[]> {
  const colleagues: Colleague[] = [];
  for (const does of team) {
    const email = `${does.name.split(' ')[0]?.toLowerCase()}@example.com`;
    const member = await addMember(server, owner, 'employee', { name: does.name, email, teams: [id] });
    colleagues.push({ device: await enrolFor(server, member.client, member.person, version), does });
  }
  await addMember(server, owner, 'employee', { name: 'Wanda Kaminska', email: 'wanda@example.com', teams: [id] });
  return colleagues;
}

/** Those who are connected stay so until the server closes. */
async function colleaguesAtWork(server: TestServer, colleagues: readonly Colleague[], version: number): Promise<void> {
  const { clock } = server;
  const atWork = colleagues.filter(({ does: { state } }) => state !== 'idle');
  const agents = await Promise.all(atWork.map(({ device }) => connect(server, device)));
  clock.advance(2 * MINUTE); // what was in front before the lease is not taken
  for (const [index, { does }] of atWork.entries()) {
    const agent = agents[index];
    if (agent === undefined) continue;
    const [now, session] = [clock.now(), newSession()];
    const at = (minutesAgo: number) => ({
      at: now - minutesAgo * MINUTE,
      mono: monoAt(now - minutesAgo * MINUTE),
      span: 0,
    });
    const event = (name: string, minutesAgo: number) => ({
      ...{ parameter: 'session', level: 'on', event: name, cause: 'employee', ...at(minutesAgo) },
    });
    const { project, task, app, since, state } = does;
    const observations = [
      event('start', since),
      { parameter: 'project', level: 'on', project, task, ...at(since) },
      { parameter: 'app', level: 'name', name: app, ...at(1), span: MINUTE },
      ...(state === 'paused' ? [event('pause', 0)] : []),
    ];
    agent.send(batch(agent, 1, session, observations, version));
    const { discarded } = await agent.take('ack');
    if (Object.keys(discarded).length > 0) throw new Error(JSON.stringify(discarded));
    if (state === 'away') agent.ws.terminate();
  }
}

async function connect(server: TestServer, device: TestDevice): Promise<RawAgent> {
  const agent = await dial(Number(new URL(server.url).port));
  await agent.hello(device, { at: server.clock.now(), mono: monoAt(server.clock.now()) });
  await agent.take('welcome');
  return agent;
}

/** A drawn desktop, blurred as the agent blurs. */
async function picture(agent: RawAgent, app: string, seed: number): Promise<object> {
  const [width, height] = [960, 540];
  const hue = (seed * 47) % 360;
  const lines = Array.from({ length: 16 }, (_, line) => {
    const long = 120 + ((seed * (line + 3) * 37) % 380);
    return `<rect x="220" y="${110 + line * 24}" width="${long}" height="10" fill="hsl(${hue} 20% 55%)"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="100%" height="100%" fill="hsl(${hue} 30% 80%)"/>
    <rect x="40" y="40" width="880" height="460" rx="8" fill="#fff"/>
    <rect x="40" y="40" width="880" height="34" rx="8" fill="hsl(${hue} 30% 35%)"/>
    <text x="60" y="63" font-size="18" fill="#fff">${app}</text>
    <rect x="40" y="74" width="150" height="426" fill="hsl(${hue} 20% 92%)"/>${lines.join('')}</svg>`;
  const bytes = await sharp(Buffer.from(svg)).blur(9).webp({ quality: 70 }).toBuffer();
  const image = randomUUID();
  agent.send({ type: 'image', image, bytes: bytes.length, digest: sha256(bytes) });
  for (const chunk of chunksOf(image, bytes)) agent.send(chunk);
  const facts = { image, digest: sha256(bytes), bytes: bytes.length, width, height };
  return { parameter: 'screenshot', level: 'blurred', ...facts };
}

await pictures();
await peoplePictures(images);
await windowPictures(images);
