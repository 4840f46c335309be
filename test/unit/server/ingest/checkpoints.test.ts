import { expect, test } from 'vitest';
import { Checkpoint } from '../../../../shared/audit/checkpoint.ts';
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
