import type { DeviceId, OrgId } from '../../shared/ids.ts';
import type { Lease } from '../../shared/policy/lease.ts';
import type { Signed } from '../../shared/signed.ts';
import type { Clock } from '../clock.ts';
import type { DeviceRecord, IssuedLease, Store } from '../store/store.ts';
import type { Connections, PublishedPolicy } from './control.ts';
import { leaseFor } from './lease.ts';
import type { Organisations } from './signer.ts';
import type { Telling, Tellings } from './tellings.ts';
import { instantOf } from './told.ts';

/** Gives devices the policy in force: a lease for it, and with that the policy itself. */
export interface Push {
  /** A lease that is signed and recorded; null for a device that is retired or was never enrolled. */
  lease(device: Addressee): Promise<Signed | null>;
  /**
   * Sends to those of the devices, all of one organisation, that are connected. Never rejects: what is in force is in
   * force, and a device that it could not be sent to must not hide that. That one's connection tries again by itself.
   */
  push(devices: readonly Addressee[]): Promise<void>;
}

export type Addressee = Pick<DeviceRecord, 'org' | 'person' | 'device'>;

export interface PushDeps {
  readonly store: Store;
  readonly organisations: Organisations;
  readonly connections: Connections;
  readonly clock: Clock;
  readonly tellings: Tellings;
  /** The policy in force as the store has it, and all before it. */
  readonly stateOf: (org: OrgId) => Promise<PolicyState>;
  /** Told each device whose recorded lease has changed. */
  readonly onRecorded: (device: DeviceId) => void;
}

export interface PolicyState {
  readonly published: readonly PublishedPolicy[];
  readonly current: PublishedPolicy;
}

/** Leases that hold now. `again`: devices whose policy or acknowledgement changed while theirs was made. */
interface Issued {
  readonly policy: PublishedPolicy;
  readonly leases: readonly SignedLease[];
  readonly again: readonly Addressee[];
}

interface SignedLease {
  readonly device: DeviceId;
  readonly lease: Signed;
}

/** Devices whose leases are one unit of work: the first have the policy while the last are still signed. */
const PUSHED_AT_ONCE = 1_000;
/** Signatures that are made before whoever waits for this process gets a turn. */
const SIGNED_AT_ONCE = 32;

export function createPush(deps: PushDeps): Push {
  const { store, organisations, connections, clock, tellings, stateOf, onRecorded } = deps;

  /** One unit of work for all of them, signed while the store writes. */
  async function issue(org: OrgId, devices: readonly Addressee[]): Promise<Issued> {
    const state = await stateOf(org);
    const told = await tellings.onEach(devices, state);
    const now = clock.now();
    const instant = instantOf(now, state.current);
    const documents = told.map(([device, telling]) => leaseFor(device, state.current, telling.told.at(instant), now));
    const [recorded, signed] = await Promise.all([record(org, documents), signAll(org, documents)]);
    const outdated = await outdatedOf(org, state, told);
    return {
      policy: state.current,
      leases: signed.filter(({ device }) => recorded.has(device) && !outdated.has(device)),
      again: devices.filter(({ device }) => recorded.has(device) && outdated.has(device)),
    };
  }

  async function record(org: OrgId, documents: readonly IssuedLease[]): Promise<ReadonlySet<DeviceId>> {
    const recorded = await store.recordLeases(org, documents);
    for (const device of recorded) onRecorded(device);
    return new Set(recorded);
  }

  async function signAll(org: OrgId, documents: readonly Lease[]): Promise<readonly SignedLease[]> {
    const signer = await organisations.signer(org);
    const signed: SignedLease[] = [];
    for (const document of documents) {
      if (signed.length % SIGNED_AT_ONCE === 0) await turn();
      signed.push({ device: document.device, lease: signer.signAsPolicy('daylight/lease/v1', document) });
    }
    return signed;
  }

  /** A lease for another policy is refused by the agent; one from before an acknowledgement would undo what that lifted. */
  async function outdatedOf(
    org: OrgId,
    before: PolicyState,
    told: readonly (readonly [Addressee, Telling])[],
  ): Promise<ReadonlySet<DeviceId>> {
    const state = await stateOf(org);
    const isCurrent = state.current.hash === before.current.hash;
    const devices = told.map(([device]) => device);
    const now = new Map(await tellings.onEach(devices, before));
    const outdated = told.filter(([device, telling]) => !isCurrent || !saysTheSame(now.get(device), telling));
    return new Set(outdated.map(([{ device }]) => device));
  }

  async function push(devices: readonly Addressee[]): Promise<void> {
    for (let from = 0; from < devices.length; from += PUSHED_AT_ONCE) {
      await pushTogether(devices.slice(from, from + PUSHED_AT_ONCE));
    }
  }

  async function pushTogether(devices: readonly Addressee[]): Promise<void> {
    for (let left = devices; left[0] !== undefined; ) {
      try {
        const { policy, leases, again } = await issue(left[0].org, left);
        for (const { device, lease } of leases) send(device, policy, lease);
        left = again;
      } catch {
        return pushApart(left);
      }
    }
  }

  /** Something failed for all of them: each by itself, so that only the one at fault has to come again. */
  async function pushApart(devices: readonly Addressee[]): Promise<void> {
    if (devices.length > 1) await Promise.all(devices.map((device) => pushTogether([device])));
    else for (const { device } of devices) connections.of(device)?.renewSoon();
  }

  function send(device: DeviceId, policy: PublishedPolicy, lease: Signed): void {
    const connection = connections.of(device);
    try {
      connection?.sendPolicy(policy, lease);
    } catch {
      connection?.renewSoon();
    }
  }

  return {
    push,
    async lease(device) {
      for (;;) {
        const { leases, again } = await issue(device.org, [device]);
        if (again.length === 0) return leases[0]?.lease ?? null;
      }
    },
  };
}

/** By what was acknowledged: whoever is not remembered any more was read again, and that alone changes nothing. */
function saysTheSame(now: Telling | undefined, before: Telling): boolean {
  if (now === undefined || now.acknowledged.length !== before.acknowledged.length) return false;
  return now.acknowledged.every(({ noticeVersion, at }, index) => {
    const other = before.acknowledged[index];
    return other?.noticeVersion === noticeVersion && other.at === at;
  });
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
