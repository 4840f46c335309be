import type { z } from 'zod';
import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import { DaylightError } from '../../shared/errors.ts';
import type { DeviceId, OrgId, PersonId } from '../../shared/ids.ts';
import { firstRules, type Levels, PolicyDocument } from '../../shared/policy/policy.ts';
import { EnrolmentPayload, type PolicyChange } from '../../shared/protocol/http.ts';
import { AcknowledgementPayload, ReceiptPayload } from '../../shared/protocol/messages.ts';
import type { Digest, Signed } from '../../shared/signed.ts';
import type { UnixMs } from '../../shared/time.ts';
import type { Authorized } from '../authorize.ts';
import type { Clock } from '../clock.ts';
import {
  type AcknowledgementRecord,
  type DeviceRecord,
  type PolicyRecord,
  type ReceiptRecord,
  type Store,
  StoreError,
} from '../store/store.ts';
import type { SealScope, Vault } from '../vault/vault.ts';
import { createBounded } from './bounded.ts';
import { applyChange } from './change.ts';
import type { Changes } from './changes.ts';
import type { Connections, Judge, PolicyControl, PublishedPolicy } from './control.ts';
import { type Facts, judge } from './judge.ts';
import { leaseFor, recordLease } from './lease.ts';
import { type Current, prove, requestedSince, testimony, unchangedSince, type Witness } from './proof.ts';
import { type Organisations, payloadHash, readSigned } from './signer.ts';
import { type Acknowledged, type Told, toldBy, toldOnAny } from './told.ts';

export interface PolicyControlDeps {
  readonly store: Store;
  readonly vault: Vault;
  readonly organisations: Organisations;
  readonly connections: Connections;
  readonly changes: Changes;
  readonly clock: Clock;
}

/** Organisations, and devices, whose policies and acknowledgements are kept in memory at once. */
const ORGS_REMEMBERED = 1_000;
const DEVICES_REMEMBERED = 20_000;

/** What is in memory of an organisation. `published` is never empty. */
interface OrgState {
  readonly published: readonly PublishedPolicy[];
  readonly current: PublishedPolicy;
}

/** What was acknowledged on one device, and what its person has therefore been told of there. */
interface ToldState {
  readonly acknowledged: readonly Acknowledged[];
  readonly told: Told;
}

/** Since when each device has agreed with the policy of this hash, per parameter. Known since this process began. */
interface Agreements {
  readonly hash: Digest;
  readonly of: Map<DeviceId, Partial<Record<ParameterId, UnixMs>>>;
}

/** The only place where a policy becomes a published one. */
export function createPolicyControl(deps: PolicyControlDeps): PolicyControl {
  const { store, vault, organisations, connections, changes, clock } = deps;
  const orgs = createBounded<OrgId, OrgState>(ORGS_REMEMBERED);
  const toldOf = createBounded<string, ToldState>(DEVICES_REMEMBERED);
  const receipts = createBounded<string, ReceiptPayload | null>(DEVICES_REMEMBERED);
  const leases = createBounded<DeviceId, Pick<DeviceRecord, 'lease' | 'previousLease'>>(DEVICES_REMEMBERED);
  const pending = new Map<OrgId, { document: PolicyDocument; publishedAt: UnixMs }>();
  const marks = new Map<OrgId, number>();
  const publishing = new Map<OrgId, Promise<unknown>>();
  const agreements = new Map<OrgId, Agreements>();

  const stateOf = (org: OrgId) => orgs.get(org, () => loadOrg(org));

  async function loadOrg(org: OrgId): Promise<OrgState> {
    const { identity } = await organisations.signer(org);
    const records = await store.policies(org);
    const published = await Promise.all(records.map((record) => openPolicy(vault, record, identity.policyKey)));
    return stateFrom(published);
  }

  /** Only what was acknowledged on this very device counts for it: another one may be anybody's. */
  function toldOn({ org, person, device }: DeviceRecord, state: OrgState): Promise<ToldState> {
    return toldOf.get(toldKey(org, device, state), async () => {
      const all = await store.acknowledgements(org, person);
      const acknowledged = all.filter((one) => one.device === device);
      return { acknowledged, told: toldBy(state.published, acknowledged) };
    });
  }

  function moveMark(org: OrgId): void {
    marks.set(org, (marks.get(org) ?? 0) + 1);
  }

  /** One publication at a time in an organisation; the next begins when this one is durable, or has failed. */
  function inTurn<T>(org: OrgId, task: () => Promise<T>): Promise<T> {
    const mine = (publishing.get(org) ?? Promise.resolve()).then(task, task);
    publishing.set(org, mine);
    const done = () => {
      if (publishing.get(org) === mine) publishing.delete(org);
    };
    mine.then(done, done);
    return mine;
  }

  async function commit(
    document: PolicyDocument,
    author: PersonId | null,
    reason: string,
    publishedAt: UnixMs,
  ): Promise<PublishedPolicy> {
    const { org, version } = document;
    const signed = (await organisations.signer(org)).signAsPolicy('daylight/policy/v1', document);
    const hash = payloadHash(signed.payload);
    pending.set(org, { document, publishedAt });
    moveMark(org);
    try {
      const sealed = await vault.seal(reasonScope(org, version), Buffer.from(reason, 'utf8'));
      await store.publishPolicy({ org, version, hash, signed, publishedAt, author, reason: sealed });
    } catch (error) {
      // The store may have it all the same, or another process was first: what is remembered is read again.
      orgs.forget(org);
      pending.delete(org);
      moveMark(org);
      for (const connection of connections.in(org)) connection.renewSoon();
      if (isConflict(error))
        throw new DaylightError('conflict', 'another policy was published first', { cause: error });
      throw error;
    }
    // Durable: from here on nothing that fails may make it look as if it were not.
    orgs.forget(org);
    pending.delete(org);
    moveMark(org);
    return { document, hash, signed, publishedAt, author, reason } as PublishedPolicy;
  }

  async function issueLease(device: DeviceRecord): Promise<{ policy: PublishedPolicy; lease: Signed }> {
    for (;;) {
      const state = await stateOf(device.org);
      const policy = state.current;
      const now = clock.now();
      const told = (await toldOn(device, state)).told.at(now);
      const document = leaseFor(device, policy, told, now);
      const lease = (await organisations.signer(device.org)).signAsPolicy('daylight/lease/v1', document);
      const recorded = await store.changeDevice(device.org, device.device, recordLease(device, document));
      leases.forget(device.device);
      if (recorded === null) throw new DaylightError('not_found', 'this device is not enrolled');
      // A policy that was published meanwhile needs a lease of its own; this one would be refused by the agent.
      if ((await stateOf(device.org)).current.hash === policy.hash) return { policy, lease };
    }
  }

  /** Reads the device anew, so that the window of the lease continues from what is recorded now. */
  async function freshLease(org: OrgId, device: DeviceId): Promise<{ policy: PublishedPolicy; lease: Signed } | null> {
    const record = await store.device(device);
    if (record === null || record.org !== org || record.status !== 'active') return null;
    return issueLease(record);
  }

  /** Never rejects: what is in force is in force, and a device that it could not be sent to must not hide that. */
  async function push(org: OrgId, devices: readonly DeviceId[]): Promise<void> {
    await Promise.all(
      devices.map(async (device) => {
        try {
          const fresh = await freshLease(org, device);
          if (fresh !== null) connections.of(device)?.sendPolicy(fresh.policy, fresh.lease);
        } catch {
          connections.of(device)?.renewSoon();
        }
      }),
    );
  }

  async function keepAcknowledgement(device: DeviceRecord, noticeVersion: number, signed: Signed): Promise<void> {
    const { org } = device;
    const state = await stateOf(org);
    const before = await toldOn(device, state);
    // Saying again what was said, or something older, tells nothing new and must not lower what a later one lifted.
    if (before.acknowledged.some((one) => one.noticeVersion >= noticeVersion)) {
      return push(org, [device.device]);
    }
    await store.putAcknowledgement(acknowledgementOf(device, noticeVersion, signed));
    toldOf.forget(toldKey(org, device.device, state));
    await wasTold(device);
    await push(org, [device.device]);
  }

  function acknowledgementOf(device: DeviceRecord, noticeVersion: number, signed: Signed): AcknowledgementRecord {
    const { org, person } = device;
    return { org, person, device: device.device, noticeVersion, at: clock.now(), acknowledgement: signed };
  }

  /** What was remembered of this device is read again. */
  async function wasTold({ org, device }: DeviceRecord): Promise<void> {
    toldOf.forget(toldKey(org, device, await stateOf(org)));
    moveMark(org);
    changes.notify(org);
  }

  async function versionOf(org: OrgId, version: number): Promise<PublishedPolicy | null> {
    return (await stateOf(org)).published.find((one) => one.document.version === version) ?? null;
  }

  async function judging(device: DeviceRecord): Promise<{ judge: Judge; policyVersion: number }> {
    const state = await stateOf(device.org);
    const { told } = await toldOn(device, state);
    const { lease, previousLease } = await leases.get(device.device, async () => {
      return (await store.device(device.device)) ?? device;
    });
    const facts: Facts = {
      now: clock.now(),
      published: state.published,
      pending: pending.get(device.org) ?? null,
      told,
      lease,
      previousLease,
    };
    return { judge: (question) => judge(facts, question), policyVersion: state.current.document.version };
  }

  function noteAgreement(current: Current, device: DeviceRecord, told: Levels, receipt: ReceiptPayload): void {
    const known = agreements.get(device.org);
    const ofCurrent: Agreements = known?.hash === current.hash ? known : { hash: current.hash, of: new Map() };
    agreements.set(device.org, ofCurrent);
    const before = ofCurrent.of.get(device.device) ?? {};
    const agreed: Partial<Record<ParameterId, UnixMs>> = {};
    for (const parameter of parameterIds) {
      const says = testimony(current, parameter, { receipt, told });
      if (says === 'agrees_active' || says === 'agrees_off') agreed[parameter] = before[parameter] ?? clock.now();
    }
    ofCurrent.of.set(device.device, agreed);
  }

  async function isOlderThanKept(device: DeviceRecord, at: UnixMs): Promise<boolean> {
    const kept = await store.receipts(device.org, device.device);
    const read = await Promise.all(kept.map((record) => readReceipt(device, record)));
    return read.some((one) => one !== null && one.at > at);
  }

  async function readReceipt(device: DeviceRecord, record: ReceiptRecord | undefined): Promise<ReceiptPayload | null> {
    if (record === undefined) return null;
    const key = `${device.device} ${record.receipt.signature}`;
    return receipts.get(key, async () => {
      try {
        return readSigned('daylight/receipt/v1', ReceiptPayload, record.receipt, device.publicKey);
      } catch {
        return null; // changed in the store: it proves nothing
      }
    });
  }

  return {
    begin: (org) =>
      inTurn(org, async () => {
        if ((await store.policies(org)).length > 0) {
          throw new DaylightError('conflict', 'this organisation has a policy already');
        }
        const now = clock.now();
        return commit(firstPolicy(org, now), null, 'First policy: the defaults of the register.', now);
      }),

    current: async (org) => (await stateOf(org)).current,
    version: versionOf,

    async publish(leave: Authorized<'policy.publish'>, change: PolicyChange) {
      const { org, person } = leave.actor;
      const published = await inTurn(org, async () => {
        const { current } = await stateOf(org);
        const now = Math.max(clock.now(), current.publishedAt);
        const next = applyChange(current.document, current.hash, change, now);
        await store.recordSecurityEvent({
          org,
          at: now,
          kind: 'policy_submitted',
          person,
          detail: 'A change of the collection policy was submitted for publication.',
        });
        return commit(next, person, change.reason, now);
      });
      changes.notify(org);
      await push(
        org,
        connections.in(org).map((connection) => connection.device),
      );
      return published;
    },

    async acknowledge(device, acknowledgement) {
      const said = readSigned('daylight/acknowledgement/v1', AcknowledgementPayload, acknowledgement, device.publicKey);
      if (said.org !== device.org || said.person !== device.person || said.device !== device.device) {
        throw new DaylightError('bad_request', 'acknowledgement: org, person and device must be those of this device');
      }
      const notice = await versionOf(device.org, said.noticeVersion);
      if (notice?.hash !== said.policyHash) {
        throw new DaylightError('bad_request', 'acknowledgement: no notice was published with this version and hash');
      }
      await keepAcknowledgement(device, said.noticeVersion, acknowledgement);
    },

    async enrol(device, enrolment, { codeHash, event }) {
      const said = readSigned('daylight/enrolment/v1', EnrolmentPayload, enrolment, device.publicKey);
      if (said.device !== device.device || said.publicKey !== device.publicKey) {
        throw new DaylightError('bad_request', 'enrolment: device and publicKey must be those of this device');
      }
      const notice = said.acknowledgedNotice;
      if (notice !== null && (await versionOf(device.org, notice)) === null) {
        throw new DaylightError('bad_request', 'enrolment: acknowledgedNotice: there is no such notice', {
          field: 'enrolment.acknowledgedNotice',
          remedy: 'Ask for the notice again and acknowledge the version that it names.',
        });
      }
      const acknowledgement = notice === null ? null : acknowledgementOf(device, notice, enrolment);
      const result = await store.enrolDevice({ codeHash, now: clock.now(), device, acknowledgement, event });
      if (result.kind === 'enrolled') await wasTold(device);
      return result;
    },

    async lease(device) {
      const fresh = await freshLease(device.org, device.device);
      if (fresh === null) throw new DaylightError('gone', 'this device is retired or was never enrolled');
      return fresh.lease;
    },

    judging,
    judge: async ({ device, ...question }) => (await judging(device)).judge(question),
    refresh: (org) => orgs.forget(org),
    mark: (org) => marks.get(org) ?? 0,

    async receive(device, receipt, connectedAt = null) {
      const said = readSigned('daylight/receipt/v1', ReceiptPayload, receipt, device.publicKey);
      if (said.device !== device.device) throw new DaylightError('bad_request', 'receipt: device: it is another one');
      const about = await versionOf(device.org, said.policyVersion);
      if (about?.hash !== said.policyHash) {
        throw new DaylightError('bad_request', 'receipt: no policy was published with this version and hash');
      }
      if (connectedAt !== null && said.at < connectedAt && (await isOlderThanKept(device, said.at))) return false;
      const record = { org: device.org, device: device.device, policyVersion: said.policyVersion };
      await store.putReceipt({ ...record, receivedAt: clock.now(), receipt });
      const state = await stateOf(device.org);
      const { told } = await toldOn(device, state);
      noteAgreement(claimsOf(state), device, told.at(clock.now()), said);
      changes.notify(device.org);
      return true;
    },

    async acknowledged(org, person) {
      const [state, devices] = await Promise.all([stateOf(org), store.devices(org)]);
      const active = devices.filter((device) => device.person === person && device.status === 'active');
      const now = clock.now();
      return toldOnAny(await Promise.all(active.map(async (device) => (await toldOn(device, state)).told.at(now))));
    },

    onChange: (org, callback) => changes.on(org, callback),

    async proof(org) {
      const state = await stateOf(org);
      const [devices, latest] = await Promise.all([store.devices(org), store.latestReceipts(org)]);
      const byDevice = new Map(latest.map((record) => [record.device, record]));
      const agreed = agreements.get(org);
      const now = clock.now();
      const active = devices.filter((device) => device.status === 'active');
      const witnesses = await Promise.all(
        active.map(
          async (device): Promise<Witness> => ({
            device,
            connected: connections.of(device.device) !== null,
            told: (await toldOn(device, state)).told.at(now),
            receipt: await readReceipt(device, byDevice.get(device.device)),
            agreedAt: (agreed?.hash === state.current.hash ? agreed.of.get(device.device) : undefined) ?? {},
          }),
        ),
      );
      const { document } = state.current;
      return {
        policyVersion: document.version,
        parameters: prove(claimsOf(state), requestedSince(state.published), witnesses),
      };
    },
  };
}

function firstPolicy(org: OrgId, now: UnixMs): PolicyDocument {
  return PolicyDocument.parse({
    schema: 1,
    org,
    scope: { kind: 'org' },
    version: 1,
    previousHash: null,
    notBefore: now,
    leaseHours: { observed: 24, entered: 720 },
    screenshotReviewSeconds: 300,
    idleSeconds: 300,
    parameters: firstRules(),
  } satisfies z.input<typeof PolicyDocument>);
}

/** A policy from the store, checked as if it came from a stranger: signature, hash, version and organisation. */
async function openPolicy(vault: Vault, record: PolicyRecord, policyKey: string): Promise<PublishedPolicy> {
  const { org, version, hash, signed, publishedAt, author } = record;
  const document = genuine(signed, policyKey);
  if (payloadHash(signed.payload) !== hash || document?.org !== org || document.version !== version) {
    throw new DaylightError(
      'unavailable',
      `policy version ${version} in the store was changed after it was published`,
      { remedy: 'Restore the database from a backup; until then nothing is collected.' },
    );
  }
  const reason = Buffer.from(await vault.open(reasonScope(org, version), record.reason)).toString('utf8');
  return { document, hash, signed, publishedAt, author, reason } as PublishedPolicy;
}

/** Null when the signature or the form is wrong: here that is damage, and nobody's bad request. */
function genuine(signed: Signed, policyKey: string): PolicyDocument | null {
  try {
    return readSigned('daylight/policy/v1', PolicyDocument, signed, policyKey);
  } catch (error) {
    if (error instanceof DaylightError) return null;
    throw error;
  }
}

function stateFrom(published: readonly PublishedPolicy[]): OrgState {
  const current = published.at(-1);
  if (current === undefined) throw new DaylightError('not_found', 'this organisation has no policy yet');
  return { published, current };
}

/** The policy in force, with what proof of it may rest on. */
function claimsOf({ published, current }: OrgState): Current {
  const { document, hash, publishedAt } = current;
  return { document, hash, publishedAt, unchanged: unchangedSince(published) };
}

/** What was told depends on the policies too: another version is another key. */
function toldKey(org: OrgId, device: DeviceId, state: OrgState): string {
  return `${org} ${device} ${state.current.hash}`;
}

function reasonScope(org: OrgId, version: number): SealScope {
  return {
    org,
    person: null,
    parameter: 'profile',
    epoch: 0,
    record: org,
    part: 'policy reason',
    policyVersion: version,
  };
}

function isConflict(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'conflict';
}
