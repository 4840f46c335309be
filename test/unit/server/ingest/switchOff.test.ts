import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createAccounts } from '../../../../server/api/accounts.ts';
import { authorize, organisation } from '../../../../server/authorize.ts';
import { createChanges } from '../../../../server/control/changes.ts';
import { createConnections } from '../../../../server/control/connections.ts';
import { createPolicyControl } from '../../../../server/control/policies.ts';
import { createOrganisations } from '../../../../server/control/signer.ts';
import { systemRandom } from '../../../../server/random.ts';
import { type Store, StoreError } from '../../../../server/store/store.ts';
import type { PolicyChange } from '../../../../shared/protocol/http/policy.ts';
import {
  batch,
  connect,
  newSession,
  type ServerKit,
  seen,
  sessionEvent,
  startServer,
} from '../../../support/ingestKit.ts';
import { createReferenceStore } from '../../../support/referenceStore.ts';

/** A store that holds back the next call of one kind, as a disk does that is slow, and can let it fail. */
function slowStore(kind: 'appendBatch' | 'publishPolicy'): {
  store: Store;
  hold(): { arrived: Promise<void>; release(): void; fail(error: unknown): void };
} {
  const real = createReferenceStore();
  let held: { arrive(): void; released: Promise<void> } | null = null;
  const passed = async (by: typeof kind): Promise<void> => {
    if (by !== kind) return;
    const mine = held;
    held = null;
    mine?.arrive();
    await mine?.released;
  };
  return {
    store: {
      ...real,
      async appendBatch(unit) {
        await passed('appendBatch');
        return real.appendBatch(unit);
      },
      async publishPolicy(policy) {
        await passed('publishPolicy');
        return real.publishPolicy(policy);
      },
    },
    hold() {
      const { promise: arrived, resolve: arrive } = withResolvers();
      const { promise: released, resolve: release, reject: fail } = withResolvers();
      held = { arrive, released };
      return { arrived, release, fail };
    },
  };
}

function withResolvers(): { promise: Promise<void>; resolve: () => void; reject: (error: unknown) => void } {
  let [resolve, reject]: [() => void, (error: unknown) => void] = [() => undefined, () => undefined];
  const promise = new Promise<void>((done, failed) => {
    [resolve, reject] = [done, failed];
  });
  return { promise, resolve, reject };
}

/** Publishes on the same store with nothing in memory that the server under test could see. */
async function publishElsewhere(
  { store, vault, clock, org, person }: ServerKit,
  parameters: NonNullable<PolicyChange['parameters']>,
): Promise<void> {
  const changes = createChanges();
  const organisations = createOrganisations({ store, vault, clock });
  const connections = createConnections(changes);
  const control = createPolicyControl({ store, vault, organisations, connections, changes, clock });
  const actor = { org, person, role: 'owner' as const, managesTeams: [], complete: true };
  const leave = authorize(actor, 'policy.publish', organisation(org));
  if (leave.kind !== 'granted') throw new Error('the owner may publish');
  const { document } = await control.current(org);
  await control.publish(leave.leave, { baseVersion: document.version, reason: 'elsewhere', parameters });
}

it('a batch that a switch-off overtakes on its way into the store is judged again, and what is off now is not stored', async () => {
  const slow = slowStore('appendBatch');
  await using kit = await startServer({ store: slow.store });
  const { document } = await kit.publish({ app: { level: 'name' } });
  const device = await kit.enrol();
  kit.clock.advance(1_000);
  await using agent = await connect(kit, device);
  const { arrived, release } = slow.hold();
  const app = seen(kit, { parameter: 'app', level: 'name', name: 'Editor' });
  agent.send(batch(agent, 1, newSession(), [sessionEvent(kit, 'start'), app], document.version));
  await arrived;
  kit.clock.advance(1_000);
  await kit.publish({ app: { level: 'off' } });
  release();
  expect(await agent.take('ack')).toMatchObject({ seq: 1, stored: 1, discarded: { off_at_receipt: 1 } });
  expect(await kit.segments('app')).toEqual([]);
  expect(await kit.segments('session')).toHaveLength(1);
});

it('a batch is judged by a policy that another process of this server published, and does not fail for ever', async () => {
  await using kit = await startServer();
  const { document } = await kit.publish({ app: { level: 'name' } });
  const device = await kit.enrol();
  kit.clock.advance(1_000);
  await using agent = await connect(kit, device);
  const observations = [sessionEvent(kit, 'start'), seen(kit, { parameter: 'app', level: 'name', name: 'Editor' })];
  kit.clock.advance(1_000);
  await publishElsewhere(kit, { app: { level: 'off' } });
  agent.send(batch(agent, 1, newSession(), observations, document.version));
  expect(await agent.take('ack')).toMatchObject({ seq: 1, stored: 1, discarded: { off_at_receipt: 1 } });
});

/** An agent that has sent a batch with its session's start and what was in front while the switch-off of that is being stored. */
async function sentMeanwhile(kit: ServerKit, slow: ReturnType<typeof slowStore>) {
  const { document } = await kit.publish({ app: { level: 'name' } });
  const device = await kit.enrol();
  kit.clock.advance(1_000);
  const agent = await connect(kit, device);
  const app = seen(kit, { parameter: 'app', level: 'name', name: 'Editor' });
  const sent = batch(agent, 1, newSession(), [sessionEvent(kit, 'start'), app], document.version);
  kit.clock.advance(1_000);
  const { arrived, release, fail } = slow.hold();
  const publication = kit.publish({ app: { level: 'off' } });
  await arrived;
  agent.send(sent);
  await wait(100); // were it not to wait, it would be stored by now
  return { agent, publication, release, fail };
}

it('a batch that arrives while a switch-off is being stored is judged by it once it is stored', async () => {
  const slow = slowStore('publishPolicy');
  await using kit = await startServer({ store: slow.store });
  const { agent, publication, release } = await sentMeanwhile(kit, slow);
  expect(agent.frames.filter(({ type }) => type === 'ack')).toEqual([]);
  release();
  await publication;
  expect(await agent.take('ack')).toMatchObject({ seq: 1, stored: 1, discarded: { off_at_receipt: 1 } });
  expect(await kit.segments('app')).toEqual([]);
  await agent[Symbol.asyncDispose]();
});

it('a batch that arrives while a switch-off is being stored which then fails loses nothing', async () => {
  const slow = slowStore('publishPolicy');
  await using kit = await startServer({ store: slow.store });
  const { agent, publication, fail } = await sentMeanwhile(kit, slow);
  fail(new StoreError('full', 'the disk is full'));
  await expect(publication).rejects.toMatchObject({ code: 'full' });
  expect(await agent.take('ack')).toMatchObject({ seq: 1, stored: 2, discarded: {} });
  expect(await kit.segments('app')).toHaveLength(1);
  await agent[Symbol.asyncDispose]();
});

it('a batch waits no longer than a while for a switch-off that is being stored: it is refused, to be sent again', async () => {
  const slow = slowStore('publishPolicy');
  await using kit = await startServer({ store: slow.store, settleMs: 50 });
  const { agent, publication, release } = await sentMeanwhile(kit, slow);
  expect(await agent.take('bye')).toMatchObject({ reason: 'unavailable', retry: true });
  expect(agent.frames.filter(({ type }) => type === 'ack')).toEqual([]);
  expect(await kit.segments('session')).toEqual([]);
  release();
  await publication;
  await agent[Symbol.asyncDispose]();
});

it('what is lowered goes out ahead of the leases, which follow with the same policy; a raise alone does not', async () => {
  await using kit = await startServer();
  const raised = await kit.publish({ app: { level: 'name' }, title: { level: 'full' } });
  const device = await kit.enrol();
  await using agent = await connect(kit, device);
  const { signed } = await kit.publish({ app: { level: 'off' } });
  expect(await agent.take('lowering')).toEqual({ type: 'lowering', policy: signed });
  expect(await agent.take('policy')).toMatchObject({ policy: signed });
  expect(agent.frames.findIndex(({ type }) => type === 'lowering')).toBeLessThan(
    agent.frames.findIndex(({ type }) => type === 'policy'),
  );
  const again = await kit.publish({ app: { level: 'name' } });
  expect(await agent.take('policy')).toMatchObject({ policy: again.signed });
  expect(agent.frames.filter(({ type }) => type === 'lowering')).toHaveLength(1);
  expect(raised.document.version).toBe(again.document.version - 2);
});

it('what is lowered at a date goes out ahead of the leases, too', async () => {
  await using kit = await startServer();
  const { document } = await kit.publish({ app: { level: 'name' } });
  const device = await kit.enrol();
  await using agent = await connect(kit, device);
  const accounts = createAccounts({ store: kit.store, vault: kit.vault, clock: kit.clock, random: systemRandom });
  const owner = await accounts.create({
    ...{ org: kit.org, name: 'Ada', email: 'ada@example.com', role: 'owner' },
    ...{ teams: [], managesTeams: [], invitedBy: null },
  });
  await accounts.change(owner, { status: 'active' });
  const actor = { org: kit.org, person: owner.person, role: 'owner' as const, managesTeams: [], complete: true };
  const verdict = authorize(actor, 'policy.publish', organisation(kit.org));
  if (verdict.kind !== 'granted') throw new Error('the owner may publish');
  const change = {
    baseVersion: document.version,
    reason: 'on its day',
    parameters: { app: { level: 'off' as const } },
  };
  await kit.control.proposals.propose(verdict.leave, { change, publishAt: kit.clock.now() + 60_000 });
  kit.clock.advance(60_000);
  const [published] = await kit.control.proposals.publishDue(kit.org);
  expect(published?.document.version).toBe(document.version + 1);
  expect(await agent.take('policy')).toMatchObject({ policy: published?.signed });
  expect(agent.frames.map(({ type }) => type).slice(-2)).toEqual(['lowering', 'policy']);
});
