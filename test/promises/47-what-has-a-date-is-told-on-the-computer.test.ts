import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Agent, createAgent } from '../../agent/core/agent.ts';
import { askNotice, enrol } from '../../agent/core/enrolment.ts';
import { openFolder } from '../../agent/core/files.ts';
import { statusLines } from '../../agent/core/statusWords.ts';
import { createScriptedPlatform } from '../../agent/platform/scripted.ts';
import { createSystemClock } from '../../agent/platform/system.ts';
import { DAY, HOUR, MINUTE } from '../../shared/time.ts';
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
import { eventually } from '../support/daylight.ts';
import { atTheEditor, script } from '../support/days/moments.ts';
import { enrol as enrolDevice } from '../support/enrolled.ts';
import { dial } from '../support/ingestKit.ts';
import { startWire, type Wire } from '../support/wire.ts';

// Promise 47: whoever a raise with a date concerns reads it, with its date, on their own computer: the whole agent and the whole server.

const clock = createSystemClock();
let server: TestServer;
let owner: TestOwner;
let [admin, employee]: Member[] = [];
let line: Wire;
let folder: string;
let agent: Agent;
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  server = await startServer();
  closers.push(() => server.close());
  owner = await server.addOrganisation('Acme');
  await publish(owner.client, { app: { level: 'category' } });
  const add = (role: 'admin' | 'employee') =>
    addMember(server, owner.client, role, { name: role, email: `${role}@acme.example.com` });
  [admin, employee] = [await add('admin'), await add('employee')];
  await owner.client.ok('PUT', '/policy/second-person', { required: true, reason: 'four eyes' });
  line = await startWire(server.url);
  closers.push(line.close);
  const place = await scratch();
  closers.push(() => place[Symbol.asyncDispose]());
  folder = join(place.folder, 'agent');
  await enrolled();
  agent = await started();
  closers.push(() => agent.close());
  await eventually('it is connected', () => agent.status().connection.kind === 'online');
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

const the = (member: Member | undefined): Member => {
  if (member === undefined) throw new Error('nobody was added');
  return member;
};

async function enrolled(): Promise<void> {
  const { client, person } = the(employee);
  const { code } = await client.ok('POST', `/people/${person}/enrolment-codes`, {});
  const invitation = { server: line.url, code, ca: null };
  const deps = { folder, files: await openFolder(folder), clock, random: systemRandom };
  await enrol(deps, invitation, await askNotice(invitation), true);
}

async function started(): Promise<Agent> {
  const platform = createScriptedPlatform(script([...atTheEditor]), clock);
  const indicator = { visible: () => true, say: () => undefined };
  const made = await createAgent({ folder, platform, clock, random: systemRandom, indicator, agentVersion: '0.1.0' });
  made.start();
  return made;
}

async function proposed(parameters: object, publishAt: number | null): Promise<Json> {
  const { policy } = await owner.client.ok('GET', '/policy');
  const change = { baseVersion: policy.version, reason: 'customers ask for it', parameters };
  return (await the(admin).client.ok('POST', '/policy/proposals', { change, publishAt })).proposals[0];
}
const answer = ({ number, hash }: Json, how: string, by = owner.client) =>
  by.ok('PUT', `/policy/proposals/${number}`, { hash, answer: how, reason: 'looked at it' });
const dated = () => agent.status().dated;
const scheduled = () => dated()?.scheduled ?? [];
const terminal = (): string => statusLines(agent.status(), clock.now(), String).join('\n');
const raise = { app: { level: 'name' }, notes: { level: 'on' } };

test('what two people decided is told on the computer with its date and from what to what, and not before', async () => {
  const due = Math.floor(server.clock.now() / MINUTE) * MINUTE + 3 * DAY;
  const proposal = await proposed(raise, due);
  // What waits for a second person may never come: the list that says so has arrived, and names nothing.
  await eventually('it was told that nothing comes', () => dated() !== null);
  expect(scheduled()).toEqual([]);
  expect(terminal()).not.toContain('customers ask for it');

  await answer(proposal, 'approved');
  await eventually('it was told', () => scheduled().length === 1);
  const [one] = scheduled();
  expect(one).toMatchObject({ due, reason: 'customers ask for it' });
  expect(one?.change).toEqual({
    lines: [
      { subject: 'Active application', text: 'Level: category → name', direction: 'more' },
      { subject: 'Notes', text: 'Level: off → on', direction: 'more' },
    ],
    meaning: ['A significant change: what is more waits until you have acknowledged it.'],
  });
  expect(dated()).toMatchObject({ asOf: null, dropped: [], more: 0 });
  const when = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' }).format(due);
  expect(terminal()).toMatch(new RegExp(`Will be published on ${when}, \\d\\d:\\d\\d`));
  expect(terminal()).toContain('Active application · Level: category → name (more)');
  // To be read, and nothing else.
  expect(agent.status().parameters.notes).toMatchObject({ level: 'off', active: false });
  expect(agent.status().policy?.version).toBe(proposal.content.document.version - 1);
});

test('without a network it stays to be read, also after a start, and says of when it is', async () => {
  const before = clock.now();
  line.cut();
  await eventually('it knows that it is cut off', () => agent.status().connection.kind !== 'online');
  expect(scheduled()).toHaveLength(1);
  expect(dated()?.asOf).toBeGreaterThanOrEqual(before - HOUR);
  await agent.close();
  agent = await started();
  expect(scheduled()).toMatchObject([{ reason: 'customers ask for it', change: { lines: [{}, {}] } }]);
  expect(dated()?.asOf).toBeLessThanOrEqual(clock.now());
  expect(terminal()).toContain('when this computer last heard of it');
  line.mend();
  await eventually('it is of now again', () => dated()?.asOf === null);
});

test('what had a date and does not come is said to be dropped, and what was published is no longer coming', async () => {
  const [first] = (await the(admin).client.ok('GET', '/policy/proposals')).proposals;
  await answer(first, 'withdrawn', the(admin).client);
  await eventually('it is dropped', () => dated()?.dropped.length === 1);
  expect(dated()).toMatchObject({ scheduled: [], dropped: [{ state: 'withdrawn', reason: 'customers ask for it' }] });
  expect(terminal()).toContain('Whoever put it forward withdrew it.');

  const next = await proposed({ app: { level: 'name' } }, server.clock.now() + 2 * MINUTE);
  await answer(next, 'approved');
  await eventually('it was told', () => scheduled().length === 1);
  const { version } = next.content.document;
  server.clock.advance(2 * MINUTE);
  await eventually('it was published', () => agent.status().policy?.version === version);
  await eventually('it comes no more', () => scheduled().length === 0);
  expect(agent.status().notice).toMatchObject({ version, acknowledged: false });
});

test('an agent that does not say that it understands it is told nothing of it', async () => {
  const port = Number(new URL(server.url).port);
  const device = await enrolDevice(server.url, owner.client, the(employee).person, server.clock.now());
  for (const knowsComing of [false, true]) {
    await using raw = await dial(port, { knowsComing });
    await raw.hello(device);
    await raw.take('welcome');
    if (knowsComing) expect((await raw.take('coming')).dropped).toMatchObject([{ state: 'withdrawn' }]);
    await answer(await proposed({ title: { level: 'full' } }, server.clock.now() + DAY), 'approved');
    if (knowsComing)
      expect((await raw.take('coming')).scheduled).toMatchObject([{ reason: 'customers ask for it' }, {}]);
    raw.send({ type: 'read_notice', have: null });
    await raw.take('notice');
    expect(raw.frames.some(({ type }) => type === 'coming')).toBe(knowsComing);
  }
});
