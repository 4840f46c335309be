import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { createAcknowledgements } from '../../../../server/control/acknowledgements.ts';
import type { Connection } from '../../../../server/control/control.ts';
import { createPush } from '../../../../server/control/push.ts';
import { verifySigned } from '../../../../server/control/signer.ts';
import { createTellings } from '../../../../server/control/tellings.ts';
import { type Store, StoreError } from '../../../../server/store/store.ts';
import { DeviceId } from '../../../../shared/ids.ts';
import type { Signed } from '../../../../shared/signed.ts';
import { DAY } from '../../../../shared/time.ts';
import { acknowledgementBy, connect, receiptBy, startServer } from '../../../support/ingestKit.ts';
import { createReferenceStore } from '../../../support/referenceStore.ts';

interface Failing {
  readonly store: Store;
  /** From now on so many calls fail that write a lease, or read the policies, as on a disk that is busy. */
  fail(what: 'lease' | 'policies', times: number): void;
  /** From now on no lease of this device can be written, nor any that is to be written together with it. */
  damage(device: DeviceId): void;
}

function failingStore(): Failing {
  const real = createReferenceStore();
  const left = { lease: 0, policies: 0 };
  let atFault: DeviceId | null = null;
  const failed = (what: 'lease' | 'policies'): boolean => {
    if (left[what] === 0) return false;
    left[what] -= 1;
    return true;
  };
  const busy = () => Promise.reject(new StoreError('busy', 'for once'));
  return {
    store: {
      ...real,
      recordLeases: (org, leases) => {
        const isAtFault = leases.some((lease) => lease.device === atFault);
        return isAtFault || failed('lease') ? busy() : real.recordLeases(org, leases);
      },
      policies: (org) => (failed('policies') ? busy() : real.policies(org)),
    },
    fail: (what, times) => {
      left[what] = times;
    },
    damage: (device) => {
      atFault = device;
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

it('a device whose lease cannot be written comes again, and every other has the policy all the same', async () => {
  const { store, damage } = failingStore();
  await using kit = await startServer({ store, timing });
  await kit.publish({ app: { level: 'name' } });
  const devices = [await kit.enrol(), await kit.enrol(), await kit.enrol()] as const;
  await using first = await connect(kit, devices[0]);
  await using damaged = await connect(kit, devices[1]);
  await using last = await connect(kit, devices[2]);
  damage(devices[1].record.device);
  const { signed } = await kit.publish({ app: { level: 'off' } });
  for (const agent of [first, last]) expect((await agent.take('policy')).policy).toEqual(signed);
  expect(await damaged.take('bye')).toMatchObject({ reason: 'unavailable', retry: true });
});

it('a publication records the leases of all who are connected in one unit of work, and reads no device', async () => {
  const real = createReferenceStore();
  const calls: string[] = [];
  const store: Store = {
    ...real,
    device: (...all) => (calls.push('device'), real.device(...all)),
    devices: (...all) => (calls.push('devices'), real.devices(...all)),
    acknowledgements: (...all) => (calls.push('acknowledgements'), real.acknowledgements(...all)),
    recordLeases: (org, leases) => (calls.push(`leases ${leases.length}`), real.recordLeases(org, leases)),
  };
  await using kit = await startServer({ store, timing });
  const agents = [];
  for (let count = 0; count < 5; count += 1) agents.push(await connect(kit, await kit.enrol()));
  await kit.control.proof(kit.org);
  calls.length = 0;
  await kit.publish({ app: { level: 'name' } });
  for (const agent of agents) await agent.take('policy');
  expect(calls).toEqual(['leases 5']);
  for (const agent of agents) await agent[Symbol.asyncDispose]();
});

const nobodyAsks = () => Promise.reject(new Error('nobody asks'));

it('a publication reaches everybody also where more are connected than are remembered, in one go', async () => {
  await using kit = await startServer({ timing });
  const { org, person } = kit;
  const listening = (device: DeviceId, sendPolicy: () => void): Connection => ({
    ...{ org, person, device, sendPolicy, committedSeq: () => null, openSession: () => null },
    ...{
      renewSoon: () => {},
      sendLowering: () => {},
      tellRequests: () => {},
      tellComing: () => {},
      tellLastNotice: () => {},
      tellNotice: () => {},
      stopSession: () => {},
      wipe: () => {},
      replaced: () => {},
      selfTest: nobodyAsks,
    },
  });
  const devices = [await kit.enrol(), await kit.enrol(), await kit.enrol(), await kit.enrol()].map((one) => one.record);
  const { store, organisations, clock } = kit;
  const sent: DeviceId[] = [];
  let leases = 0;
  const { push } = createPush({
    ...{ organisations, clock, onRecorded: () => undefined },
    store: { ...store, recordLeases: (org, all) => ((leases += all.length), store.recordLeases(org, all)) },
    tellings: createTellings({
      store,
      vault: kit.vault,
      acknowledgements: createAcknowledgements(kit.vault),
      most: devices.length - 1,
    }),
    stateOf: async (org) => {
      const current = await kit.control.current(org);
      if (leases > 100) throw new Error('it goes on for ever');
      return { current, published: [current] };
    },
    connections: { ...kit.connections, of: (device) => listening(device, () => void sent.push(device)) },
  });
  await push(devices);
  expect(sent.toSorted()).toEqual(devices.map(({ device }) => device).toSorted());
  expect(leases).toBe(devices.length);
});

it('nobody is sent a lease before it is recorded, however many there are, and everybody gets their own', async () => {
  await using kit = await startServer({ timing });
  const { org, person, store, organisations, clock } = kit;
  const current = await kit.control.current(org);
  const devices = Array.from({ length: 300 }, () => ({ org, person, device: DeviceId.parse(randomUUID()) }));
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const recorded = new Set<DeviceId>();
  const sent: { device: DeviceId; lease: Signed; wasRecorded: boolean }[] = [];
  const { push } = createPush({
    ...{ organisations, clock, onRecorded: () => undefined },
    store: {
      ...store,
      async recordLeases(_org, leases) {
        await held;
        for (const { device } of leases) recorded.add(device);
        return leases.map(({ device }) => device);
      },
    },
    tellings: createTellings({
      store,
      vault: kit.vault,
      acknowledgements: createAcknowledgements(kit.vault),
      most: devices.length,
    }),
    stateOf: async () => ({ current, published: [current] }),
    connections: {
      ...kit.connections,
      of: (device) => ({
        ...{ org, person, device, committedSeq: () => null, openSession: () => null },
        ...{
          renewSoon: () => {},
          sendLowering: () => {},
          tellRequests: () => {},
          tellComing: () => {},
          tellLastNotice: () => {},
          tellNotice: () => {},
          stopSession: () => {},
          wipe: () => {},
          replaced: () => {},
          selfTest: nobodyAsks,
        },
        sendPolicy: (_policy, lease) => void sent.push({ device, lease, wasRecorded: recorded.has(device) }),
      }),
    },
  });
  const pushed = push(devices);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(sent).toEqual([]);
  release();
  await pushed;
  expect(sent.map(({ device }) => device).toSorted()).toEqual(devices.map(({ device }) => device).toSorted());
  expect(sent.every(({ wasRecorded }) => wasRecorded)).toBe(true);
  expect(sent.map(({ lease }) => JSON.parse(lease.payload).device)).toEqual(sent.map(({ device }) => device));
  const { policyKey } = (await organisations.signer(org)).identity;
  expect(sent.every(({ lease }) => verifySigned('daylight/lease/v1', lease, policyKey))).toBe(true);
});

it('a lease that was made while its person acknowledged does not undo what that lifted', async () => {
  const real = createReferenceStore();
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let hold = false;
  const store: Store = {
    ...real,
    async recordLeases(org, leases) {
      if (hold && leases.length > 1) await held;
      return real.recordLeases(org, leases);
    },
  };
  await using kit = await startServer({ store, timing });
  const [device, other] = [await kit.enrol({ acknowledge: false }), await kit.enrol()];
  const policy = await kit.publish({ app: { level: 'name' } });
  await using agent = await connect(kit, device);
  await using _other = await connect(kit, other);
  hold = true;
  const publishing = kit.publish({ timezone: { level: 'on' } });
  await expect.poll(async () => (await kit.control.current(kit.org)).document.version).toBe(3);
  await kit.control.acknowledge(device.record, await acknowledgementBy(device, policy));
  release();
  await publishing;
  const last = () => {
    const frame = agent.frames.findLast((one) => one.type === 'policy');
    return frame?.type === 'policy' ? JSON.parse(frame.lease.payload) : null;
  };
  await expect.poll(() => last()?.policyVersion).toBe(3);
  // Whatever is still on its way was sent before the answer to this.
  agent.send({ type: 'receipt', receipt: receiptBy(device, await kit.control.current(kit.org)) });
  await expect.poll(async () => (await kit.store.receipts(kit.org, device.record.device)).length).toBe(1);
  expect(last()).toMatchObject({ policyVersion: 3, acknowledged: { app: 'name' } });
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
