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

// Promise 37: the whole agent on a scripted desktop and the whole server; somebody objects to what is recorded of them at that moment.

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
  await publish(owner.client, { app: { level: 'name' }, title: { level: 'full' }, activity: { level: 'counts' } });
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

const path = (parameter: string): string => `/people/${employee.person}/objections/${parameter}`;
const active = (): string[] =>
  Object.entries(agent.status().parameters).flatMap(([id, { active }]) => (active ? [id] : []));

test('within five seconds of an objection its parameter is off: no sensor is asked, nothing waits, the receipt says so', async () => {
  await agent.handle({ command: 'start', project: null, task: null });
  await eventually(
    'applications and titles are recorded',
    () => active().includes('app') && active().includes('title'),
  );
  await eventually('some of it waits', () => (agent.status().waiting.observations.title ?? 0) > 0);
  const asked = performance.now();
  const view = await employee.client.ok('PUT', path('title'), { grounds: 'They show whom I write to.' });
  expect(view).toMatchObject({
    parameter: 'title',
    state: 'pending',
    grounds: 'They show whom I write to.',
    answer: null,
  });
  await expect
    .poll(async () => (await objections())[0].confirmed, { timeout: WITHIN_MS, interval: 50 })
    .toEqual({ devices: 1, of: 1 });
  expect(performance.now() - asked).toBeLessThan(WITHIN_MS);
  const { parameters, waiting } = agent.status();
  expect(parameters.title).toMatchObject({ active: false, why: 'Off: you have objected to it.' });
  expect(parameters.app.active).toBe(true);
  expect(waiting.observations.title ?? 0).toBe(0);
  const proof = await owner.client.ok('GET', '/policy/proof');
  const title = proof.parameters.find(({ parameter }: Json) => parameter === 'title');
  expect(title).toMatchObject({ requested: 'full', devices: 1, confirmed: 1, active: 0, contradicting: [] });
});

test('what comes afterwards of the parameter is never stored; what the manager sees is why', async () => {
  await setTimeout(2 * SECOND);
  await agent.handle({ command: 'stop' });
  await eventually('it has sent all', () => agent.status().waiting.batches === 0);
  const report = await dayAs(owner.client, 'project_costing');
  expect(report.apps.map(({ title }: Json) => title)).toEqual(report.apps.map(() => null));
  expect(report.absent).toContainEqual({ parameter: 'title', why: 'objected', since: null });
  expect(report.apps.length).toBeGreaterThan(0); // the rest goes on
});

test('an agent that has not heard of it uploads what it recorded before, and nothing of the parameter is stored', async () => {
  await end('title');
  await eventually(
    'it may be recorded again',
    () => agent.status().parameters.title.why !== 'Off: you have objected to it.',
  );
  await agent.handle({ command: 'start', project: null, task: null });
  await eventually('titles wait', () => (agent.status().waiting.observations.title ?? 0) > 0);
  line.cut();
  await employee.client.ok('PUT', path('title'), { grounds: '' });
  await setTimeout(2 * SECOND);
  expect((await objections())[0].confirmed).toEqual({ devices: 0, of: 1 }); // it is not said before the device has
  line.mend();
  await expect.poll(async () => (await objections())[0].confirmed).toEqual({ devices: 1, of: 1 });
  await agent.handle({ command: 'stop' });
  await eventually('it has sent all', () => agent.status().waiting.batches === 0);
  const report = await dayAs(employee.client, 'own_data');
  expect(report.absent).toContainEqual({ parameter: 'title', why: 'objected', since: null });
});

test('an answer switches nothing on; the person’s own end of it does, without anybody else', async () => {
  const officer = await addMember(server, owner.client, 'privacy_officer', {
    name: 'Pia',
    email: 'pia@acme.example.com',
  });
  const [{ revision }] = await objections();
  const answer = { revision, answer: 'refused', words: 'We need titles for the audit.' };
  await officer.client.ok('POST', `${path('title')}/answer`, answer);
  await agent.handle({ command: 'start', project: null, task: null });
  await setTimeout(2 * SECOND);
  expect(active()).not.toContain('title');
  expect(await objections()).toMatchObject([
    { state: 'refused', answer: { byName: 'Pia', words: 'We need titles for the audit.' } },
  ]);
  await end('title');
  await eventually('titles are recorded again', () => active().includes('title'));
  expect(await objections()).toEqual([]);
  await agent.handle({ command: 'stop' });
});

async function end(parameter: string): Promise<void> {
  const of = (await objections()).find((one: Json) => one.parameter === parameter);
  await employee.client.ok('DELETE', `${path(parameter)}?revision=${of.revision}`);
}

async function objections(): Promise<Json> {
  return (await employee.client.ok('GET', `/people/${employee.person}/objections`)).objections;
}

async function dayAs(client: TestOwner['client'], purpose: string): Promise<Json> {
  const day = new Date().toISOString().slice(0, 10);
  return client.ok('GET', `/people/${employee.person}/day?day=${day}&zone=UTC&purpose=${purpose}`);
}
