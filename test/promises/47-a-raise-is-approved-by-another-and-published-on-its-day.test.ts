import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../server/clock.ts';
import { initialise } from '../../server/initialise.ts';
import { openServer, type Server } from '../../server/server.ts';
import { DAY, HOUR, MINUTE } from '../../shared/time.ts';
import { acknowledgeOn } from '../support/acknowledgeOn.ts';
import {
  addMember,
  type Client,
  createClient,
  type Json,
  type Member,
  PASSWORD,
  publish,
  setUpTotp,
  totpCode,
} from '../support/api.ts';
import { enrol } from '../support/enrolled.ts';
import { movable } from '../support/movableClock.ts';

// Promise 47: what raises something is approved by another person and published on its day, never sooner, and everyone knows before.

const clock = movable(systemClock);
const config = (folder: string) => ({ data: folder, port: 0, logLevel: 'silent' });
let data: string;
let server: Server;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'daylight-47-'));
  await found('First');
  server = await openServer(config(data), { clock });
});
afterAll(async () => {
  await server.close();
  await rm(data, { recursive: true, force: true, maxRetries: 5 });
});

function found(organisation: string) {
  const ownerEmail = `${organisation.toLowerCase()}@example.com`;
  return initialise(data, { organisation, ownerName: 'Ada', ownerEmail, reactionDays: 0 }, { clock });
}

/** An organisation of its own, with its owner and others. */
async function organised<R extends 'owner' | 'admin' | 'manager' | 'employee'>(name: string, ...roles: R[]) {
  const made = await found(name);
  const client = createClient(server.url);
  await client.ok('POST', '/session/link', { token: made.token });
  await client.ok('PUT', '/account/password', { password: PASSWORD });
  const secret = await setUpTotp(client, clock);
  const ada = { person: made.person, email: `${name.toLowerCase()}@example.com`, client, secret };
  const others: Partial<Record<R, Member>> = {};
  for (const role of roles) {
    const email = `${role}@${name.toLowerCase()}.example.com`;
    others[role] = await addMember({ url: server.url, clock }, client, role, { name: role, email });
  }
  return { ada, ...others } as { readonly ada: Member } & Readonly<Record<R, Member>>;
}

async function signInAgain({ client, email, secret }: Member): Promise<void> {
  clock.advance(MINUTE); // a code is taken once
  const totp = secret === null ? {} : { totp: totpCode(secret, clock.now()) };
  await client.ok('POST', '/session', { email, password: PASSWORD, ...totp });
}

/** The server is stopped and started again; who is signed in stays so. */
async function restart(clients: readonly Client[], whileStopped: () => void = () => undefined): Promise<Client[]> {
  await server.close();
  whileStopped();
  server = await openServer(config(data), { clock });
  return clients.map(({ cookie }) => Object.assign(createClient(server.url), { cookie }));
}

const raise = { title: { level: 'full' } };
const versionOf = async (client: Client): Promise<number> => (await client.ok('GET', '/policy')).policy.version;
const list = (client: Client) => client.ok('GET', '/policy/proposals');
const require = (client: Client, required: boolean) =>
  client.send('PUT', '/policy/second-person', { required, reason: 'four eyes' });
async function propose(client: Client, parameters: object = raise, publishAt: number | null = null, more: object = {}) {
  const change = { baseVersion: await versionOf(client), reason: 'customers ask for it', parameters, ...more };
  return client.send('POST', '/policy/proposals', { change, publishAt });
}
const newest = async (client: Client): Promise<Json> => (await list(client)).proposals[0];
async function answer(client: Client, { number, hash }: Json, how: string) {
  return client.send('PUT', `/policy/proposals/${number}`, { hash, answer: how, reason: 'looked at it' });
}
async function publishes(client: Client, parameters: object, more: object = {}) {
  const change = { baseVersion: await versionOf(client), reason: 'for this test', parameters, ...more };
  return client.send('PUT', '/policy', change);
}

test('where a second person is needed a raise holds once another has approved that very text, and the history names both', async () => {
  const { ada, manager, employee } = await organised('Pair', 'manager', 'employee');
  expect((await require(manager.client, true)).status).toBe(403);
  expect((await require(ada.client, true)).body).toMatchObject({ secondRequired: true });
  const before = await versionOf(ada.client);
  expect((await propose(manager.client)).body.proposals[0]).toMatchObject({
    ...{ state: 'waiting', needsSecond: true, alone: false, due: null, proposedBy: manager.person, approvedBy: null },
  });
  const proposal = await newest(ada.client);
  expect(await answer(manager.client, proposal, 'approved')).toMatchObject({
    ...{ status: 403, body: { error: { field: 'answer' } } },
  });
  expect((await answer(ada.client, { ...proposal, hash: '0'.repeat(64) }, 'approved')).status).toBe(409);
  expect((await answer(employee.client, proposal, 'approved')).status).toBe(403);
  clock.advance(30 * MINUTE);
  expect(await versionOf(ada.client)).toBe(before);
  expect((await answer(ada.client, proposal, 'approved')).body.proposals[0]).toMatchObject({
    ...{ state: 'done', version: before + 1, approvedBy: ada.person },
  });
  const [version] = (await employee.client.ok('GET', '/policy/versions')).versions;
  expect(version).toMatchObject({ author: manager.person, approvedBy: ada.person, reason: 'customers ask for it' });
  expect({ ...version.policy, notBefore: 0 }).toEqual({ ...proposal.content.document, notBefore: 0 });
});

test('no form of a raise is published by one person alone, whatever it is called; what only lowers always is', async () => {
  const { ada } = await organised('Forms', 'admin');
  const site = { apps: ['keepass*'], sites: [] };
  const screens = { level: 'full', retentionDays: 20, viewers: ['owner'], reviewBy: clock.now() + 40 * DAY };
  const bounds = { exclusions: site, reactionDays: 14, idleSeconds: 300, screenshotReviewSeconds: 300 };
  const hours = { zone: 'Europe/Berlin', spans: [{ days: [1, 2], from: '09:00', to: '17:00' }] };
  await publish(
    ada.client,
    { screenshot: screens, app: { level: 'category' }, notes: { level: 'on', basis: 'consent' } },
    bounds,
  );
  await publish(ada.client, { app: { schedule: 'working_hours' } }, { workingHours: hours });
  await require(ada.client, true);
  const before = await versionOf(ada.client);
  const raises: readonly (readonly [object, object?])[] = [
    [{ app: { level: 'name' } }],
    [{ app: { purpose: 'security' } }],
    [{ notes: { basis: 'contract' } }],
    [{ app: { retentionDays: 89 } }],
    [{ app: { viewers: ['owner', 'manager', 'admin'].slice(0, 2) }, screenshot: { viewers: ['owner', 'manager'] } }],
    [{ session: { employeeMayPause: false } }],
    [{ app: { schedule: null } }],
    [{ screenshot: { reviewBy: clock.now() + 41 * DAY } }],
    [{}, { exclusions: { apps: [], sites: [] } }],
    [{}, { reactionDays: 13 }],
    [{}, { idleSeconds: 301 }],
    [{}, { screenshotReviewSeconds: 299 }],
    [{}, { leaseHours: { observed: 25, entered: 720 } }],
    [{}, { workingHours: { ...hours, spans: [{ days: [1, 2], from: '08:00', to: '17:00' }] } }],
    [{ title: { level: 'redacted' }, app: { level: 'off' } }],
  ];
  for (const [parameters, more = {}] of raises) {
    const asked = JSON.stringify([parameters, more]);
    for (const declared of [{}, { changeClass: 'rights_reducing' }]) {
      const reply = await publishes(ada.client, parameters, { ...more, ...declared });
      expect([reply.status, reply.body.error?.field], asked).toEqual([409, 'second']);
    }
  }
  expect(await versionOf(ada.client)).toBe(before);
  const law = await organised('Law');
  await publish(law.ada.client, {}, { jurisdiction: 'eea_uk' });
  await require(law.ada.client, true);
  expect((await publishes(law.ada.client, {}, { jurisdiction: null })).body.error.field).toBe('second');
  const lowered = await publishes(ada.client, { app: { level: 'off' }, screenshot: { retentionDays: 5 } });
  expect(lowered.status).toBe(200);
  const called = await publishes(ada.client, { notes: { level: 'off' } }, { changeClass: 'rights_reducing' });
  expect([called.status, called.body.policy.version]).toEqual([200, before + 2]);
});

test('an owner alone waits 72 hours, and not to need a second person any more waits for one, too', async () => {
  const { ada, employee } = await organised('Alone', 'employee');
  await require(ada.client, true);
  const proposed = (await propose(ada.client)).body.proposals[0];
  expect(proposed).toMatchObject({ state: 'scheduled', alone: true, due: proposed.proposedAt + 72 * HOUR });
  const off = await require(ada.client, false);
  expect(off.body).toMatchObject({
    secondRequired: true,
    proposals: [{ content: { kind: 'second_off' }, alone: true }, {}],
  });
  expect((await require(ada.client, false)).status).toBe(409);
  const before = await versionOf(ada.client);
  clock.advance(proposed.due - clock.now() - MINUTE);
  await signInAgain(ada);
  clock.advance(-MINUTE); // signing in again took one
  expect((await newest(ada.client)).state).toBe('scheduled');
  expect(await versionOf(ada.client)).toBe(before);
  expect((await publishes(ada.client, raise)).status).toBe(409);
  clock.advance(3 * MINUTE);
  await expect.poll(() => versionOf(ada.client), { timeout: 10_000 }).toBe(before + 1);
  expect(await list(ada.client)).toMatchObject({ secondRequired: false });
  expect((await publishes(ada.client, { notes: { level: 'on' } })).status).toBe(200);
  await signInAgain(employee);
  expect((await employee.client.ok('GET', '/policy/versions')).versions[0].approvedBy).toBeUndefined();
});

test('that no second person is asked for any more is approved by another owner, and by nobody else who may publish', async () => {
  const { ada, manager, owner } = await organised('Owners', 'manager', 'owner');
  await require(ada.client, true);
  await require(ada.client, false);
  const off = await newest(ada.client);
  expect(off).toMatchObject({ content: { kind: 'second_off' }, state: 'waiting', alone: false });
  expect(await answer(manager.client, off, 'approved')).toMatchObject({
    ...{ status: 403, body: { error: { field: 'answer' } } },
  });
  expect(await list(ada.client)).toMatchObject({ secondRequired: true });
  expect((await answer(owner.client, off, 'approved')).body).toMatchObject({ secondRequired: false });
  const { ada: only } = await organised('Single', 'manager', 'admin');
  await require(only.client, true);
  await require(only.client, false);
  expect(await newest(only.client), 'others who may publish are no owners').toMatchObject({
    ...{ state: 'scheduled', alone: true },
  });
});

test('a second person can refuse what would turn them off; a refused or withdrawn proposal never holds', async () => {
  const { ada, admin } = await organised('Refused', 'admin');
  await require(ada.client, true);
  await require(ada.client, false);
  expect((await answer(ada.client, await newest(ada.client), 'approved')).status).toBe(403);
  expect((await answer(admin.client, await newest(ada.client), 'refused')).body).toMatchObject({
    secondRequired: true,
  });
  await propose(ada.client);
  expect((await answer(admin.client, await newest(ada.client), 'withdrawn')).status).toBe(403);
  const refused = await answer(admin.client, await newest(ada.client), 'refused');
  expect(refused.body.proposals[0]).toMatchObject({
    state: 'refused',
    steps: [{}, { by: admin.person, reason: 'looked at it' }],
  });
  expect((await answer(admin.client, await newest(ada.client), 'approved')).status).toBe(409);
  await propose(admin.client);
  expect((await answer(admin.client, await newest(ada.client), 'withdrawn')).body.proposals[0].state).toBe('withdrawn');
  expect((await answer(ada.client, await newest(ada.client), 'approved')).status).toBe(409);
  expect(await versionOf(ada.client)).toBe(1);
});

test('who is named as a viewer is approved by an owner, not by whoever may publish less', async () => {
  const { ada, manager } = await organised('Sight', 'manager');
  const viewers = { app: { viewers: ['owner', 'manager'] } };
  await publish(ada.client, { app: { level: 'category', viewers: ['owner'] } });
  await require(ada.client, true);
  expect((await propose(manager.client, viewers)).status).toBe(403);
  // Nobody else may publish this: the owner is alone with it.
  expect((await propose(ada.client, viewers)).body.proposals[0]).toMatchObject({ state: 'scheduled', alone: true });
});

test('a publication at a date: everyone sees it before, nothing of it holds before, and at that moment it does', async () => {
  const { ada, employee } = await organised('Dated', 'employee');
  for (const past of [clock.now() - 1, clock.now() + 366 * DAY])
    expect((await propose(ada.client, raise, past)).body.error).toMatchObject({ field: 'publishAt' });
  expect((await propose(ada.client)).status, 'nothing to wait for').toBe(409);
  const at = clock.now() + 20 * MINUTE;
  await propose(ada.client, raise, at);
  const coming = await employee.client.ok('GET', '/policy/coming');
  expect(coming.scheduled).toMatchObject([
    { due: at, reason: 'customers ask for it', policy: { version: 2, parameters: { title: { level: 'full' } } } },
  ]);
  expect((await employee.client.ok('GET', '/policy')).policy.parameters.title.level).toBe('off');
  clock.advance(19 * MINUTE);
  expect(await versionOf(ada.client)).toBe(1);
  clock.set(30 * MINUTE); // a clock that jumps makes nothing come early
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(await versionOf(ada.client)).toBe(1);
  clock.set(-30 * MINUTE);
  clock.advance(MINUTE);
  await expect.poll(() => versionOf(ada.client), { timeout: 10_000 }).toBe(2);
  const [version] = (await employee.client.ok('GET', '/policy/versions')).versions;
  expect(version.publishedAt).toBeGreaterThanOrEqual(at);
  expect((await employee.client.ok('GET', '/policy/coming')).scheduled).toEqual([]);
});

test('a date survives the end of the server; what fell due meanwhile is published soon after it starts again', async () => {
  const { ada } = await organised('Restarted');
  await propose(ada.client, raise, clock.now() + 10 * MINUTE);
  const [early] = await restart([ada.client]);
  expect(await versionOf(early ?? ada.client)).toBe(1);
  const [late] = await restart([early ?? ada.client], () => clock.advance(10 * MINUTE));
  await expect.poll(() => versionOf(late ?? ada.client), { timeout: 10_000 }).toBe(2);
});

test('what was overtaken is not published, and its author is told; nor what nobody who stands for it may publish any more', async () => {
  const { ada, admin, manager } = await organised('Overtaken', 'admin', 'manager');
  const at = clock.now() + 10 * MINUTE;
  await propose(ada.client, raise, at);
  await publish(ada.client, { notes: { level: 'on' } });
  expect((await newest(ada.client)).state).toBe('overtaken');
  // Whoever was told a date is told that it does not come.
  const { scheduled, dropped } = await manager.client.ok('GET', '/policy/coming');
  expect(scheduled).toEqual([]);
  const { endedAt } = await newest(ada.client);
  expect(dropped).toEqual([{ number: 1, due: at, reason: 'customers ask for it', state: 'overtaken', endedAt }]);
  expect(endedAt).toBe((await ada.client.ok('GET', '/policy/versions')).versions[0].publishedAt);
  await propose(admin.client, raise, at);
  const { teams } = await ada.client.ok('GET', '/teams');
  expect(teams).toEqual([]);
  const changed = { name: 'admin', role: 'employee', teams: [], managesTeams: [] };
  await ada.client.ok('PATCH', `/people/${admin.person}`, changed);
  clock.advance(11 * MINUTE);
  await expect.poll(async () => (await newest(manager.client)).state, { timeout: 10_000 }).toBe('not_published');
  expect((await newest(manager.client)).why).toBe('no_longer_may');
  expect(await versionOf(ada.client)).toBe(2);
  const told = async (): Promise<Json[]> => (await manager.client.ok('GET', '/policy/coming')).dropped;
  expect((await told()).map(({ state }) => state)).toEqual(['not_published', 'overtaken']);
  clock.advance(14 * DAY);
  await signInAgain(manager);
  expect(await told()).toEqual([]);
});

test('where a second person is asked for meanwhile, what was dated before waits for one', async () => {
  const { ada, admin } = await organised('Meanwhile', 'admin');
  await propose(admin.client, raise, clock.now() + 5 * MINUTE);
  await require(ada.client, true);
  expect((await newest(ada.client)).state).toBe('waiting');
  clock.advance(10 * MINUTE);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(await versionOf(ada.client)).toBe(1);
  expect((await answer(ada.client, await newest(ada.client), 'approved')).body.proposals[0].state).toBe('done');
});

test('what is published and does not count yet is told to the person with the moment from which it does', async () => {
  const { ada, employee } = await organised('Running', 'employee');
  await publish(ada.client, {}, { reactionDays: 14 });
  const device = await enrol(server.url, ada.client, employee.person, clock.now());
  clock.advance(MINUTE);
  await publish(ada.client, { notes: { level: 'on' } });
  const coming = await employee.client.ok('GET', '/policy/coming');
  expect(coming).toMatchObject({ scheduled: [], running: [], unread: [{ parameter: 'notes', level: 'on' }] });
  await acknowledgeOn(server.port, ada.client, device);
  const from = (await employee.client.ok('GET', '/policy/coming')).running[0]?.from;
  expect(await employee.client.ok('GET', '/policy/coming')).toMatchObject({
    ...{ scheduled: [], unread: [], running: [{ parameter: 'notes', level: 'on', from }] },
  });
  expect(from).toBeGreaterThan(clock.now() + 14 * DAY - MINUTE);
  expect((await ada.client.ok('GET', '/policy/coming')).running, 'nobody else’s').toEqual([]);
});
