import { expect, test } from 'vitest';
import { parameterIds } from '../../../../shared/catalog.ts';
import { MINUTE } from '../../../../shared/time.ts';
import { highest } from '../../../support/everyObservation.ts';
import {
  acknowledgementBy,
  batch,
  connect,
  newSession,
  type ServerKit,
  seen,
  sessionEvent,
  startServer,
} from '../../../support/ingestKit.ts';

const EVERYTHING = Object.fromEntries(parameterIds.map((id) => [id, { level: highest(id) }]));
const EXCLUSIONS = { apps: ['ledger*'], sites: ['hr.example.com'] };

const excludedOnes = (kit: ServerKit) => [
  seen(kit, { parameter: 'app', level: 'name', name: 'Ledger 3' }),
  seen(kit, { parameter: 'url', level: 'host_path', host: 'a.hr.example.com', path: '/' }),
];
const others = (kit: ServerKit) => [
  seen(kit, { parameter: 'app', level: 'name', name: 'Code' }),
  seen(kit, { parameter: 'app', level: 'category', category: 'private' }),
  seen(kit, { parameter: 'url', level: 'domain', domain: 'example.com' }),
];

test('a client that sends what is left out has it discarded, and the rest stored', async () => {
  await using kit = await startServer();
  await kit.publish(EVERYTHING, { exclusions: EXCLUSIONS });
  const device = await kit.enrol();
  await using agent = await connect(kit, device);
  const session = newSession();
  kit.clock.advance(1_000);
  const items = [sessionEvent(kit, 'start'), ...excludedOnes(kit), ...others(kit)];
  agent.send(batch(agent, 1, session, items, 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 4, discarded: { excluded: 2 } });
});

test('what was captured before it was left out is judged at receipt, and what is taken out stays off until it is acknowledged', async () => {
  await using kit = await startServer();
  await kit.publish(EVERYTHING);
  const device = await kit.enrol();
  await using agent = await connect(kit, device);
  const session = newSession();
  kit.clock.advance(1_000);
  agent.send(batch(agent, 1, session, [sessionEvent(kit, 'start'), ...excludedOnes(kit)], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 3, discarded: {} });

  const late = excludedOnes(kit);
  kit.clock.advance(MINUTE);
  const excluding = await kit.publish(undefined, { exclusions: EXCLUSIONS });
  expect(parameterIds.filter((id) => excluding.document.parameters[id].noticeVersion === 3)).toEqual([]);
  agent.send(batch(agent, 2, session, late, 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 0, discarded: { excluded: 2 } });

  kit.clock.advance(MINUTE);
  const again = await kit.publish(undefined, { exclusions: { apps: [], sites: [] } });
  expect(parameterIds.filter((id) => again.document.parameters[id].noticeVersion === 4)).toEqual(
    parameterIds.filter((id) => ['app', 'title', 'url', 'screenshot'].includes(id)),
  );
  kit.clock.advance(MINUTE);
  agent.send(batch(agent, 3, session, excludedOnes(kit), 4));
  expect(await agent.take('ack')).toMatchObject({ stored: 0, discarded: { notice_not_acknowledged: 2 } });
  await kit.control.acknowledge(device.record, await acknowledgementBy(device, again));
  kit.clock.advance(MINUTE);
  agent.send(batch(agent, 4, session, excludedOnes(kit), 4));
  expect(await agent.take('ack')).toMatchObject({ stored: 2, discarded: {} });
});

test('the same exclusions again are no change, and one that leaves out everything is refused in words', async () => {
  await using kit = await startServer();
  await kit.publish(EVERYTHING, { exclusions: EXCLUSIONS });
  await expect(kit.publish(undefined, { exclusions: EXCLUSIONS })).rejects.toThrow('nothing would change');
  await expect(kit.publish(undefined, { exclusions: { apps: ['*'], sites: [] } })).rejects.toThrow(
    'exclusions.apps.0: expected at least two letters or digits',
  );
});
