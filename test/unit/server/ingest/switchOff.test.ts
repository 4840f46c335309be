import { expect, it } from 'vitest';
import { authorize, organisation } from '../../../../server/authorize.ts';
import { createChanges } from '../../../../server/control/changes.ts';
import { createConnections } from '../../../../server/control/connections.ts';
import { createPolicyControl } from '../../../../server/control/policies.ts';
import { createOrganisations } from '../../../../server/control/signer.ts';
import type { Store } from '../../../../server/store/store.ts';
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

/** A store that holds the next batch back, as one does that is still writing its images. */
function slowStore(): { store: Store; hold(): { arrived: Promise<void>; release(): void } } {
  const real = createReferenceStore();
  let held: { arrive(): void; released: Promise<void> } | null = null;
  return {
    store: {
      ...real,
      async appendBatch(unit) {
        const mine = held;
        held = null;
        mine?.arrive();
        await mine?.released;
        return real.appendBatch(unit);
      },
    },
    hold() {
      const { promise: arrived, resolve: arrive } = withResolvers();
      const { promise: released, resolve: release } = withResolvers();
      held = { arrive, released };
      return { arrived, release };
    },
  };
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
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
  const slow = slowStore();
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
