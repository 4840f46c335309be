import { expect, it } from 'vitest';
import { limits } from '../../../../shared/protocol/limits.ts';
import { MINUTE } from '../../../../shared/time.ts';
import {
  batch,
  connect,
  newSession,
  type RawAgent,
  seen,
  sessionEvent,
  startServer,
} from '../../../support/ingestKit.ts';

const apps = (kit: Parameters<typeof seen>[0], many: number) =>
  Array.from({ length: many }, (_, n) => seen(kit, { parameter: 'app', level: 'name', name: `Editor ${n}` }));

/** Batches of 450 with which the minute is nearly full. */
const FULL = Math.floor((limits.perMinute - 1) / 450);

async function sent(agent: RawAgent, frame: unknown) {
  agent.send(frame);
  const { stored, discarded } = await agent.take('ack');
  return { stored, discarded };
}

it('of one parameter and minute of capture time no more is taken than the limit, over batches and connections', async () => {
  await using kit = await startServer();
  const { document } = await kit.publish({ app: { level: 'name' }, title: { level: 'full' } });
  const device = await kit.enrol();
  kit.clock.advance(MINUTE);
  const session = newSession();
  {
    await using agent = await connect(kit, device);
    expect(await sent(agent, batch(agent, 1, session, [sessionEvent(kit, 'start')], document.version))).toEqual({
      ...{ stored: 1, discarded: {} },
    });
    for (let seq = 2; seq <= 1 + FULL; seq += 1) {
      expect(await sent(agent, batch(agent, seq, session, apps(kit, 450), document.version))).toEqual({
        ...{ stored: 450, discarded: {} },
      });
    }
  }
  await using agent = await connect(kit, device);
  const room = limits.perMinute - FULL * 450;
  const title = seen(kit, { parameter: 'title', level: 'full', title: 'of another parameter' });
  expect(await sent(agent, batch(agent, FULL + 2, session, [...apps(kit, 450), title], document.version))).toEqual({
    stored: room + 1, // and the title: each parameter is counted by itself
    discarded: { rate_exceeded: 450 - room },
  });
  kit.clock.advance(MINUTE);
  expect(await sent(agent, batch(agent, FULL + 3, session, apps(kit, 450), document.version))).toEqual({
    stored: 450,
    discarded: {},
  });
});
