import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../shared/time.ts';
import { addMember, type Client, type Json, publish, startServer, type TestServer } from '../support/api.ts';
import { eventually } from '../support/daylight.ts';
import { enrolRealAgent } from '../support/realAgent.ts';
import { createTestClock, type TestClock } from '../support/testClock.ts';
import { startWire } from '../support/wire.ts';

// A real server, and the whole agent behind a cable that lets go at the moment of the switch-off without either end noticing. The
// hour of the lease is counted by two clocks that the test moves, in step.

let it: TestServer;
beforeAll(async () => {
  it = await startServer();
});
afterAll(() => it.close());

/** Both sides live through it; while they speak with each other slowly enough for a word to arrive in time. */
async function pass(clock: TestClock, ms: number, line: 'open' | 'gone'): Promise<void> {
  const most = line === 'open' ? 5 * SECOND : 20 * SECOND;
  for (let left = ms; left > 0; left -= most) {
    const piece = Math.min(left, most);
    it.clock.advance(piece);
    await clock.advance(piece);
    await wait(line === 'open' ? 300 : 5);
  }
}

async function titleProof(owner: Client): Promise<Json> {
  const { parameters } = await owner.ok('GET', '/policy/proof');
  return parameters.find(({ parameter }: Json) => parameter === 'title');
}

/** Bytes: any record more makes more of them. */
async function titlesStored(reader: Client, person: string): Promise<number> {
  const { parameters } = await reader.ok('GET', `/people/${person}/held`);
  return parameters.find(({ parameter }: Json) => parameter === 'title')?.bytes ?? 0;
}

const NOTHING = { down: 0, up: 0 };
/** More than a policy and its lease are long. */
const PLENTY = 1_000_000;

test.each([
  { when: 'before the first byte of it', left: NOTHING, isToldInTime: false },
  { when: 'in the middle of its first frame', left: { down: 700, up: 0 }, isToldInTime: false },
  { when: 'when it has arrived and the receipt is on its way', left: { down: PLENTY, up: 0 }, isToldInTime: true },
  { when: 'in the middle of the receipt', left: { down: PLENTY, up: 300 }, isToldInTime: true },
])(
  'the network goes $when: nothing is called confirmed, the lease ends it, and what waited comes to nothing',
  async ({ when, left, isToldInTime }) => {
    const owner = await it.addOrganisation(`Acme${when.length}`);
    const mia = await addMember(it, owner.client, 'employee', { name: 'Mia', email: `mia-${owner.org}@example.com` });
    await publish(
      owner.client,
      { app: { level: 'name' }, title: { level: 'full' } },
      { leaseHours: { observed: 1, entered: 720 } },
    );
    const line = await startWire(it.url);
    const clock = createTestClock(it.clock.now());
    await using made = await enrolRealAgent(line.url, mia, true, { clock });
    const { agent } = made;
    const calls = () => agent.status().calls.title ?? 0;
    try {
      await pass(clock, 10 * SECOND, 'open');
      expect(await agent.handle({ command: 'start', project: null, task: null })).toMatchObject({ ok: true });
      await pass(clock, 70 * SECOND, 'open');
      await eventually('titles are stored', async () => {
        await pass(clock, 5 * SECOND, 'open');
        return (await titlesStored(mia.client, mia.person)) > 0;
      });
      const before = await titleProof(owner.client);
      expect([before.confirmed, before.devices]).toEqual([1, 1]);

      line.vanish(left);
      await publish(owner.client, { title: { level: 'off' } });
      const stored = await titlesStored(mia.client, mia.person);
      const callsAtOnce = calls();
      await pass(clock, 2 * MINUTE, 'gone');
      // Cut off from the server, this computer goes on by what it was told last, and says that it is not connected.
      if (isToldInTime) expect(calls()).toBe(callsAtOnce);
      else expect(calls()).toBeGreaterThan(callsAtOnce);
      let open = await titleProof(owner.client);
      await eventually('the server has found out that nobody answers', async () => {
        expect([open.requested, open.confirmed, open.waiting.devices]).toEqual(['off', 0, 1]);
        if (open.waiting.connected === 0) return true;
        await wait(500); // it looks once a second
        await pass(clock, 20 * SECOND, 'gone');
        open = await titleProof(owner.client);
        return false;
      });
      // A full hour, at which the lease has ended for certain: when exactly is for the person alone.
      expect(open.waiting.stopsBy).toBeGreaterThan(it.clock.now());
      expect(open.waiting.stopsBy).toBeLessThanOrEqual(it.clock.now() + 2 * HOUR);

      for (let minutes = 0; minutes < 60; minutes += 10) {
        await pass(clock, 10 * MINUTE, 'gone');
        expect([(await titleProof(owner.client)).confirmed, await titlesStored(mia.client, mia.person)]).toEqual([
          0,
          stored,
        ]);
      }
      const callsAtEnd = calls();
      await pass(clock, 5 * MINUTE, 'gone');
      expect(calls(), 'by its lease nothing is read any more').toBe(callsAtEnd);
      while (it.clock.now() <= open.waiting.stopsBy) {
        await pass(clock, 10 * MINUTE, 'gone');
        expect((await titleProof(owner.client)).confirmed).toBe(0);
        expect(await titlesStored(mia.client, mia.person)).toBe(stored);
      }
      const ended = await titleProof(owner.client);
      expect([ended.confirmed, ended.waiting.devices, ended.waiting.running, calls()]).toEqual([0, 1, 0, callsAtEnd]);

      line.mend();
      await eventually('it is back', async () => {
        await pass(clock, 10 * SECOND, 'open');
        return (await titleProof(owner.client)).confirmed === 1;
      });
      await pass(clock, 10 * SECOND, 'open');
      expect(await titlesStored(mia.client, mia.person), 'of what waited').toBe(stored);
      expect(agent.status().calls.title ?? 0).toBe(callsAtEnd);
    } finally {
      await line.close();
    }
  },
  120_000,
);
