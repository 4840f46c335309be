import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openAuditTrust } from '../../../../agent/core/auditTrust.ts';
import { openFolder } from '../../../../agent/core/files.ts';
import { Checkpoint } from '../../../../shared/audit/checkpoint.ts';
import { scratch } from '../../../support/agentKit.ts';
import { dial, startServer } from '../../../support/ingestKit.ts';
import { NINE, personId } from '../../../support/storeRecords.ts';

test('an agent that knows of it is shown the tree after the welcome and is given the proof that it asks for', async () => {
  await using kit = await startServer();
  const device = await kit.enrol();
  for (let n = 0; n < 5; n += 1) {
    await kit.store.recordSecurityEvent({
      ...{ org: kit.org, at: NINE + n, kind: 'refused_read', person: personId('ann') },
      detail: `sentence ${n}`,
    });
  }
  await using agent = await dial(kit.port, { knows: 'audit' });
  await agent.hello(device);
  const { checkpoint } = await agent.take('checkpoint');
  const { size, epoch } = Checkpoint.parse(JSON.parse(checkpoint.payload));
  expect([size >= 5, epoch]).toEqual([true, 0]);
  agent.send({ type: 'read_consistency', from: 3, to: size });
  expect(await agent.take('consistency')).toMatchObject({ from: 3, to: size, path: expect.any(Array) });
});

test('after a restore each agent is shown one signed epoch beside the tree, and goes on by it; that it was restored is on record', async () => {
  await using kit = await startServer();
  await using place = await scratch();
  const device = await kit.enrol();
  const { identity } = await kit.organisations.signer(kit.org);
  const told: (number | null)[] = [];
  const trust = await openAuditTrust({
    ...{ files: await openFolder(join(place.folder, 'agent')), identity },
    onChange: (restored) => told.push(restored?.epoch ?? null),
  });
  const connect = async () => {
    await using agent = await dial(kit.port, { knows: 'audit' });
    await agent.hello(device);
    const shown = await agent.take('checkpoint');
    const asked = await trust.shown(shown);
    if (asked !== null) {
      agent.send({ type: 'read_consistency', ...asked });
      await trust.proved(await agent.take('consistency'));
    }
    return shown;
  };
  expect((await connect()).restored).toBeUndefined();
  await kit.keyStore.raiseMark('restore_epoch', 1);
  const [first, second] = [await connect(), await connect()];
  expect([trust.fault(), told, second.restored]).toEqual([null, [1], first.restored]);
  const events = await kit.store.securityEvents(kit.org, 9);
  expect(events.filter(({ kind }) => kind === 'data_restored')).toHaveLength(1);
});
