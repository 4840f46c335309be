import { describe, expect, it } from 'vitest';
import { parameterIds } from '../../shared/catalog.ts';
import { everyExample, highest } from '../support/everyObservation.ts';
import {
  acknowledgementBy,
  batch,
  connect,
  newSession,
  seen,
  sessionEvent,
  startServer,
} from '../support/ingestKit.ts';

describe('a hostile agent that forges the policy version', () => {
  it('gets not one byte of a switched-off parameter stored, whichever version it names', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    await kit.publish({ title: { level: 'full' }, app: { level: 'name' } }); // version 2, never acknowledged
    await kit.publish({ title: { level: 'off' }, app: { level: 'off' } }); // version 3
    await using agent = await connect(kit, device);
    const session = newSession();
    agent.send(batch(agent, 1, session, [sessionEvent(kit, 'start')], 3));
    expect(await agent.take('ack')).toMatchObject({ stored: 1 });

    const off = everyExample.filter(({ parameter }) => parameter !== 'session' && parameter !== 'project');
    const hostile = off.map(({ parameter, level, fields }) => seen(kit, { parameter, level, ...fields }));
    const acks = [];
    for (const [index, version] of [1, 2, 3, 4, 999_999].entries()) {
      agent.send(batch(agent, index + 2, session, hostile, version));
      acks.push(await agent.take('ack'));
    }
    expect(acks.map(({ stored, discarded }) => ({ stored, discarded }))).toEqual([
      { stored: 0, discarded: { off_at_capture: off.length } },
      { stored: 0, discarded: { off_at_capture: off.length } },
      { stored: 0, discarded: { off_at_capture: off.length } },
      { stored: 0, discarded: { policy_unknown: off.length } },
      { stored: 0, discarded: { policy_unknown: off.length } },
    ]);
    for (const parameter of parameterIds) {
      expect(await kit.segments(parameter)).toHaveLength(parameter === 'session' ? 1 : 0);
    }
    const counted = (await kit.store.discards(kit.org, device.record.device)).reduce(
      (sum, { count }) => sum + count,
      0,
    );
    expect(counted).toBe(off.length * 5);
  });

  it('gets nothing stored of what the person has not acknowledged, and all of it once they have', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    const policy = await kit.publish({ app: { level: 'name' } });
    await using agent = await connect(kit, device);
    const session = newSession();
    const app = () => seen(kit, { parameter: 'app', level: highest('app'), name: 'Code' });
    agent.send(batch(agent, 1, session, [sessionEvent(kit, 'start'), app()], 2));
    expect(await agent.take('ack')).toMatchObject({ stored: 1, discarded: { notice_not_acknowledged: 1 } });

    kit.clock.advance(1_000);
    agent.send({ type: 'acknowledge', acknowledgement: await acknowledgementBy(device, policy) });
    await agent.take('policy');
    agent.send(batch(agent, 2, session, [app()], 2));
    expect(await agent.take('ack')).toMatchObject({ stored: 1, discarded: {} });
  });

  it('has what was rightly captured discarded when it arrives after the switch-off', async () => {
    await using kit = await startServer();
    await kit.publish({ app: { level: 'name' } });
    const device = await kit.enrol();
    await using agent = await connect(kit, device);
    const session = newSession();
    kit.clock.advance(1_000);
    const app = seen(kit, { parameter: 'app', level: 'name', name: 'Code' });
    agent.send(batch(agent, 1, session, [sessionEvent(kit, 'start'), app], 2));
    expect(await agent.take('ack')).toMatchObject({ stored: 2 });
    kit.clock.advance(1_000);
    await kit.publish({ app: { level: 'off' } });
    agent.send(batch(agent, 2, session, [app], 2));
    expect(await agent.take('ack')).toMatchObject({ stored: 0, discarded: { off_at_receipt: 1 } });
  });
});
