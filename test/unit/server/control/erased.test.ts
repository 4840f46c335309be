import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { ErasureScope } from '../../../../server/control/erasureScope.ts';
import { orderErasures } from '../../../../server/lifecycle/erasureOrder.ts';
import { systemRandom } from '../../../../server/random.ts';
import { erasureOf, weekOf } from '../../../../server/vault/epochs.ts';
import { epochOf } from '../../../../server/vault/vault.ts';
import { PersonId } from '../../../../shared/ids.ts';
import {
  batch,
  connect,
  DAY,
  newSession,
  type RawAgent,
  type ServerKit,
  seen,
  sessionEvent,
  startServer,
} from '../../../support/ingestKit.ts';
import { createReferenceStore } from '../../../support/referenceStore.ts';

const app = (kit: ServerKit) => seen(kit, { parameter: 'app', level: 'name', name: 'Code' });
const title = (kit: ServerKit) => seen(kit, { parameter: 'title', level: 'full', title: 'a' });

async function tracking(kit: ServerKit): Promise<{ agent: RawAgent; session: ReturnType<typeof newSession> }> {
  await kit.publish({ app: { level: 'name' }, title: { level: 'full' } });
  const agent = await connect(kit, await kit.enrol());
  const session = newSession();
  agent.send(batch(agent, 1, session, [sessionEvent(kit, 'start')], 2));
  await agent.take('ack');
  return { agent, session };
}

function scope(kit: ServerKit, parameter: 'app' | 'title' = 'app', above = 'off'): ErasureScope {
  const now = kit.clock.now();
  return {
    kind: 'own',
    by: kit.person,
    parts: [{ parameter, from: now - DAY, to: now, above }],
    image: null,
    counted: [],
  };
}

const order = (kit: ServerKit, of: ErasureScope) =>
  orderErasures({ ...kit, random: systemRandom }, kit.org, [{ people: [kit.person], scope: of }]);

it('what was captured within what was erased, and comes after it, is discarded as erased and counted; the rest is stored', async () => {
  await using kit = await startServer();
  const { agent, session } = await tracking(kit);
  const before = [app(kit), title(kit)];
  kit.clock.advance(1_000);
  await order(kit, scope(kit));
  kit.clock.advance(1_000);
  agent.send(batch(agent, 2, session, [...before, app(kit)], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 2, discarded: { erased: 1 } });
  const [device] = await kit.store.devices(kit.org);
  if (device === undefined) throw new Error('there is a device');
  expect(await kit.store.discards(kit.org, device.device)).toEqual([{ parameter: 'app', reason: 'erased', count: 1 }]);
});

it('what is at the level that stays is stored, and what is above it is not', async () => {
  await using kit = await startServer();
  const { agent, session } = await tracking(kit);
  const before = [app(kit), seen(kit, { parameter: 'app', level: 'category', category: 'development' })];
  kit.clock.advance(1_000);
  await order(kit, scope(kit, 'app', 'category'));
  agent.send(batch(agent, 2, session, before, 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 1, discarded: { erased: 1 } });
});

it('from then on the parameter is sealed under another key in its weeks, and others are not', async () => {
  await using kit = await startServer();
  const { agent, session } = await tracking(kit);
  await order(kit, scope(kit));
  kit.clock.advance(1_000);
  agent.send(batch(agent, 2, session, [app(kit), title(kit)], 2));
  await agent.take('ack');
  const [[ofApp], [ofTitle]] = [await kit.segments('app'), await kit.segments('title')];
  const week = epochOf(kit.clock.now());
  expect([ofApp, ofTitle].map((one) => [erasureOf(one?.epoch ?? 0), weekOf(one?.epoch ?? 0)])).toEqual([
    [1, week],
    [0, week],
  ]);
});

it('one that nobody can read any more lets nothing be stored', async () => {
  const store = createReferenceStore();
  await using kit = await startServer({
    store: {
      ...store,
      erasures: async (...of) => (await store.erasures(...of)).map((one) => ({ ...one, at: one.at - 1 })),
    },
  });
  const { agent, session } = await tracking(kit);
  await order(kit, scope(kit));
  kit.clock.advance(1_000);
  agent.send(batch(agent, 2, session, [app(kit), title(kit)], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 0, discarded: { erased: 2 } });
});

it('whoever commits an erasure waits until nobody stores who did not know of it', async () => {
  await using kit = await startServer();
  const whose = { org: kit.org, person: kit.person };
  const said: string[] = [];
  let finish = (): void => undefined;
  const storing = kit.erased.storing(whose, async () => {
    await new Promise<void>((done) => (finish = done));
    said.push('stored');
  });
  const committing = kit.erased.commit(whose).then(() => said.push('committed'));
  await kit.erased.commit({ ...whose, person: PersonId.parse(randomUUID()) }).then(() => said.push('of another'));
  finish();
  await Promise.all([storing, committing]);
  expect(said).toEqual(['of another', 'stored', 'committed']);
});
