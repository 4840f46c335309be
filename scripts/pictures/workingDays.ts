import { randomUUID } from 'node:crypto';
import { initialise } from '../../server/initialise.ts';
import { parameterIds } from '../../shared/catalog.ts';
import type { Digest } from '../../shared/signed.ts';
import { DAY, dayOf, MINUTE } from '../../shared/time.ts';
import {
  addMember,
  type Client,
  createClient,
  type Member,
  PASSWORD,
  setUpTotp,
  type TestServer,
  totpCode,
} from '../../test/support/api.ts';
import { enrolmentBy, newDevice } from '../../test/support/enrolled.ts';
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
} from '../../test/support/ingestKit.ts';
import { drawnDesktop } from './drawnDesktop.ts';

/** Everyone signed in, at five in the afternoon of the third day. */
export interface Workplace {
  readonly owner: Client;
  readonly manager: Client;
  readonly officer: Client;
  readonly mia: Client & { readonly person: string };
  /** Tracking now. */
  readonly jonas: { readonly person: string };
}

const LEVELS = {
  ...{ session: 'on', activity: 'counts', app: 'name', title: 'redacted', url: 'domain', screenshot: 'blurred' },
  ...{ project: 'on', notes: 'on', timezone: 'on' },
};

/**
 * Leads the clock of a server through three working days of Mia Sommer from half past eight on, the last one until five,
 * with the others of her team as they are then. At the end window titles are switched off, and one computer is out of reach.
 */
export async function recordWorkingDays(server: TestServer): Promise<Workplace> {
  const { clock } = server;
  const sinceMonday = (new Date(clock.now()).getUTCDay() + 6) % 7;
  const tuesday = dayOf(clock.now() + (8 - sinceMonday) * DAY);
  const onTuesday = Date.parse(`${tuesday}T08:20:00Z`);
  clock.advance(onTuesday - DAY - clock.now());
  const { owner, signIn, members } = await foundOrganisation(server);
  clock.advance(onTuesday - clock.now());
  await signIn();
  const { policy, hash } = await owner.ok('PUT', '/policy', {
    ...{ baseVersion: 1, reason: 'Costing the website project' },
    parameters: Object.fromEntries(Object.entries(LEVELS).map(([id, level]) => [id, { level }])),
  });
  clock.advance(5 * MINUTE);
  const { mia, team } = members;
  const device = await enrolFor(server, mia.client, mia.person, policy.version);
  const colleagues = await addColleagues(server, owner, team, policy.version);
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
  const there = [{ agent, device, does: 'stopped' as const }, ...(await atWork(server, colleagues, policy.version))];
  const sign = (of: { readonly document: { version: number }; readonly hash: Digest }) => {
    for (const one of there) {
      if (one.agent.ws.readyState !== one.agent.ws.OPEN) continue;
      one.agent.send({ type: 'receipt', receipt: signed(one.device, of, clock.now(), one.does) });
    }
  };
  sign({ document: policy, hash });
  await signIn();
  await manyLooks(server, owner, members);
  for (const { agent: away, does } of there) if (does === 'away') away.ws.terminate();
  await settled();
  clock.advance(MINUTE);
  const titlesOff = await owner.ok('PUT', '/policy', {
    ...{ baseVersion: policy.version, reason: 'Nobody has needed titles for the costing' },
    parameters: { title: { level: 'off' } },
  });
  sign({ document: titlesOff.policy, hash: titlesOff.hash });
  await settled();
  const [jonas] = colleagues;
  if (jonas === undefined) throw new Error('nobody else works here');
  const client = Object.assign(mia.client, { person: mia.person });
  return {
    ...{ owner, manager: members.manager.client, officer: members.officer.client },
    ...{ mia: client, jonas: { person: jonas.device.record.person } },
  };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 500));

interface Members {
  readonly manager: Member;
  readonly officer: Member;
  readonly mia: Member;
  /** Of another team: not the manager's to see. */
  readonly ines: Member;
  readonly team: string;
}

async function foundOrganisation(
  server: TestServer,
): Promise<{ owner: Client; members: Members; signIn: () => Promise<void> }> {
  const names = {
    organisation: 'Nordlicht',
    ownerName: 'Olga Brandt',
    ownerEmail: 'olga@example.com',
    reactionDays: 0,
  };
  const { token } = await initialise(server.data, names, { clock: server.clock });
  const owner = createClient(server.url);
  await owner.ok('POST', '/session/link', { token });
  await owner.ok('PUT', '/account/password', { password: PASSWORD });
  const secret = await setUpTotp(owner, server.clock);
  const { id: team } = await owner.ok('POST', '/teams', { name: 'Design' });
  const { id: engineering } = await owner.ok('POST', '/teams', { name: 'Engineering' });
  const add = (role: Parameters<typeof addMember>[2], name: string, more: object = {}) => {
    const email = `${name.split(' ')[0]?.toLowerCase()}@example.com`;
    return addMember(server, owner, role, { name, email, ...more });
  };
  const manager = await add('manager', 'Noor Dahl', { managesTeams: [team] });
  const officer = await add('privacy_officer', 'Otto Weiss');
  const mia = await add('employee', 'Mia Sommer', { teams: [team] });
  const ines = await add('employee', 'Ines Moreau', { teams: [engineering] });
  const members = { manager, officer, mia, ines, team };
  // Sessions end by being idle, and each day anew.
  const signIn = async (): Promise<void> => {
    for (const one of [{ client: owner, email: names.ownerEmail, secret }, manager, officer, mia]) {
      const totp = one.secret === null ? {} : { totp: totpCode(one.secret, server.clock.now()) };
      await one.client.ok('POST', '/session', { email: one.email, password: PASSWORD, ...totp });
    }
  };
  return { owner, members, signIn };
}

/** What there is to read in the logs afterwards: looks with their purposes, a refused one, and a password mistyped. */
async function manyLooks({ url, clock }: TestServer, owner: Client, { manager, mia, ines }: Members): Promise<void> {
  const today = dayOf(clock.now());
  const look = (client: Client, person: string, what: string, purpose: string, day = today) =>
    client.send('GET', `/people/${person}/${what}?day=${day}&zone=UTC&purpose=${purpose}`);
  await look(owner, mia.person, 'week', 'project_costing');
  await look(manager.client, mia.person, 'day', 'workload_review', dayOf(Date.parse(today) - DAY));
  await look(manager.client, mia.person, 'day', 'workload_review');
  await look(manager.client, ines.person, 'day', 'workload_review');
  const wrong = { email: manager.email, password: 'not the right one' };
  await createClient(url).send('POST', '/session', wrong);
}

type Does = (typeof others)[number]['state'] | 'stopped';

/** What an honest device says: what runs, and why the rest does not. */
function signed(
  device: TestDevice,
  policy: { readonly document: { version: number }; readonly hash: Digest },
  at: number,
  does: Does,
): ReturnType<typeof receiptBy> {
  const allowed: Readonly<Record<string, string>> = policy.document.version > 2 ? { ...LEVELS, title: 'off' } : LEVELS;
  const tracking = does === 'tracking' || does === 'paused' || does === 'away';
  const observed = ['activity', 'app', 'title', 'url', 'screenshot', 'timezone'];
  const parameters = parameterIds.map((id) => {
    const level = allowed[id] ?? 'off';
    const off = (reason: string) => [id, { state: 'off', level: 'off', reason, waiting: 0 }];
    if (level === 'off') return off('policy');
    if (!tracking) return off('session');
    if (does === 'paused' && observed.includes(id)) return off('pause');
    return [id, { state: 'active', level, reason: null, waiting: 0 }];
  });
  return receiptBy(device, policy, { at, tracking, parameters: Object.fromEntries(parameters) });
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
  readonly does: (typeof others)[number];
}

/** Where everyone else is at five. */
const others = [
  { name: 'Jonas Lind', state: 'tracking', since: 95, project: 'Website', task: 'Checkout', app: 'Code' },
  { name: 'Leila Haddad', state: 'tracking', since: 40, project: 'Rebrand', task: 'Icons', app: 'Figma' },
  { name: 'Ravi Menon', state: 'paused', since: 130, project: 'Website', task: null, app: 'Chromium' },
  { name: 'Sofie Berg', state: 'away', since: 210, project: 'Rebrand', task: 'Print', app: 'Inkscape' },
  { name: 'Tomas Novak', state: 'idle', since: 0, project: null, task: null, app: null },
] as const;

async function addColleagues(server: TestServer, owner: Client, id: string, version: number): Promise<Colleague[]> {
  const colleagues: Colleague[] = [];
  for (const does of others) {
    const email = `${does.name.split(' ')[0]?.toLowerCase()}@example.com`;
    const member = await addMember(server, owner, 'employee', { name: does.name, email, teams: [id] });
    colleagues.push({ device: await enrolFor(server, member.client, member.person, version), does });
  }
  await addMember(server, owner, 'employee', { name: 'Wanda Kaminska', email: 'wanda@example.com', teams: [id] });
  return colleagues;
}

interface There {
  readonly agent: RawAgent;
  readonly device: TestDevice;
  readonly does: Does;
}

/** They stay connected until the server closes. */
async function atWork(server: TestServer, colleagues: readonly Colleague[], version: number): Promise<There[]> {
  const { clock } = server;
  const agents = await Promise.all(colleagues.map(({ device }) => connect(server, device)));
  clock.advance(2 * MINUTE); // what was in front before the lease is not taken
  const there: There[] = [];
  for (const [index, { does, device }] of colleagues.entries()) {
    const agent = agents[index];
    if (agent === undefined) continue;
    there.push({ agent, device, does: does.state });
    if (does.state === 'idle') continue;
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
  }
  return there;
}

async function connect(server: TestServer, device: TestDevice): Promise<RawAgent> {
  const agent = await dial(Number(new URL(server.url).port));
  await agent.hello(device, { at: server.clock.now(), mono: monoAt(server.clock.now()) });
  await agent.take('welcome');
  return agent;
}

async function picture(agent: RawAgent, app: string, seed: number): Promise<object> {
  const { bytes, width, height } = await drawnDesktop(app, seed);
  const image = randomUUID();
  agent.send({ type: 'image', image, bytes: bytes.length, digest: sha256(bytes) });
  for (const chunk of chunksOf(image, bytes)) agent.send(chunk);
  const facts = { image, digest: sha256(bytes), bytes: bytes.length, width, height };
  return { parameter: 'screenshot', level: 'blurred', ...facts };
}
