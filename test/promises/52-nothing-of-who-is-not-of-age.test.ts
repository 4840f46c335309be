import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parameterIds } from '../../shared/catalog.ts';
import { HOUR, SECOND } from '../../shared/time.ts';
import {
  addMember,
  type Json,
  type Member,
  PASSWORD,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
} from '../support/api.ts';
import { awayFromMidnight, MIDNIGHT_MS } from '../support/awayFromMidnight.ts';
import { eventually } from '../support/daylight.ts';
import { newDevice } from '../support/enrolled.ts';
import { signAs } from '../support/ingestKit.ts';
import { enrolRealAgent, type RealAgent } from '../support/realAgent.ts';
import { type RecordedDay, recordDay } from '../support/recordedDay.ts';

// Promise 52: the whole agent and the whole server, over real sockets; a day of before is stored too.

const UNDER_AGE = 'Off: you are not of age, and so nothing is collected of you.';
const WITHIN_MS = 5 * SECOND;
let server: TestServer;
let owner: TestOwner;
let admin: Member;
let mia: Member;
let real: RealAgent;
let earlier: RecordedDay;

beforeAll(async () => {
  server = await startServer();
  owner = await server.addOrganisation('Acme');
  await publish(owner.client, { app: { level: 'name' }, title: { level: 'full' }, notes: { level: 'on' } });
  admin = await addMember(server, owner.client, 'admin', { name: 'Ada', email: 'ada@example.com', secondFactor: true });
  mia = await addMember(server, owner.client, 'employee', { name: 'Mia', email: 'mia@example.com' });
  earlier = await recordDay(server.data, owner.org, mia.person, server.clock.now() - 30 * HOUR, 2);
  real = await enrolRealAgent(server.url, mia, true);
  await retire(earlier.device.record.device); // it is not there to confirm anything
  await awayFromMidnight();
}, 60_000 + MIDNIGHT_MS);
afterAll(async () => {
  await real[Symbol.asyncDispose]();
  await server.close();
});

const path = (): string => `/people/${mia.person}/age`;
const retire = (device: string) => mia.client.ok('DELETE', `/people/${mia.person}/devices/${device}`);
const age = async (): Promise<Json> => mia.client.ok('GET', path());
const say = (minor: boolean, more: object = {}) =>
  owner.client.send('PUT', path(), { minor, words: 'She showed us her school card.', password: PASSWORD, ...more });
const active = (): string[] =>
  Object.entries(real.agent.status().parameters).flatMap(([id, one]) => (one.active ? [id] : []));
const held = async (): Promise<string[]> => {
  const { parameters } = await mia.client.ok('GET', `/people/${mia.person}/held`);
  return parameters.map(({ parameter }: Json) => parameter);
};

test('nobody enrols a computer without saying that they are of age; that is signed, and on record', async () => {
  const { code } = await mia.client.ok('POST', `/people/${mia.person}/enrolment-codes`, {});
  const device = newDevice();
  const { device: id, publicKey } = device.record;
  const said = { code, device: id, publicKey, acknowledgedNotice: null, at: server.clock.now() };
  const enrol = (more: object) =>
    mia.client.send('POST', '/enrolment', {
      enrolment: signAs(device, 'daylight/enrolment/v1', { ...said, ...more }),
    });
  for (const silent of [{}, { ofAge: false }]) {
    const refused = await enrol(silent);
    expect([refused.status, refused.body.error.message]).toEqual([400, expect.stringContaining('ofAge')]);
  }
  expect((await enrol({ ofAge: true })).status).toBe(201); // the code was still good
  const { events } = await owner.client.ok('GET', '/security-events');
  const enrolled = events.find(({ kind }: Json) => kind === 'device_enrolled');
  expect(enrolled).toMatchObject({ person: mia.person, detail: expect.stringContaining('said that they are of age') });
  await retire(id);
});

test('it takes the password of who says it, and nobody says it of themself', async () => {
  await real.agent.handle({ command: 'start', project: null, task: null });
  await eventually('titles are recorded', () => active().includes('title'));
  expect((await say(true, { password: 'not the right one' })).status).toBe(401);
  const own = { minor: true, words: 'I am not.', password: PASSWORD };
  expect((await mia.client.send('PUT', path(), own)).status).toBe(403);
  expect((await admin.client.send('PUT', `/people/${admin.person}/age`, own)).status).toBe(403);
  expect(await age()).toMatchObject({ minor: null, erasures: [] });
  expect(active()).toContain('title');
});

test('within five seconds nothing is collected on any device, and the deletion of all that was has begun', async () => {
  await eventually('some of it waits', () => (real.agent.status().waiting.observations.title ?? 0) > 0);
  expect(await held()).toEqual(expect.arrayContaining(['session', 'title', 'notes', 'screenshot']));
  const asked = performance.now();
  const said = await say(true);
  expect(said.status).toBe(200);
  expect(said.body.minor).toMatchObject({ byName: 'Acme Owner', words: 'She showed us her school card.' });
  expect(said.body.erasures).toMatchObject([{ parameters: parameterIds }]);
  await expect
    .poll(async () => (await age()).confirmed, { timeout: WITHIN_MS, interval: 50 })
    .toEqual({ devices: 1, of: 1 });
  expect(performance.now() - asked).toBeLessThan(WITHIN_MS);
  expect(active()).toEqual([]);
  // That the session has ended is told yet, and not kept: it ended within what is erased.
  const { session: _end, ...waiting } = real.agent.status().waiting.observations;
  expect(Object.values(waiting).filter((count) => count > 0)).toEqual([]);
  expect(real.agent.status().parameters.title.why).toBe(UNDER_AGE);
  expect(await real.agent.handle({ command: 'notice' }), 'nothing to acknowledge').not.toHaveProperty('news');
});

test('it is called gone once it was looked for again, and nothing comes after it', async () => {
  await expect
    .poll(async () => (await age()).erasures.map(({ state }: Json) => state), { timeout: 60 * SECOND })
    .toEqual(['verified']);
  expect(await held()).toEqual([]);
  const day = await mia.client.ok('GET', `/people/${mia.person}/day?day=${earlier.day}&zone=UTC&purpose=own_data`);
  expect([day.sessions, day.apps, day.notes, day.screenshots]).toEqual([[], [], [], []]);
  expect(
    (await mia.client.send('GET', `/people/${mia.person}/screenshots/${earlier.image}?purpose=own_data`)).status,
  ).toBe(404);
  await real.agent.handle({ command: 'start', project: 'Website', task: null });
  await setTimeout(2 * SECOND);
  expect(await held()).toEqual([]);
  const { erasures } = await mia.client.ok('GET', `/people/${mia.person}/erasures`);
  expect(erasures).toMatchObject([{ why: 'minor', state: 'verified' }]);
  const { events } = await owner.client.ok('GET', '/security-events');
  const kinds = events.map(({ kind }: Json) => kind);
  for (const kind of ['minor_said', 'age_refused', 'refused_age']) expect(kinds).toContain(kind);
});

test('taken back, nothing is collected before the notice is acknowledged anew; and nothing of before is there', async () => {
  expect((await say(true)).status).toBe(409);
  expect((await say(false)).body).toMatchObject({ minor: null });
  await eventually('the computer has heard of it', () => real.agent.status().parameters.title.why !== UNDER_AGE);
  await real.agent.handle({ command: 'start', project: null, task: null });
  await setTimeout(2 * SECOND);
  expect(active()).toEqual([]);
  const { version } = (await owner.client.ok('GET', '/policy')).policy;
  expect(await real.agent.handle({ command: 'accept_notice', version })).toMatchObject({ ok: true });
  await eventually('titles may be recorded', async () => {
    await real.agent.handle({ command: 'start', project: null, task: null });
    return active().includes('title');
  });
  const day = await mia.client.ok('GET', `/people/${mia.person}/day?day=${earlier.day}&zone=UTC&purpose=own_data`);
  expect([day.sessions, day.apps, day.notes]).toEqual([[], [], []]);
});

test('what they have had restricted is kept until it is restricted no more, and then goes too', async () => {
  const ben = await addMember(server, owner.client, 'employee', { name: 'Ben', email: 'ben@example.com' });
  await recordDay(server.data, owner.org, ben.person, server.clock.now() - 30 * HOUR, 2);
  const restriction = `/people/${ben.person}/restrictions/notes`;
  const { revision } = await ben.client.ok('PUT', restriction, { ground: 'claims', words: '' });
  const body = { minor: true, words: 'He is sixteen.', password: PASSWORD };
  const said = await owner.client.ok('PUT', `/people/${ben.person}/age`, body);
  expect(said.restricted).toEqual(['notes']);
  const bensHeld = async (): Promise<string[]> =>
    (await ben.client.ok('GET', `/people/${ben.person}/held`)).parameters.map(({ parameter }: Json) => parameter);
  await expect.poll(bensHeld, { timeout: 60 * SECOND }).toEqual(['notes']);
  await ben.client.ok('DELETE', `${restriction}?revision=${revision}`);
  await expect.poll(bensHeld, { timeout: 60 * SECOND }).toEqual([]);
});
