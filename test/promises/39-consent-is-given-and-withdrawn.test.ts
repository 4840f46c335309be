import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Agent, createAgent } from '../../agent/core/agent.ts';
import { askNotice, enrol } from '../../agent/core/enrolment.ts';
import { openFolder } from '../../agent/core/files.ts';
import { createScriptedPlatform, type ScriptedPlatform } from '../../agent/platform/scripted.ts';
import { createSystemClock } from '../../agent/platform/system.ts';
import { SECOND } from '../../shared/time.ts';
import { scratch, systemRandom } from '../support/agentKit.ts';
import {
  addMember,
  type Json,
  type Member,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
} from '../support/api.ts';
import { awayFromMidnight, MIDNIGHT_MS } from '../support/awayFromMidnight.ts';
import { eventually } from '../support/daylight.ts';
import { atTheEditor, script, typing } from '../support/days/moments.ts';
import { startWire, type Wire } from '../support/wire.ts';

// Promises 7 and 39: the whole agent on a scripted desktop and the whole server; titles rest on consent.

const clock = createSystemClock();
const WITHIN_MS = 5 * SECOND;
let server: TestServer;
let owner: TestOwner;
let employee: Member;
let line: Wire;
let platform: ScriptedPlatform;
let agent: Agent;
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  server = await startServer();
  closers.push(() => server.close());
  owner = await server.addOrganisation('Acme');
  const consent = { level: 'full', basis: 'consent' };
  await publish(owner.client, { app: { level: 'name' }, title: consent, activity: { level: 'counts' } });
  employee = await addMember(server, owner.client, 'employee', { name: 'Mia', email: 'mia@acme.example.com' });
  line = await startWire(server.url);
  closers.push(line.close);
  agent = await enrolled();
  await awayFromMidnight(); // what is shown is today
}, 60_000 + MIDNIGHT_MS);
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

async function enrolled(): Promise<Agent> {
  const place = await scratch();
  closers.push(() => place[Symbol.asyncDispose]());
  const folder = join(place.folder, 'agent');
  const { code } = await employee.client.ok('POST', `/people/${employee.person}/enrolment-codes`, {});
  const invitation = { server: line.url, code, ca: null };
  const deps = { folder, files: await openFolder(folder), clock, random: systemRandom };
  await enrol(deps, invitation, await askNotice(invitation), true);
  const day = script([...atTheEditor, typing]);
  platform = createScriptedPlatform(day, clock);
  const indicator = { visible: () => true, say: () => undefined };
  const made = await createAgent({ folder, platform, clock, random: systemRandom, indicator, agentVersion: '0.1.0' });
  closers.push(() => made.close());
  made.start();
  await eventually('it is connected', () => made.status().connection.kind === 'online');
  return made;
}

const path = (): string => `/people/${employee.person}/consents`;
const active = (): string[] =>
  Object.entries(agent.status().parameters).flatMap(([id, { active }]) => (active ? [id] : []));
const isTitleOn = (): boolean => active().includes('title');
const asks = () => agent.status().consents[0];

test('nothing of what rests on consent is recorded of who has given none, and the person is told why', async () => {
  await agent.handle({ command: 'start', project: null, task: null });
  await eventually('applications are recorded', () => active().includes('app'));
  expect(agent.status().parameters.title).toMatchObject({
    active: false,
    why: 'Off: it rests on your consent, and you have given none.',
  });
  await setTimeout(2 * SECOND);
  await agent.handle({ command: 'stop' });
  await eventually('it has sent all', () => agent.status().waiting.batches === 0);
  const report = await dayAs(employee.client, 'own_data');
  expect(report.apps.length).toBeGreaterThan(0);
  expect(report.absent).toContainEqual({ parameter: 'title', why: 'not_consented', since: null });
});

test('nobody else is told who consented: on day, week and today they read the same of everybody', async () => {
  const day = new Date().toISOString().slice(0, 10);
  const rest = `zone=UTC&purpose=project_costing`;
  const { absent } = await dayAs(owner.client, 'project_costing');
  const week = await owner.client.ok('GET', `/people/${employee.person}/week?from=${day}&${rest}`);
  const today = await owner.client.ok('GET', `/today?${rest}`);
  expect(JSON.stringify([absent, week, today])).not.toContain('not_consented');
  expect(absent).toContainEqual({ parameter: 'title', why: 'rests_on_consent', since: null });
  // Who has given it, and of whom nothing is recorded, reads the same.
  const ada = await addMember(server, owner.client, 'employee', { name: 'Ada', email: 'ada@acme.example.com' });
  const hers = `/people/${ada.person}`;
  const { consents: asked } = await ada.client.ok('GET', `${hers}/consents`);
  for (const consented of [false, true]) {
    if (consented) await ada.client.ok('PUT', `${hers}/consents/title`, { shown: asked[0].shown });
    const seen = await owner.client.ok('GET', `${hers}/day?day=${day}&${rest}`);
    expect(seen.absent).toContainEqual({ parameter: 'title', why: 'rests_on_consent', since: null });
  }
});

test('one request gives it, naming what was shown; it is kept with the level, the purpose and the notice', async () => {
  const [asked] = await consents();
  expect(asked).toMatchObject({ parameter: 'title', level: 'full', given: null, counts: 'none', noticeVersion: 2 });
  const refused = await employee.client.send('PUT', `${path()}/title`, { shown: 'a'.repeat(64) });
  expect(refused).toMatchObject({ status: 409 });
  const given = await employee.client.ok('PUT', `${path()}/title`, { shown: asked.shown });
  expect(given).toMatchObject({ counts: 'all', given: { level: 'full', purpose: asked.purpose, noticeVersion: 2 } });
  await agent.handle({ command: 'start', project: null, task: null });
  await eventually('titles are recorded', isTitleOn);
  await eventually('some of it waits', () => (agent.status().waiting.observations.title ?? 0) > 0);
});

test('one request withdraws it: within five seconds no title is read, none waits, and the receipt says so', async () => {
  const asked = performance.now();
  await employee.client.ok('DELETE', `${path()}/title`);
  await expect
    .poll(async () => (await consents())[0].confirmedOff, { timeout: WITHIN_MS, interval: 50 })
    .toEqual({ devices: 1, of: 1 });
  expect(performance.now() - asked).toBeLessThan(WITHIN_MS);
  expect(isTitleOn()).toBe(false);
  expect(agent.status().waiting.observations.title ?? 0).toBe(0);
  expect(active()).toContain('app'); // the rest goes on
  expect(await employee.client.send('DELETE', `${path()}/title`)).toMatchObject({ status: 404 });
});

test('withdrawn while a computer cannot hear of it: what that uploads afterwards is not stored', async () => {
  const before = await titles();
  await employee.client.ok('PUT', `${path()}/title`, { shown: (await consents())[0].shown });
  await eventually('titles are recorded again', isTitleOn);
  await eventually('titles wait', () => (agent.status().waiting.observations.title ?? 0) > 0);
  line.cut();
  await employee.client.ok('DELETE', `${path()}/title`);
  await setTimeout(2 * SECOND);
  expect((await consents())[0].confirmedOff).toEqual({ devices: 0, of: 1 });
  line.mend();
  await expect.poll(async () => (await consents())[0].confirmedOff).toEqual({ devices: 1, of: 1 });
  await agent.handle({ command: 'stop' });
  await eventually('it has sent all', () => agent.status().waiting.batches === 0);
  expect(await titles()).toEqual(before);
});

test('in the window as in the console: one step on the computer gives it, one takes it back, and the server has both, signed', async () => {
  const before = (await employee.client.ok('GET', `/people/${employee.person}/consents`)).consents[0];
  await agent.handle({ command: 'start', project: null, task: null });
  expect(asks()).toMatchObject({ parameter: 'title', counts: 'none', shown: before.shown });
  expect(await agent.handle({ command: 'consent', parameter: 'title', shown: 'f'.repeat(64) })).toMatchObject({
    ok: false,
    kind: 'refused',
  });
  expect(await agent.handle({ command: 'consent', parameter: 'title', shown: before.shown })).toMatchObject({
    ok: true,
  });
  await eventually('titles are recorded again', isTitleOn);
  expect(asks()).toMatchObject({ counts: 'all' });
  expect((await consents())[0]).toMatchObject({ counts: 'all', given: { level: 'full' } });
  await eventually('some of it waits', () => (agent.status().waiting.observations.title ?? 0) > 0);

  expect(await agent.handle({ command: 'withdraw_consent', parameter: 'title' })).toMatchObject({ ok: true });
  expect([isTitleOn(), agent.status().waiting.observations.title ?? 0, asks()?.counts]).toEqual([false, 0, 'none']);
  await expect.poll(async () => (await consents())[0].counts).toBe('none');
  expect(await agent.handle({ command: 'withdraw_consent', parameter: 'title' })).toMatchObject({
    ok: false,
    kind: 'refused',
  });
});

test('withdrawn on a computer that cannot tell the server: it has stopped at once, and the server hears of it with the next connection', async () => {
  await agent.handle({ command: 'consent', parameter: 'title', shown: asks()?.shown ?? '' });
  await eventually('titles are recorded again', isTitleOn);
  line.cut();
  await eventually('it is cut off', () => agent.status().connection.kind !== 'online');
  await agent.handle({ command: 'withdraw_consent', parameter: 'title' });
  expect([isTitleOn(), agent.status().waiting.observations.title ?? 0]).toEqual([false, 0]);
  expect(await agent.handle({ command: 'consent', parameter: 'title', shown: asks()?.shown ?? '' })).toMatchObject({
    ok: false,
    kind: 'refused',
  });
  expect((await consents())[0].counts).toBe('all');
  line.mend();
  await expect.poll(async () => (await consents())[0].counts).toBe('none');
  await agent.handle({ command: 'stop' });
  await eventually('it has sent all', () => agent.status().waiting.batches === 0);
});

test('a consent is for its purpose and its level: with another purpose nothing is recorded, and more has to be asked for', async () => {
  await publish(owner.client, { title: { level: 'redacted' } });
  const [less] = await consents();
  await employee.client.ok('PUT', `${path()}/title`, { shown: less.shown });
  await publish(owner.client, { title: { level: 'full' } });
  expect(await consents()).toMatchObject([{ level: 'full', counts: 'less', given: { level: 'redacted' } }]);
  await publish(owner.client, { title: { purpose: 'support' } });
  expect(await consents()).toMatchObject([{ counts: 'other' }]);
});

async function consents(): Promise<Json> {
  return (await employee.client.ok('GET', path())).consents;
}

/** What the person themself is shown of titles today. */
async function titles(): Promise<Json> {
  const report = await dayAs(employee.client, 'own_data');
  return [...new Set(report.apps.map(({ title }: Json) => title))].toSorted();
}

async function dayAs(client: TestOwner['client'], purpose: string): Promise<Json> {
  const day = new Date().toISOString().slice(0, 10);
  return client.ok('GET', `/people/${employee.person}/day?day=${day}&zone=UTC&purpose=${purpose}`);
}
