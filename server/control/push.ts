import type { DeviceId, OrgId } from '../../shared/ids.ts';
import type { Lease } from '../../shared/policy/lease.ts';
import type { Signed } from '../../shared/signed.ts';
import type { Clock } from '../clock.ts';
import { createLimited } from '../limited.ts';
import type { DeviceRecord, Store } from '../store/store.ts';
import type { Connections, PublishedPolicy } from './control.ts';
import { leaseFor } from './lease.ts';
import type { Organisations } from './signer.ts';
import type { Telling, Tellings } from './tellings.ts';
import { instantOf, termsWith } from './told.ts';

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

/** What a lease is made of, and by what it is told afterwards whether it still holds. */
interface Draft {
  readonly device: Addressee;
  readonly telling: Telling;
  readonly lease: Lease;
}

/** Leases that hold now. `again`: devices whose policy, acknowledgement or person's terms changed while theirs was made. */
interface Issued {
  readonly leases: readonly SignedLease[];
  readonly again: readonly Addressee[];
}

interface SignedLease {
  readonly device: DeviceId;
  readonly lease: Signed;
}

/** Devices whose leases are one unit of work. */
const RECORDED_TOGETHER = 1_000;
/** Devices whose leases are signed together: the first have the policy while those of the last are still signed. */
const SIGNED_TOGETHER = 125;
/** One slice is signed while another is sent. */
const SLICES_AT_ONCE = 2;

export function createPush(deps: PushDeps): Push {
  const { store, organisations, connections, clock, tellings, stateOf, onRecorded } = deps;

  async function draft(devices: readonly Addressee[], state: PolicyState): Promise<readonly Draft[]> {
    const told = await tellings.onEach(devices, state);
    const now = clock.now();
    const instant = instantOf(now, state.current);
    return told.map(([device, telling]) => {
      const { told, standing } = telling;
      const terms = termsWith(standing.terms, told, instant);
      const mine = { acknowledged: told.at(instant), coming: told.coming(instant), terms };
      return { device, telling, lease: leaseFor(device, state.current, mine, now) };
    });
  }

  async function record(org: OrgId, drafts: readonly Draft[]): Promise<ReadonlySet<DeviceId>> {
    const recorded = await store.recordLeases(
      org,
      drafts.map(({ lease }) => lease),
    );
    for (const device of recorded) onRecorded(device);
    return new Set(recorded);
  }

  /** Signed while they are recorded, and handed out when both is done. */
  async function issue(
    org: OrgId,
    state: PolicyState,
    drafts: readonly Draft[],
    recording: Promise<ReadonlySet<DeviceId>>,
  ): Promise<Issued> {
    const [recorded, signed] = await Promise.all([recording, signAll(org, drafts)]);
    const outdated = await outdatedOf(org, state, drafts);
    return {
      leases: signed.filter(({ device }) => recorded.has(device) && !outdated.has(device)),
      again: drafts.flatMap(({ device }) =>
        recorded.has(device.device) && outdated.has(device.device) ? [device] : [],
      ),
    };
  }

  async function signAll(org: OrgId, drafts: readonly Draft[]): Promise<readonly SignedLease[]> {
    const signer = await organisations.signer(org);
    return Promise.all(
      drafts.map(async ({ lease }) => ({ device: lease.device, lease: await signer.signLease(lease) })),
    );
  }

  /** A lease for another policy, or by another key than signs the policy, is refused by the agent; one from before an acknowledgement would undo what that lifted, one
   * from before an objection what that forbade. */
  async function outdatedOf(org: OrgId, before: PolicyState, drafts: readonly Draft[]): Promise<ReadonlySet<DeviceId>> {
    const state = await stateOf(org);
    const isCurrent = state.current.signed.signature === before.current.signed.signature;
    const devices = drafts.map(({ device }) => device);
    const now = new Map(await tellings.onEach(devices, before));
    const outdated = drafts.filter(({ device, telling }) => !isCurrent || !saysTheSame(now.get(device), telling));
    return new Set(outdated.map(({ device }) => device.device));
  }

  async function push(devices: readonly Addressee[]): Promise<void> {
    for (const many of slices(devices, RECORDED_TOGETHER)) await pushTogether(many);
  }

  async function pushTogether(devices: readonly Addressee[]): Promise<void> {
    for (let left = devices; left[0] !== undefined; ) {
      const { again, failed } = await pushOnce(left[0].org, left);
      await pushApart(failed, devices.length > 1);
      left = again;
    }
  }

  /** Returns those for whom something has changed meanwhile, and those for whom it failed. */
  async function pushOnce(org: OrgId, devices: readonly Addressee[]): Promise<Left> {
    try {
      const state = await stateOf(org);
      const drafts = await draft(devices, state);
      const recording = record(org, drafts);
      const underWay = createLimited(SLICES_AT_ONCE);
      const left = await Promise.all(
        slices(drafts, SIGNED_TOGETHER).map((slice) => underWay.run(() => sendSlice(org, state, slice, recording))),
      );
      return { again: left.flatMap(({ again }) => again), failed: left.flatMap(({ failed }) => failed) };
    } catch {
      return { again: [], failed: devices };
    }
  }

  async function sendSlice(
    org: OrgId,
    state: PolicyState,
    drafts: readonly Draft[],
    recording: Promise<ReadonlySet<DeviceId>>,
  ): Promise<Left> {
    try {
      const { leases, again } = await issue(org, state, drafts, recording);
      for (const { device, lease } of leases) send(device, state.current, lease);
      return { again, failed: [] };
    } catch {
      return { again: [], failed: drafts.map(({ device }) => device) };
    }
  }

  /** Something failed for all of them: each by itself, so that only the one at fault has to come again. */
  async function pushApart(devices: readonly Addressee[], wereMany: boolean): Promise<void> {
    if (wereMany) await Promise.all(devices.map((device) => pushTogether([device])));
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
        const state = await stateOf(device.org);
        const drafts = await draft([device], state);
        const { leases, again } = await issue(device.org, state, drafts, record(device.org, drafts));
        if (again.length === 0) return leases[0]?.lease ?? null;
      }
    },
  };
}

interface Left {
  readonly again: readonly Addressee[];
  readonly failed: readonly Addressee[];
}

/** By what was acknowledged and decided: whoever is not remembered any more was read again, and that alone changes nothing. */
function saysTheSame(now: Telling | undefined, before: Telling): boolean {
  if (now === undefined || now.acknowledged.length !== before.acknowledged.length) return false;
  if (now.standing.revision !== before.standing.revision) return false;
  return now.acknowledged.every(({ noticeVersion, terms, at }, index) => {
    const other = before.acknowledged[index];
    return other?.noticeVersion === noticeVersion && other.terms === terms && other.at === at;
  });
}

function slices<T>(all: readonly T[], most: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / most) }, (_, place) =>
    all.slice(place * most, (place + 1) * most),
  );
}
