import { describe, expect, it } from 'vitest';
import { segmentScope } from '../../server/ingest/scopes.ts';
import { decodeSegment } from '../../server/ingest/segment.ts';
import { batch, connect, dial, newSession, seen, sessionEvent, startServer } from '../support/ingestKit.ts';

describe('frames that are sent again', () => {
  it('are stored exactly once: on the same connection, after reconnecting and after a restart of the server', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    const session = newSession();
    const first = await connect(kit, device);
    const project = seen(kit, { parameter: 'project', level: 'on', project: 'Website', task: null });
    const captured = [
      batch(first, 1, session, [sessionEvent(kit, 'start')]),
      batch(first, 2, session, [project]),
      batch(first, 3, session, [project, project]),
    ];
    for (const frame of captured) first.send(frame);
    for (const frame of captured) expect(await first.take('ack')).toMatchObject({ seq: frame.seq, duplicate: false });
    for (const frame of captured) first.send(frame);
    for (const frame of captured)
      expect(await first.take('ack')).toMatchObject({ seq: frame.seq, duplicate: true, stored: 0 });

    const second = await connect(kit, device);
    for (const frame of captured) second.send(frame);
    for (const frame of captured) expect(await second.take('ack')).toMatchObject({ seq: frame.seq, duplicate: true });

    await kit.restart();
    await using third = await connect(kit, device);
    for (const frame of captured) third.send(frame);
    for (const frame of captured) expect(await third.take('ack')).toMatchObject({ seq: frame.seq, duplicate: true });

    const opened = await Promise.all(
      (await kit.segments('project')).map(async (record) =>
        decodeSegment(await kit.vault.open(segmentScope(record), record.sealed)),
      ),
    );
    expect(opened.flatMap(({ parts }) => parts.flatMap(({ observations }) => observations))).toEqual([
      project,
      project,
      project,
    ]);
    expect(await kit.segments('session')).toHaveLength(1);
  });

  it('tells an agent that skips a seq where to go on, and takes nothing of the batch', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    await using agent = await connect(kit, device);
    const session = newSession();
    agent.send(batch(agent, 3, session, [sessionEvent(kit, 'start')]));
    expect(await agent.take('resend')).toEqual({ type: 'resend', expected: 1 });
    expect(await kit.segments('session')).toHaveLength(0);
    agent.send(batch(agent, 1, session, [sessionEvent(kit, 'start')]));
    expect(await agent.take('ack')).toMatchObject({ seq: 1, stored: 1 });
  });

  it('says where it stands after a reconnection', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    const agent = await connect(kit, device);
    agent.send(batch(agent, 1, newSession(), [sessionEvent(kit, 'start')]));
    await agent.take('ack');
    await using again = await dial(kit.port);
    await again.hello(device);
    const { welcome } = await again.take('welcome');
    expect(JSON.parse(welcome.payload)).toMatchObject({ committedSeq: 1, device: device.record.device });
  });
});
