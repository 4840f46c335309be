import { expect, test } from 'vitest';
import { Lease } from '../../shared/policy/lease.ts';
import { DAY, HOUR, MINUTE } from '../../shared/time.ts';
import { acknowledgementBy, connect, type ServerKit, startServer, type TestDevice } from '../support/ingestKit.ts';

const question = { parameter: 'app', level: 'name' } as const;

async function verdict(kit: ServerKit, device: TestDevice, capturedAt = kit.clock.now()) {
  const { document } = await kit.control.current(kit.org);
  await kit.control.lease(device.record); // renewed while it is connected
  const record = (await kit.store.device(device.record.device)) ?? device.record;
  const said = await kit.control.judge({ ...question, device: record, capturedAt, claimedVersion: document.version });
  return said.allowed ? 'stored' : said.reason;
}

async function leaseOf(kit: ServerKit, device: TestDevice) {
  return Lease.parse(JSON.parse((await kit.control.lease(device.record)).payload));
}

async function readOn(kit: ServerKit, device: TestDevice): Promise<void> {
  await kit.control.acknowledge(device.record, await acknowledgementBy(device, await kit.control.current(kit.org)));
}

async function days(kit: ServerKit, device: TestDevice, count: number): Promise<void> {
  for (let hours = 0; hours < count * 24; hours += 12) {
    await kit.control.lease(device.record);
    kit.clock.advance(12 * HOUR);
  }
}

test('the day before it is over the old rules hold, and the moment that it is the new ones', async () => {
  await using kit = await startServer({ reactionDays: 14 });
  const device = await kit.enrol();
  kit.clock.advance(HOUR);
  await kit.publish({ app: { level: 'name' } });
  await readOn(kit, device);
  const from = kit.clock.now() + 14 * DAY;
  expect(await verdict(kit, device)).toBe('notice_not_acknowledged');
  expect(await leaseOf(kit, device)).toMatchObject({
    acknowledged: { app: 'off' },
    coming: { app: { level: 'name', from } },
  });

  await days(kit, device, 13);
  const dayBefore = kit.clock.now();
  expect(await verdict(kit, device)).toBe('notice_not_acknowledged');
  await days(kit, device, 1);
  expect(kit.clock.now()).toBe(from);
  expect(await verdict(kit, device)).toBe('stored');
  expect(await verdict(kit, device, dayBefore), 'what was captured the day before').toBe('notice_not_acknowledged');
  const lease = await leaseOf(kit, device);
  expect([lease.acknowledged['app'], lease.coming]).toEqual(['name', undefined]);
});

test('during the period the old terms hold: what was acknowledged before goes on', async () => {
  await using kit = await startServer({ reactionDays: 14 });
  await kit.publish({ app: { level: 'category' } });
  const device = await kit.enrol();
  expect((await leaseOf(kit, device)).acknowledged['app'], 'somebody new, at once').toBe('category');
  kit.clock.advance(HOUR);
  await kit.publish({ app: { level: 'name' } });
  await readOn(kit, device);
  const { acknowledged, coming } = await leaseOf(kit, device);
  expect([acknowledged['app'], coming?.['app']?.level]).toEqual(['category', 'name']);
  await days(kit, device, 14);
  expect((await leaseOf(kit, device)).acknowledged['app']).toBe('name');
});

test('a notice that was never delivered blocks, however long ago it was published', async () => {
  await using kit = await startServer({ reactionDays: 14 });
  const device = await kit.enrol();
  kit.clock.advance(HOUR);
  await kit.publish({ app: { level: 'name' } });
  await days(kit, device, 60);
  expect(await verdict(kit, device)).toBe('notice_not_acknowledged');
  await readOn(kit, device);
  await days(kit, device, 13);
  expect(await verdict(kit, device)).toBe('notice_not_acknowledged');
  await days(kit, device, 1);
  expect(await verdict(kit, device)).toBe('stored');
});

test('who shortens the period and raises something later shortens nothing for those who knew the longer one', async () => {
  await using kit = await startServer({ reactionDays: 14 });
  const device = await kit.enrol();
  kit.clock.advance(HOUR);
  await kit.publish(undefined, { reactionDays: 0 });
  kit.clock.advance(HOUR);
  await kit.publish({ app: { level: 'name' } });
  await readOn(kit, device);
  await days(kit, device, 13);
  expect(await verdict(kit, device)).toBe('notice_not_acknowledged');
  await days(kit, device, 1);
  expect(await verdict(kit, device)).toBe('stored');
});

test('a new computer of somebody who has had their time does not wait again, and one of somebody who has not waits for the rest', async () => {
  await using kit = await startServer({ reactionDays: 14 });
  const first = await kit.enrol();
  kit.clock.advance(HOUR);
  await kit.publish({ app: { level: 'name' } });
  await readOn(kit, first);
  await days(kit, first, 10);
  const second = await kit.enrol();
  expect(await verdict(kit, second)).toBe('notice_not_acknowledged');
  await days(kit, second, 4);
  expect(await verdict(kit, second)).toBe('stored');
  const third = await kit.enrol();
  expect(await verdict(kit, third)).toBe('stored');
  const unread = await kit.enrol({ acknowledge: false });
  expect(await verdict(kit, unread), 'nothing was acknowledged on it').toBe('notice_not_acknowledged');
});

test('a widened purpose is off from its publication until the period is over', async () => {
  await using kit = await startServer({ reactionDays: 14 });
  await kit.publish({ app: { level: 'name' } });
  const device = await kit.enrol();
  kit.clock.advance(HOUR);
  await kit.publish({ app: { purpose: 'security' } });
  await readOn(kit, device);
  expect(await verdict(kit, device)).toBe('notice_not_acknowledged');
  await days(kit, device, 14);
  expect(await verdict(kit, device)).toBe('stored');
});

test('a connected agent has a lease that says so within moments of the end of the period', async () => {
  await using kit = await startServer({ reactionDays: 14, timing: { leaseRenewMs: 365 * DAY } });
  const device = await kit.enrol();
  kit.clock.advance(HOUR);
  await kit.publish({ app: { level: 'name' } });
  await readOn(kit, device);
  await using agent = await connect(kit, device);
  kit.clock.advance(14 * DAY - MINUTE);
  kit.clock.advance(MINUTE);
  const { lease } = await agent.take('policy');
  expect(Lease.parse(JSON.parse(lease.payload)).acknowledged['app']).toBe('name');
});
