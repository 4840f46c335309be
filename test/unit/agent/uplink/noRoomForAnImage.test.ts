import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { openFolder } from '../../../../agent/core/files.ts';
import { createPolicyCache } from '../../../../agent/core/gate/policyCache.ts';
import { createNoticeBox } from '../../../../agent/core/noticeBox.ts';
import { createAcknowledgementBox } from '../../../../agent/core/uplink/acknowledgementBox.ts';
import { createUplink } from '../../../../agent/core/uplink/uplink.ts';
import { boot, clockFromThen, context, scratch, screenshot, systemRandom } from '../../../support/agentKit.ts';
import { openSpoolIn } from '../../../support/openedSpool.ts';
import { startScriptedServer, until } from '../../../support/scriptedServer.ts';
import { trustingAudit } from '../../../support/trustingAudit.ts';

test('an image for which the server has no room stays in the spool, and goes out again with its batch', async () => {
  await using place = await scratch();
  const clock = clockFromThen();
  const server = await startScriptedServer(() => clock.now());
  const { identity, deviceKey } = server;
  const files = await openFolder(place.folder);
  const spool = await openSpoolIn(place.folder, clock);
  const states: string[] = [];
  const uplink = createUplink({
    ...{ identity, deviceKey, clock, random: systemRandom, boot, agentVersion: 'test', spool },
    policies: await createPolicyCache({ files, keys: identity, clock }),
    recorder: {
      policyChanged: async () => undefined,
      receipt: () => null,
      onReceiptChange: () => () => undefined,
      stoppedElsewhere: async () => undefined,
      refusedByServer: () => undefined,
      selfTest: () => Promise.reject(new Error('nobody asks')),
    },
    acknowledgements: createAcknowledgementBox(files),
    audit: trustingAudit,
    heard: {
      heardComing: async () => undefined,
      heardLastNotice: async () => undefined,
      heardConcerns: async () => undefined,
      heardLeaving: async () => undefined,
    },
    notices: createNoticeBox('Example', () => null),
    onWipe: async () => undefined,
    onChange: ({ kind }) => void states.push(kind),
  });
  try {
    const bytes = randomBytes(120_000);
    await spool.hold(context, { observation: screenshot(bytes), releaseAt: clock.now() }, bytes);
    await spool.release(clock.now());
    await spool.flush();
    const take = server.onBatch;
    let refusals = 0;
    server.onBatch = (batch, answer) => {
      server.onBatch = take;
      refusals += 1;
      answer({ type: 'bye', reason: 'unavailable', message: 'the server has no room for these images', retry: true });
      expect([batch.observations.length, spool.waiting().batches]).toEqual([1, 1]);
    };
    uplink.start();
    await until(() => spool.waiting().batches === 0);
    const once = ['hello', 'read_notice', 'image', 'batch'];
    expect([refusals, server.received.map(({ type }) => type)]).toEqual([1, [...once, ...once]]);
    const sent = Buffer.concat(server.chunks.map((chunk) => chunk.subarray(20)));
    expect(sent).toEqual(Buffer.concat([bytes, bytes]));
    expect(server.batches[0]).toEqual(server.batches[1]);
    expect(states).not.toContain('refused');
  } finally {
    await uplink.close();
    await server.close();
  }
});
