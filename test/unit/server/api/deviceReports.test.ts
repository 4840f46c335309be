import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { catalog, type ParameterId, parameterIds } from '../../../../shared/catalog.ts';
import type { DeviceView } from '../../../../shared/protocol/http/devices.ts';
import type { ReceiptPayload, ReceiptState } from '../../../../shared/protocol/messages.ts';
import {
  addMember,
  type Client,
  type Member,
  startServer,
  type TestOwner,
  type TestServer,
} from '../../../support/api.ts';
import { enrol } from '../../../support/enrolled.ts';
import { dial, receiptBy } from '../../../support/ingestKit.ts';

type Agent = Awaited<ReturnType<typeof dial>>;
type States = Partial<Record<ParameterId, Partial<ReceiptState>>>;

let it: TestServer;
let owner: TestOwner;
let admin: Member;
let mia: Member;
let device: Awaited<ReturnType<typeof enrol>>;
let agent: Agent;

beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Reporting');
  admin = await addMember(it, owner.client, 'admin', { name: 'Ada', email: 'ada@reporting.example.com' });
  mia = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@reporting.example.com' });
});
afterAll(() => it.close());

beforeEach(async () => {
  device = await enrol(it.url, mia.client, mia.person, it.clock.now());
  agent = await dial(it.server.port);
  await agent.hello(device, { at: it.clock.now() });
  await agent.take('welcome');
  return () => agent.ws.terminate();
});

const viewOf = async (client: Client): Promise<DeviceView> =>
  (await client.ok('GET', `/people/${mia.person}/devices`)).devices.find(
    ({ id }: DeviceView) => id === device.record.device,
  );

const active = { state: 'active', reason: null } as const;
const off = (reason: ReceiptState['reason']) => ({ state: 'off', level: 'off', reason }) as const;

/** What the device signs: of what is not named, it is off by the policy. Returns when it had not yet. */
async function report(states: States, tracking = true): Promise<number> {
  it.clock.advance(1_000);
  const parameters = Object.fromEntries(
    parameterIds.map((id) => [id, { ...off('policy'), waiting: 0, ...states[id] }]),
  ) as ReceiptPayload['parameters'];
  const { policy, hash } = await owner.client.ok('GET', '/policy');
  const at = it.clock.now();
  agent.send({ type: 'receipt', receipt: receiptBy(device, { document: policy, hash }, { at, tracking, parameters }) });
  await expect.poll(async () => (await viewOf(mia.client)).queue?.at ?? 0).toBeGreaterThanOrEqual(at);
  return at;
}

test('a device that has signed nothing is said nothing of, nor is a retired one', async () => {
  expect(await viewOf(mia.client)).toMatchObject({ sensors: null, queue: null });
  await report({ app: { ...active, level: 'name' } });
  expect((await viewOf(owner.client)).sensors).not.toBeNull();
  await owner.client.ok('DELETE', `/people/${mia.person}/devices/${device.record.device}`);
  for (const client of [mia.client, owner.client])
    expect(await viewOf(client)).toMatchObject({ status: 'retired', sensors: null, queue: null });
});

test('its person sees exactly what works, what cannot, what waited, and when it said so', async () => {
  const before = await report({
    session: { ...active, level: 'on', waiting: 1 },
    activity: { ...active, level: 'counts', waiting: 2 },
    app: { ...active, level: 'name', waiting: 40 },
    url: { ...off('sensor_unavailable') },
    screenshot: { ...off('sensor_unavailable') },
    title: { ...off('acknowledgement') },
  });
  const { sensors, queue } = await viewOf(mia.client);
  expect(sensors).toEqual({ work: ['activity', 'app'], unable: ['url', 'screenshot'] });
  expect(queue?.records).toBe(43);
  expect([Number(queue?.at) >= before, Number(queue?.at) <= it.clock.now()]).toEqual([true, true]);
});

describe('to others it says', () => {
  test('the same of sensors but sites, and of what waited the hundreds without the time', async () => {
    await report({
      activity: { ...active, level: 'counts', waiting: 251 },
      app: { ...active, level: 'name', waiting: 99 },
      url: { ...off('sensor_unavailable') },
      screenshot: { ...off('sensor_unavailable') },
    });
    for (const { client } of [owner, admin]) {
      expect(await viewOf(client)).toMatchObject({
        sensors: { work: ['activity', 'app'], unable: ['screenshot'] },
        queue: { records: 300, at: null },
      });
    }
  });

  test('nothing that moves when somebody comes, goes, pauses, locks or opens a browser', async () => {
    const observed = parameterIds.filter((id) => catalog[id].source === 'observed');
    const all = (state: (id: ParameterId) => Partial<ReceiptState>): States =>
      Object.fromEntries(observed.map((id) => [id, id === 'screenshot' ? off('sensor_unavailable') : state(id)]));
    const level = (id: ParameterId) => catalog[id].levels[1];
    const working = all((id) => ({ ...active, level: level(id), waiting: 10 }));
    await report(working);
    const seen = await viewOf(owner.client);
    expect(seen.sensors?.work).toEqual(observed.filter((id) => id !== 'screenshot' && id !== 'url'));
    for (const reason of ['session', 'pause', 'lock', 'indicator', 'lease'] as const) {
      await report(
        all(() => off(reason)),
        reason !== 'session',
      );
      expect([reason, await viewOf(owner.client)]).toEqual([reason, seen]);
    }
    await report({ ...working, url: off('sensor_unavailable') });
    expect(await viewOf(owner.client)).toEqual(seen);
  });
});
