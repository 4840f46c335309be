import { expect, it } from 'vitest';
import { type Store, StoreError } from '../../../../server/store/store.ts';
import { DAY } from '../../../../shared/time.ts';
import { connect, startServer } from '../../../support/ingestKit.ts';
import { createReferenceStore } from '../../../support/referenceStore.ts';

interface Failing {
  readonly store: Store;
  /** From now on so many calls fail that write a lease, or read the policies, as on a disk that is busy. */
  fail(what: 'lease' | 'policies', times: number): void;
}

function failingStore(): Failing {
  const real = createReferenceStore();
  const left = { lease: 0, policies: 0 };
  const failed = (what: 'lease' | 'policies'): boolean => {
    if (left[what] === 0) return false;
    left[what] -= 1;
    return true;
  };
  const busy = () => Promise.reject(new StoreError('busy', 'for once'));
  return {
    store: {
      ...real,
      changeDevice: (org, device, change) =>
        change.lease !== undefined && failed('lease') ? busy() : real.changeDevice(org, device, change),
      policies: (org) => (failed('policies') ? busy() : real.policies(org)),
    },
    fail: (what, times) => {
      left[what] = times;
    },
  };
}

const timing = { leaseRenewMs: 365 * DAY };

it('a publication whose lease for one device could not be written is published, and reaches that device all the same', async () => {
  const { store, fail } = failingStore();
  await using kit = await startServer({ store, timing });
  await kit.publish({ app: { level: 'name' } });
  await using agent = await connect(kit, await kit.enrol());
  fail('lease', 1);
  const { hash, signed } = await kit.publish({ app: { level: 'off' } });
  const pushed = await agent.take('policy');
  expect(pushed.policy).toEqual(signed);
  expect(JSON.parse(pushed.lease.payload).policyHash).toBe(hash);
});

it('a publication after which the policies could not be read is published and pushed', async () => {
  const { store, fail } = failingStore();
  await using kit = await startServer({ store, timing });
  await kit.publish({ app: { level: 'name' } });
  await using agent = await connect(kit, await kit.enrol());
  fail('policies', 1);
  const { signed } = await kit.publish({ app: { level: 'off' } });
  expect((await agent.take('policy')).policy).toEqual(signed);
  expect((await kit.control.current(kit.org)).document.version).toBe(3);
});

it('an agent to which a policy cannot be pushed at all is told to come again, and has it from the welcome', async () => {
  const { store, fail } = failingStore();
  await using kit = await startServer({ store, timing });
  await kit.publish({ app: { level: 'name' } });
  const device = await kit.enrol();
  await using agent = await connect(kit, device);
  fail('lease', 2);
  const { signed } = await kit.publish({ app: { level: 'off' } });
  expect(await agent.take('bye')).toMatchObject({ reason: 'unavailable', retry: true });
  await using again = await connect(kit, device);
  expect(again.frames.find((frame) => frame.type === 'welcome')).toMatchObject({ policy: signed });
});

it('a renewal holds the policy only where the connection has not had it', async () => {
  await using kit = await startServer({ timing: { leaseRenewMs: DAY } });
  await using agent = await connect(kit, await kit.enrol());
  const { signed } = await kit.publish({ app: { level: 'name' } });
  expect((await agent.take('policy')).policy).toEqual(signed);
  kit.clock.advance(DAY);
  expect((await agent.take('policy')).policy).toBeNull();
});
