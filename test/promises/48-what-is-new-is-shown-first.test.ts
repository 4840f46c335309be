import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Agent, createAgent } from '../../agent/core/agent.ts';
import { askNotice, enrol } from '../../agent/core/enrolment.ts';
import { openFolder } from '../../agent/core/files.ts';
import { createScriptedPlatform } from '../../agent/platform/scripted.ts';
import { createSystemClock } from '../../agent/platform/system.ts';
import { scratch, systemRandom } from '../support/agentKit.ts';
import {
  addMember,
  createClient,
  type Member,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
} from '../support/api.ts';
import { eventually } from '../support/daylight.ts';
import { atTheEditor, script } from '../support/days/moments.ts';
import { enrolmentBy, newDevice } from '../support/enrolled.ts';
import { dial } from '../support/ingestKit.ts';
import { startWire, type Wire } from '../support/wire.ts';

// Promise 48: who has to acknowledge a changed notice is shown first what is new in it, against the one that they acknowledged last on any
// computer, and then all of it: the whole agent and the whole server.

const clock = createSystemClock();
let server: TestServer;
let owner: TestOwner;
let employee: Member | undefined;
let line: Wire;
let agent: Agent;
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  server = await startServer();
  closers.push(() => server.close());
  owner = await server.addOrganisation('Acme');
  await publish(owner.client, { app: { level: 'category' }, notes: { level: 'on' } });
  const add = (role: 'employee') =>
    addMember(server, owner.client, role, { name: role, email: `${role}@acme.example.com` });
  employee = await add('employee');
  line = await startWire(server.url);
  closers.push(line.close);
  agent = await onANewComputer();
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

const the = (member: Member | undefined): Member => {
  if (member === undefined) throw new Error('nobody was added');
  return member;
};

async function onANewComputer(): Promise<Agent> {
  const place = await scratch();
  closers.push(() => place[Symbol.asyncDispose]());
  const folder = join(place.folder, 'agent');
  const { client, person } = the(employee);
  const { code } = await client.ok('POST', `/people/${person}/enrolment-codes`, {});
  const invitation = { server: line.url, code, ca: null };
  const deps = { folder, files: await openFolder(folder), clock, random: systemRandom };
  await enrol(deps, invitation, await askNotice(invitation), true);
  const platform = createScriptedPlatform(script([...atTheEditor]), clock);
  const indicator = { visible: () => true, say: () => undefined };
  const made = await createAgent({ folder, platform, clock, random: systemRandom, indicator, agentVersion: '0.1.0' });
  closers.push(() => made.close());
  made.start();
  await eventually('it is connected', () => made.status().connection.kind === 'online');
  return made;
}

async function read(on: Agent, language = 'en') {
  const answer = await on.handle({ command: 'notice', language });
  if (!answer.ok || answer.notice === undefined) throw new Error('there is no notice');
  return { notice: answer.notice, news: answer.news };
}

async function accept(on: Agent): Promise<void> {
  const { notice } = await read(on);
  expect(await on.handle({ command: 'accept_notice', version: notice.version, hash: notice.hash })).toMatchObject({
    ok: true,
  });
  await eventually('it counts', () => on.status().notice?.acknowledged === true);
}
const waits = (on: Agent) => eventually('a notice waits', () => on.status().notice?.acknowledged === false);

test('what is new stands before the text, from what to what, and goes when it is acknowledged', async () => {
  expect((await read(agent)).news).toBeUndefined();
  const known = agent.status().notice?.version;
  await publish(owner.client, { app: { level: 'name', retentionDays: 20 }, notes: { level: 'off' } });
  await waits(agent);
  const { news, notice } = await read(agent);
  expect(news).toMatchObject({ language: 'en', title: 'What is new for you', whole: 'The whole notice' });
  expect(news?.lead).toContain(`Compared with notice ${known}, which you acknowledged on `);
  expect(news?.change?.lines).toEqual([
    { subject: 'Active application', text: 'Level: category → name', direction: 'more' },
    { subject: 'Active application', text: 'Kept: 60 days → 20 days', direction: 'less' },
    { subject: 'Notes', text: 'Level: on → off', direction: 'less' },
  ]);
  expect(news?.change?.meaning).toEqual([
    'A significant change: what is more waits until you have acknowledged it.',
    expect.stringContaining('outside your organisation'),
  ]);
  expect(notice.collected.map(({ parameter }) => parameter)).toContain('app');
  const german = await read(agent, 'de');
  expect(german.news).toMatchObject({ language: 'de', title: 'Was für Sie neu ist' });
  expect(german.news?.change?.lines[0]).toEqual({
    ...{ subject: 'Aktives Programm', text: 'Stufe: Art → Name', direction: 'mehr' },
  });
  await accept(agent);
  expect((await read(agent)).news).toBeUndefined();
});

test('it is compared with what was acknowledged last on any computer, also of two changes at once', async () => {
  const other = await onANewComputer();
  const known = agent.status().notice?.version;
  await publish(owner.client, { title: { level: 'redacted' } });
  await publish(owner.client, { title: { level: 'full' } });
  for (const one of [agent, other]) await waits(one);
  await eventually('both changes are there', async () => {
    return (await read(other)).news?.change?.lines[0]?.text === 'Level: off → full';
  });
  expect((await read(agent)).news?.lead).toContain(`notice ${known},`);
  await accept(agent);
  await eventually('the other computer knows', async () => (await read(other)).news?.change === null);
  expect((await read(other)).news?.lead).toMatch(
    new RegExp(`Compared with notice ${(known ?? 0) + 2}, .* are as you know them\\. Whether it is given to others .*`),
  );
  // What was acknowledged on one computer lifts nothing on another.
  expect(other.status().notice?.acknowledged).toBe(false);
});

test('without a network it is compared with what was acknowledged before, and nothing is made up where that is not known', async () => {
  await publish(owner.client, { url: { level: 'domain' } });
  await eventually('a notice waits', () => agent.status().notice?.acknowledged === false);
  line.cut();
  await eventually('it is cut off', () => agent.status().connection.kind !== 'online');
  expect((await read(agent)).news?.change?.lines).toMatchObject([{ text: 'Level: off → domain' }]);
  line.mend();
});

test('who has acknowledged none is told that, and an agent that does not know the frame is not sent it', async () => {
  const { client, person } = the(employee);
  const mia = await addMember(server, owner.client, 'employee', { name: 'Mia', email: 'mia@acme.example.com' });
  const port = Number(new URL(server.url).port);
  const devices: [string, number | null][] = [
    [mia.person, null],
    [person, agent.status().notice?.version ?? null],
  ];
  expect(client).not.toBe(mia.client);
  for (const [whose, version] of devices) {
    const { code } = await owner.client.ok('POST', `/people/${whose}/enrolment-codes`, {});
    const device = newDevice();
    const enrolment = enrolmentBy(device, code, version, server.clock.now());
    const { body } = await createClient(server.url, 'agent').send('POST', '/enrolment', { enrolment });
    const known = { ...device, record: { ...device.record, org: body.org, person: body.person } };
    for (const knowsComing of [false, true]) {
      await using raw = await dial(port, { knowsComing });
      await raw.hello(known);
      await raw.take('welcome');
      if (knowsComing) expect((await raw.take('last_notice')).notice?.version ?? null).toBe(version);
      raw.send({ type: 'read_notice', have: null });
      await raw.take('notice');
      expect(raw.frames.some(({ type }) => type === 'last_notice')).toBe(knowsComing);
    }
  }
});
