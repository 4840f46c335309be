import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../shared/time.ts';
import { batch, connect, newSession, type ServerKit, seen, sessionEvent, startServer } from '../support/ingestKit.ts';

const app = (kit: ServerKit, shift = 0, span = 0) => ({
  ...seen(kit, { parameter: 'app', level: 'name', name: 'Code', span }),
  at: kit.clock.now() + shift,
});

async function tracking() {
  const kit = await startServer();
  await kit.publish({ app: { level: 'name' } });
  const device = await kit.enrol();
  kit.clock.advance(30 * MINUTE);
  const agent = await connect(kit, device);
  return { kit, agent, device, session: newSession() };
}

describe('promise 2: what is stamped outside a session is not stored (the server’s half)', () => {
  it('stores nothing of a session that never started, and nothing without a session', async () => {
    const { kit, agent, session } = await tracking();
    await using _kit = kit;
    agent.send(batch(agent, 1, session, [app(kit)], 2));
    expect(await agent.take('ack')).toMatchObject({ stored: 0, discarded: { outside_session: 1 } });
    agent.send(batch(agent, 2, null, [app(kit)], 2));
    expect(await agent.take('ack')).toMatchObject({ stored: 0, discarded: { outside_session: 1 } });
    expect(await kit.segments('app')).toEqual([]);
  });

  it('stores what lies between start and stop, and nothing before or after', async () => {
    const { kit, agent, session } = await tracking();
    await using _kit = kit;
    agent.send(batch(agent, 1, session, [sessionEvent(kit, 'start'), app(kit, -MINUTE), app(kit)], 2));
    expect(await agent.take('ack')).toMatchObject({ stored: 2, discarded: { outside_session: 1 } });
    kit.clock.advance(10 * MINUTE);
    agent.send(batch(agent, 2, session, [app(kit, -MINUTE, MINUTE), sessionEvent(kit, 'stop')], 2));
    expect(await agent.take('ack')).toMatchObject({ stored: 2, discarded: {} });
    kit.clock.advance(MINUTE);
    agent.send(batch(agent, 3, session, [app(kit), app(kit, -5 * MINUTE)], 2));
    expect(await agent.take('ack')).toMatchObject({ stored: 1, discarded: { outside_session: 1 } });
  });

  it('stores nothing that a sensor saw in a pause', async () => {
    const { kit, agent, session } = await tracking();
    await using _kit = kit;
    agent.send(batch(agent, 1, session, [sessionEvent(kit, 'start')], 2));
    await agent.take('ack');
    kit.clock.advance(MINUTE);
    agent.send(batch(agent, 2, session, [sessionEvent(kit, 'pause')], 2));
    await agent.take('ack');
    kit.clock.advance(MINUTE);
    agent.send(batch(agent, 3, session, [app(kit)], 2));
    expect(await agent.take('ack')).toMatchObject({ stored: 0, discarded: { outside_session: 1 } });
    kit.clock.advance(MINUTE);
    agent.send(batch(agent, 4, session, [sessionEvent(kit, 'resume')], 2));
    await agent.take('ack');
    kit.clock.advance(MINUTE);
    agent.send(batch(agent, 5, session, [app(kit), app(kit, -2 * MINUTE)], 2));
    expect(await agent.take('ack')).toMatchObject({ stored: 1, discarded: { outside_session: 1 } });
  });

  it('knows its sessions again after a restart of the server', async () => {
    const { kit, agent, device, session } = await tracking();
    await using _kit = kit;
    agent.send(batch(agent, 1, session, [sessionEvent(kit, 'start')], 2));
    await agent.take('ack');
    await kit.restart();
    await using again = await connect(kit, device);
    kit.clock.advance(1_000);
    again.send(batch(again, 2, session, [app(kit)], 2));
    expect(await again.take('ack')).toMatchObject({ stored: 1, discarded: {} });
  });
});
