import { afterAll, beforeAll, expect, test } from 'vitest';
import { parameterIds } from '../../shared/catalog.ts';
import type { ReceiptPayload, ReceiptState } from '../../shared/protocol/messages.ts';
import {
  addMember,
  type Client,
  type Json,
  type Member,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
} from '../support/api.ts';
import { enrol } from '../support/enrolled.ts';
import { batch, dial, type RawAgent, receiptBy } from '../support/ingestKit.ts';

// Promise 39: who consented is for the person alone to know. Mia gives a consent and takes it back; Emma never decides.

let it: TestServer;
let owner: TestOwner;
let manager: Member;
let others: readonly Client[];
let mia: Worker;
let emma: Worker;

type Worker = Member & { readonly device: Awaited<ReturnType<typeof enrol>>; readonly agent: RawAgent; seq: number };

beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Acme');
  await publish(owner.client, { app: { level: 'name' }, activity: { level: 'counts', basis: 'consent' } });
  const { id: team } = await owner.client.ok('POST', '/teams', { name: 'Sales' });
  const join = (role: string, name: string, more: object = {}) =>
    addMember(it, owner.client, role as 'employee', { name, email: `${name.toLowerCase()}@acme.example.com`, ...more });
  manager = await join('manager', 'Max', { managesTeams: [team] });
  const admin = await join('admin', 'Ada');
  const officer = await join('privacy_officer', 'Pia');
  others = [owner.client, manager.client, admin.client, officer.client];
  mia = await working(await join('employee', 'Mia', { teams: [team] }));
  emma = await working(await join('employee', 'Emma', { teams: [team] }));
});
afterAll(() => it.close());

async function working(member: Member): Promise<Worker> {
  const device = await enrol(it.url, member.client, member.person, it.clock.now());
  const agent = await dial(it.server.port);
  await agent.hello(device, { at: it.clock.now() });
  await agent.take('welcome');
  return { ...member, device, agent, seq: 0 };
}

const receiptPath = ({ person, device }: Worker) => `/people/${person}/devices/${device.record.device}/receipt`;
const off = (reason: ReceiptState['reason'], waiting = 0) => ({ state: 'off', level: 'off', reason, waiting }) as const;
const counting = (waiting: number) => ({ state: 'active', level: 'counts', reason: null, waiting }) as const;

/** What the computer signs of activity, which rests on consent; of all else it says the same of everybody. */
async function says(worker: Worker, activity: ReceiptState): Promise<void> {
  it.clock.advance(1_000);
  const at = it.clock.now();
  const { policy, hash } = await owner.client.ok('GET', '/policy');
  const parameters = Object.fromEntries(
    parameterIds.map((id) => [id, id === 'activity' ? activity : off(id === 'app' ? 'session' : 'policy')]),
  ) as ReceiptPayload['parameters'];
  worker.agent.send({
    type: 'receipt',
    receipt: receiptBy(worker.device, { document: policy, hash }, { at, parameters }),
  });
  const kept = async () => (await worker.client.ok('GET', receiptPath(worker))).parameters.activity;
  await expect.poll(kept).toEqual(activity);
}

async function drops(worker: Worker): Promise<void> {
  worker.seq += 1;
  const dropped = [{ parameter: 'activity', cause: 'idle_not_kept', count: 3 }];
  worker.agent.send({ ...batch(worker.agent, worker.seq, null, []), dropped });
  await worker.agent.take('ack');
}

async function decides({ client, person }: Worker, method: 'PUT' | 'DELETE'): Promise<void> {
  const path = `/people/${person}/consents`;
  const { consents } = await client.ok('GET', path);
  const { shown } = consents.find((one: Json) => one.parameter === 'activity');
  await client.ok(method, `${path}/activity`, method === 'PUT' ? { shown } : undefined);
}

/** All that others read of somebody, without what names them or moves with the clock. */
async function toldTo(reader: Client, worker: Worker): Promise<unknown> {
  const { person } = worker;
  const read = async (path: string) => {
    const { status, body } = await reader.send('GET', path);
    return [status, body];
  };
  const told = await Promise.all(
    [`/people/${person}/devices`, receiptPath(worker), `/people/${person}/layers`].map(read),
  );
  const moves = ['id', 'person', 'device', 'devicePublicKey', 'at', 'receivedAt', 'enrolledAt', 'message'];
  return JSON.parse(JSON.stringify(told, (key, value: unknown) => (moves.includes(key) ? undefined : value)));
}

test('who consented, and who took it back, reads to everybody else like who was never asked', async () => {
  await says(emma, off('consent'));
  const whatIsSaid: (() => Promise<void>)[] = [
    () => says(mia, off('consent')),
    async () => {
      await decides(mia, 'PUT');
      await says(mia, counting(640));
    },
    () => says(mia, off('sensor_unavailable')),
    () => says(mia, off('acknowledgement')),
    () => drops(mia),
    async () => {
      await decides(mia, 'DELETE');
      await says(mia, off('consent'));
    },
  ];
  for (const [step, happens] of whatIsSaid.entries()) {
    await happens();
    for (const reader of others) expect([step, await toldTo(reader, mia)]).toEqual([step, await toldTo(reader, emma)]);
  }
});

test('others read that it rests on consent, and get no signed receipt of it; the person gets all of it', async () => {
  const theirs = await manager.client.ok('GET', receiptPath(mia));
  expect(theirs).toMatchObject({ withheld: ['activity'], receipt: null, discarded: [], dropped: [] });
  expect([theirs.parameters.app?.reason, 'activity' in theirs.parameters, 'activity' in theirs.switches]).toEqual([
    'session',
    ...[false, false],
  ]);
  const own = await mia.client.ok('GET', receiptPath(mia));
  expect(own).toMatchObject({ withheld: [], parameters: { activity: { reason: 'consent' } } });
  expect(own.dropped).toEqual([{ parameter: 'activity', cause: 'idle_not_kept', count: 3 }]);
  expect(JSON.parse(own.receipt.payload).parameters.activity.reason).toBe('consent');
});

test('that somebody consented is among no events of security that others read', async () => {
  for (const reader of [others[0], others[2], others[3]]) {
    const { events } = (await reader?.ok('GET', '/security-events')) ?? { events: [] };
    expect(events.length).toBeGreaterThan(3);
    expect(events.filter(({ kind, detail }: Json) => /consent/.test(`${kind} ${detail}`))).toEqual([]);
  }
});

test('on how many computers it runs is said of five people or more', async () => {
  const running = async () => {
    const { parameters } = await owner.client.ok('GET', '/policy/proof');
    return parameters.flatMap((one: Json) => (['activity', 'app'].includes(one.parameter) ? [one.active] : []));
  };
  expect(await running()).toEqual([null, 0]);
  for (const name of ['Ann', 'Bob', 'Cem']) {
    const email = `${name.toLowerCase()}@acme.example.com`;
    await working(await addMember(it, owner.client, 'employee', { name, email }));
  }
  expect(await running()).toEqual([0, 0]);
});

test('while old terms that rest on consent stay for somebody, others are told no more than before', async () => {
  await publish(owner.client, { activity: { level: 'off', basis: 'legitimate_interest' } });
  await says(mia, off('policy'));
  const theirs = await manager.client.ok('GET', receiptPath(mia));
  expect(theirs).toMatchObject({ withheld: ['activity'], receipt: null, dropped: [] });
  expect((await mia.client.ok('GET', receiptPath(mia))).dropped).toHaveLength(1);
});
