import { describe, expect, it } from 'vitest';
import { limits } from '../../../../shared/protocol/limits.ts';
import { HOUR, MINUTE, SECOND } from '../../../../shared/time.ts';
import {
  batch,
  connect,
  dial,
  monoAt,
  newSession,
  type RawAgent,
  type ServerKit,
  sessionEvent,
  startServer,
  type TestDevice,
} from '../../../support/ingestKit.ts';

/** A server on which a device has been tracking for an hour, and what the device knows of the time: its own clock is right all along. */
async function tracked(timing: Parameters<typeof startServer>[0] = {}) {
  const kit = await startServer(timing);
  const device = await kit.enrol();
  kit.clock.advance(3 * HOUR); // the notice was acknowledged long before whatever the clock is set to
  const agent = await connect(kit, device);
  const [session, began] = [newSession(), kit.clock.now()];
  agent.send(batch(agent, 1, session, [sessionEvent(kit, 'start')]));
  await agent.take('ack');
  let passed = 0;
  return {
    kit,
    device,
    agent,
    session,
    pass(ms: number) {
      passed += ms;
      kit.clock.advance(ms);
    },
    at: () => began + passed,
    said: (fields: Record<string, unknown>) => ({
      ...{ at: began + passed, mono: monoAt(began + passed), span: 0 },
      ...fields,
    }),
  };
}

/** The same boot of the same device comes again, with its own clocks. */
async function comeAgain(kit: ServerKit, device: TestDevice, { boot }: RawAgent, at: number) {
  const again = await dial(kit.port);
  await again.hello(device, { boot, at, mono: monoAt(at) });
  await again.take('welcome');
  return again;
}

const note = { parameter: 'project', level: 'on', project: 'p', task: null };

describe('the clock of the server is set while agents are connected', () => {
  for (const step of [-10 * MINUTE, -HOUR, 10 * MINUTE]) {
    it(`by ${step / MINUTE} minutes: no batch is acknowledged and thrown away, each agent shakes hands again, and what it sends then is stored`, async () => {
      const { kit, device, agent, session, pass, at, said } = await tracked({ timing: { sweepMs: HOUR } });
      await using _ = kit;
      pass(5 * MINUTE);
      kit.clock.set(step);
      const sent = [said(note)];
      agent.send({ ...batch(agent, 2, session, sent) });
      expect(await agent.take('bye')).toMatchObject({ reason: 'unavailable', retry: true });
      expect(agent.frames.filter(({ type }) => type === 'ack')).toHaveLength(1);
      await using again = await comeAgain(kit, device, agent, at());
      const seq = { boot: agent.boot };
      again.send(batch(seq, 2, session, sent));
      expect(await again.take('ack')).toMatchObject({ seq: 2, stored: 1, discarded: {} });
      pass(MINUTE);
      again.send(batch(seq, 3, session, [said(note)]));
      expect(await again.take('ack')).toMatchObject({ seq: 3, stored: 1, discarded: {} });
      again.send(
        batch(seq, 4, session, [said({ parameter: 'session', level: 'on', event: 'stop', cause: 'employee' })]),
      );
      expect(await again.take('ack')).toMatchObject({ seq: 4, stored: 1, discarded: {} });
    });
  }

  it('is noticed without a batch, said to every agent, and logged once', async () => {
    const { kit, device, agent, at } = await tracked();
    await using _ = kit;
    await using other = await connect(kit, await kit.enrol());
    kit.clock.set(-HOUR);
    for (const one of [agent, other])
      expect(await one.take('bye')).toMatchObject({ reason: 'unavailable', retry: true });
    await using again = await comeAgain(kit, device, agent, at());
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(again.frames.some(({ type }) => type === 'bye')).toBe(false);
    expect(kit.events.filter(({ kind }) => kind === 'clock_set')).toEqual([{ kind: 'clock_set', byMs: -HOUR }]);
  });

  it('by so little that nobody is asked to come again: handshakes, pings and leases have the times that they always have', async () => {
    await using kit = await startServer({ timing: { pingMs: 45 * SECOND } });
    await using silent = await dial(kit.port);
    await silent.take('challenge');
    await using agent = await connect(kit, await kit.enrol());
    let pings = 0;
    agent.ws.on('ping', () => (pings += 1));
    kit.clock.set(-50 * SECOND);
    kit.clock.advance(limits.handshakeMs + 1);
    expect(await silent.take('bye')).toMatchObject({
      reason: 'unavailable',
      message: expect.stringContaining('no hello'),
    });
    kit.clock.advance(35 * SECOND);
    await expect.poll(() => pings).toBe(1);
    kit.clock.advance(10 * MINUTE - 45 * SECOND);
    expect(await agent.take('policy')).toMatchObject({ policy: null });
  });
});
