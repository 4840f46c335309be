import type { PublishedPolicy } from '../../server/control/control.ts';
import type { Client } from './api.ts';
import { acknowledgementBy, dial, type TestDevice } from './ingestKit.ts';

/** Acknowledges on the device what is in force, and left out for its person, now. */
export async function acknowledgeOn(port: number, owner: Client, device: TestDevice): Promise<void> {
  const { policy, hash, publishedAt } = await owner.ok('GET', '/policy');
  const notice = { document: policy, hash, publishedAt } as PublishedPolicy;
  await using agent = await dial(port);
  await agent.hello(device);
  const { lease } = await agent.take('welcome');
  const { revision } = JSON.parse(lease?.payload ?? '{}').terms;
  agent.send({ type: 'acknowledge', acknowledgement: await acknowledgementBy(device, notice, revision) });
  await agent.take('policy');
}
