import type { z } from 'zod';
import type { ParameterId } from '../../shared/catalog.ts';
import { DaylightError } from '../../shared/errors.ts';
import type { DeviceId, OrgId, PersonId } from '../../shared/ids.ts';
import { type AgreedTerms, rulesWithin } from '../../shared/policy/agreed.ts';
import { atLevels, decidedBy, decidedLevels, intendedLevels } from '../../shared/policy/ceilings.ts';
import { NO_PERSONAL_TERMS } from '../../shared/policy/personal.ts';
import { firstRules, leastOf, PolicyDocument } from '../../shared/policy/policy.ts';
import { isLowered } from '../../shared/policy/widened.ts';
import { createWallClocks } from '../../shared/policy/workingHours.ts';
import { EnrolmentPayload } from '../../shared/protocol/http/enrolment.ts';
import type { PolicyChange } from '../../shared/protocol/http/policy.ts';
import { ROTATIONS_IN_A_DAY } from '../../shared/protocol/http/policyKeys.ts';
import {
  AcknowledgementPayload,
  ConsentPayload,
  type LastNotice,
  ReceiptPayload,
} from '../../shared/protocol/messages.ts';
import type { Digest, Signed } from '../../shared/signed.ts';
import { withoutTurning } from '../../shared/text.ts';
import { DAY, HOUR, type UnixMs } from '../../shared/time.ts';
import type { Authorized } from '../authorize.ts';
import type { Clock } from '../clock.ts';
import { reviewDatesOf } from '../records/assessments.ts';
import {
  type AcknowledgementRecord,
  type DeviceRecord,
  type PolicyRecord,
  type Store,
  StoreError,
} from '../store/store.ts';
import type { SealScope, Vault } from '../vault/vault.ts';
import { createAcknowledgements } from './acknowledgements.ts';
import { type Agreed, createAgreements } from './agreements.ts';
import { createBounded } from './bounded.ts';
import { applyChange, applyReviews, withEverythingOff } from './change.ts';
import type { Changes } from './changes.ts';
import { consentEvents, consentTo, requireAsked, withdrawal } from './consenting.ts';
import type { Connections, Judge, PolicyControl, PublishedPolicy } from './control.ts';
import { type Decision, sealDecision } from './decision.ts';
import { exclusionsOf, type Facts, judge, judgeEnd, takenAway } from './judge.ts';
import { keepingBy } from './keeping.ts';
import { isSignedBefore, type PolicyKeyChange, type PolicyKeys, statementsOf } from './policyKeys.ts';
import { askedSince, type Current, prove, unchangedSince } from './proof.ts';
import { createProposals, requireMayPublish, type Submission } from './proposals.ts';
import { createPublications } from './publications.ts';
import { createPush } from './push.ts';
import { createReceipts } from './receipts.ts';
import {
  type Organisations,
  type OrgSigner,
  payloadHash,
  readSigned,
  readSignedAside,
  type Verifier,
  verifierOf,
} from './signer.ts';
import { type Standing, standingOf } from './standing.ts';
import { createTellings, type Telling } from './tellings.ts';
import { instantOf, termsWith } from './told.ts';
import { createWitnesses } from './witnesses.ts';
import { speaksFor } from './youngDevice.ts';

export interface PolicyControlDeps {
  readonly store: Store;
  readonly vault: Vault;
  readonly organisations: Organisations;
  readonly connections: Connections;
  readonly changes: Changes;
  readonly clock: Clock;
  /** How long a publication is waited for by whoever judges. */
  readonly settleMs?: number;
}

/** Far longer than a publication takes, and shorter than the silence after which an agent gives a connection up. */
const SETTLE_MS = 10_000;
/** Organisations whose policies, and devices whose acknowledgements, leases and receipts are kept in memory at once. */
const ORGS_REMEMBERED = 1_000;
const DEVICES_REMEMBERED = 20_000;

/** The reason that such a version has for everyone to read. */
const REVIEWED = 'The dates by which it is assessed again, as they stand in the register of assessments.';

/** The reason of what stands in the place of a policy that was lost, and of the one above. */
const LOST =
  'Everything is off: the policies since the backup were lost with the machine. Publish what is to be collected.';

const LOOK_AGAIN = 'Look at what holds now, and decide again if need be.';

/** What is in memory of an organisation. `published` is never empty. */
interface OrgState {
  readonly published: readonly PublishedPolicy[];
  readonly current: PublishedPolicy;
  /** The one in force, with what proof of it may rest on. */
  readonly claims: Current;
  readonly requestedAt: Readonly<Record<ParameterId, UnixMs>>;
}

const NOT_ANY_MORE: readonly string[] = ['conflict', 'not_found', 'rate_limited'];

type Deciding = (standing: Standing, current: PublishedPolicy) => Decision | Promise<Decision>;

/** The only place where a policy becomes a published one. */
export function createPolicyControl(deps: PolicyControlDeps): PolicyControl {
  const { store, vault, organisations, connections, changes, clock } = deps;
  const orgs = createBounded<OrgId, OrgState>(ORGS_REMEMBERED);
  /** As long as a connection holds its device. */
  const verifiers = new WeakMap<DeviceRecord, Verifier>();
  const acknowledgements = createAcknowledgements(vault);
  const tellings = createTellings({ store, vault, acknowledgements, most: DEVICES_REMEMBERED });
  const receipts = createReceipts(vault, DEVICES_REMEMBERED);
  const newestReceipts = createBounded<DeviceId, UnixMs>(DEVICES_REMEMBERED);
  const witnesses = createWitnesses(store, receipts, DEVICES_REMEMBERED);
  const leases = createBounded<DeviceId, Pick<DeviceRecord, 'lease' | 'previousLease'>>(DEVICES_REMEMBERED);
  const publications = createPublications(deps.settleMs ?? SETTLE_MS);
  const agreements = createAgreements(store, receipts, DEVICES_REMEMBERED);

  const walls = createWallClocks();

  const stateOf = (org: OrgId) => orgs.get(org, () => loadOrg(org));
  const onRecorded = (device: DeviceId) => leases.forget(device);
  const { push, lease } = createPush({ store, organisations, connections, clock, tellings, stateOf, onRecorded });

  const proposals = createProposals({
    ...{ store, vault, clock, publications, stateOf, submit, announce },
    onChange: tellComing,
  });

  async function loadOrg(org: OrgId): Promise<OrgState> {
    for (;;) {
      const signer = await organisations.signer(org);
      const records = await store.policies(org);
      if ((await organisations.signer(org)) !== signer) continue; // another key signs by now
      const published = await Promise.all(records.map((record) => openPolicy(vault, record, signer.keys)));
      return stateFrom(published, signer);
    }
  }

  async function commit(
    document: PolicyDocument,
    author: PersonId | null,
    reason: string,
    publishedAt: UnixMs,
  ): Promise<PublishedPolicy> {
    const { org, version } = document;
    const signer = await organisations.signer(org);
    const signed = signer.signPolicy(document);
    const hash = payloadHash(signed.payload);
    try {
      const sealed = await vault.seal(reasonScope(org, version), Buffer.from(reason, 'utf8'));
      await store.publishPolicy({ org, version, hash, signed, publishedAt, author, reason: sealed });
    } catch (error) {
      // The store may have it all the same, or another process was first: what is remembered is read again.
      orgs.forget(org);
      for (const connection of connections.in(org)) connection.renewSoon();
      if (isConflict(error))
        throw new DaylightError('conflict', 'another policy was published first', { cause: error });
      throw error;
    }
    // Durable: from here on nothing that fails may make it look as if it were not.
    orgs.forget(org);
    const keys = statementsOf(signer.keys);
    return { document, hash, signed, keys, publishedAt, author, reason } as PublishedPolicy;
  }

  async function submit(
    before: PolicyDocument,
    next: PolicyDocument,
    { person, reason, now }: Submission,
  ): Promise<PublishedPolicy> {
    await store.recordSecurityEvent({
      org: next.org,
      at: now,
      kind: 'policy_submitted',
      person,
      detail: 'a change of the collection policy was submitted for publication',
    });
    const published = await commit(next, person, reason, now);
    if (isLowered(before, next)) sendAhead(published);
    return published;
  }

  async function announce(org: OrgId): Promise<void> {
    changes.notify(org);
    await push(connections.in(org));
    tellComing(org);
  }

  /** After the policy itself, which waits for nothing that is only read. */
  function tellComing(org: OrgId): void {
    for (const connection of connections.in(org)) connection.tellComing();
  }

  async function keepAcknowledgement(
    device: DeviceRecord,
    notice: PublishedPolicy,
    terms: number,
    signed: Signed,
  ): Promise<void> {
    const { version } = notice.document;
    const { acknowledged } = await tellings.on(device, await stateOf(device.org));
    // Saying again what was said, or something older, tells nothing new and must not lower what a later one lifted.
    if (!acknowledged.some((one) => one.noticeVersion >= version && one.terms >= terms)) {
      await store.putAcknowledgement(await acknowledgementOf(device, notice, terms, signed));
      wasTold(device);
    }
    await push([device]);
  }

  async function acknowledgementOf(
    device: DeviceRecord,
    { document, publishedAt }: PublishedPolicy,
    terms: number,
    signed: Signed,
  ): Promise<AcknowledgementRecord> {
    const { org, person, device: id } = device;
    const noticeVersion = document.version;
    const at = instantOf(clock.now(), { publishedAt });
    const acknowledgement = await acknowledgements.seal(device, { noticeVersion, terms, at }, signed);
    return { org, person, device: id, noticeVersion, terms, at, acknowledgement };
  }

  /** What is acknowledged is a text that was stored before it was shown, and can be read for ever. */
  async function requireText({ document: { org, version } }: PublishedPolicy, hash: Digest | undefined): Promise<void> {
    if (hash === undefined || (await store.noticeByHash(org, hash))?.version === version) return;
    throw new DaylightError('bad_request', 'noticeHash: no text of this notice was ever given out with this hash', {
      field: 'noticeHash',
      remedy: 'Ask for the notice again, show that, and acknowledge it.',
    });
  }

  /** What fails here is made up for by the push that follows. */
  function sendAhead(policy: PublishedPolicy): void {
    for (const connection of connections.in(policy.document.org)) {
      try {
        connection.sendLowering(policy);
      } catch {
        connection.renewSoon();
      }
    }
  }

  /** What was remembered of this device is read again. */
  function wasTold({ org, person }: DeviceRecord): void {
    tellings.forget(person);
    changes.notify(org);
  }

  /** As `PolicyControl.decide`, once it is settled who may. */
  async function decideFor(whose: Pick<DeviceRecord, 'org' | 'person'>, make: Deciding): Promise<Standing> {
    const { org, person } = whose;
    await tellings.standing(whose); // whatever has to be opened is, before others have to wait
    const decided = await publications.run(org, async () => {
      const standing = await tellings.standing(whose);
      const decision = await make(standing, (await stateOf(org)).current);
      const place = { ...whose, revision: standing.revision + 1, at: clock.now() };
      try {
        await store.putDecision({ ...place, decision: await sealDecision(vault, place, decision) });
      } catch (error) {
        // The store may have it all the same: it is read again, and the devices are told what holds.
        tellings.forgetPerson(person);
        for (const connection of connections.ofPerson(org, person)) connection.renewSoon();
        changes.notify(org);
        if (isConflict(error))
          throw new DaylightError('conflict', 'something else was decided first', {
            cause: error,
            remedy: LOOK_AGAIN,
          });
        throw error;
      }
      const { revision, at } = place;
      const then = standingOf([...standing.decided, { revision, at, decision }]);
      tellings.forgetPerson(person, then);
      return then;
    });
    changes.notify(org);
    await push(connections.ofPerson(org, person));
    return decided;
  }

  async function isBelieved(device: DeviceRecord): Promise<boolean> {
    return speaksFor(device, await store.devices(device.org, [device.person]), clock.now());
  }

  async function rulesFor(of: Pick<DeviceRecord, 'org' | 'person'>): Promise<PolicyDocument['parameters']> {
    const [{ current }, agreed] = await Promise.all([stateOf(of.org), agreedTerms(of)]);
    return rulesWithin(current.document.parameters, agreed ?? undefined);
  }

  async function agreedTerms(of: Pick<DeviceRecord, 'org' | 'person'>): Promise<AgreedTerms | null> {
    const [state, devices] = [await stateOf(of.org), await store.devices(of.org, [of.person])];
    const [device] = devices; // the same on each: it is the person who agrees
    if (device === undefined) return null;
    return (await tellings.on(device, state)).told.agreed(instantOf(clock.now(), state.current));
  }

  /** Saying again what was agreed to, or something older, changes nothing. */
  async function keepAgreement(
    { org, person, device }: DeviceRecord,
    version: number,
    agreement: Signed,
  ): Promise<void> {
    const isOlder = ({ agreements }: Standing): boolean => agreements.some((one) => one.version >= version);
    if (isOlder(await tellings.standing({ org, person }))) return;
    await decideFor({ org, person }, () => ({ kind: 'agreed', version, device, agreement }));
  }

  async function lastNotice(of: Pick<DeviceRecord, 'org' | 'person'>): Promise<LastNotice['notice']> {
    const last = await tellings.lastRead(of);
    const notice = last === null ? null : await versionOf(of.org, last.noticeVersion);
    if (last === null || notice === null) return null;
    const { decided, changes: since } = await tellings.standing(of);
    const then = decided.findLastIndex(({ revision }) => revision <= last.terms);
    const levels = intendedLevels(decidedBy(notice.document), since[then]?.terms ?? NO_PERSONAL_TERMS);
    const parameters = atLevels(notice.document.parameters, levels);
    return { version: last.noticeVersion, at: last.at, policy: { ...notice.document, parameters } };
  }

  async function versionOf(org: OrgId, version: number): Promise<PublishedPolicy | null> {
    return (await stateOf(org)).published.find((one) => one.document.version === version) ?? null;
  }

  async function judging(device: DeviceRecord): Promise<{ judge: Judge; policyVersion: number; terms: number }> {
    if (publications.isUnderWay(device.org)) await publications.settled(device.org);
    const state = await stateOf(device.org);
    const { told, standing } = await tellings.on(device, state);
    const { lease, previousLease } = await leases.get(device.device, async () => {
      return (await store.device(device.device)) ?? device;
    });
    const facts: Facts = {
      now: instantOf(clock.now(), state.current),
      published: state.published,
      told,
      standing,
      lease,
      previousLease,
      walls,
    };
    const judgement: Judge = {
      captured: (question) => judge(facts, question),
      exclusions: (question) => exclusionsOf(facts, question),
      ended: (question) => judgeEnd(facts, question),
      takenAway: (parameter, after) => takenAway(facts, parameter, after),
    };
    return { judge: judgement, policyVersion: state.current.document.version, terms: standing.revision };
  }

  function verifierFor(device: DeviceRecord): Verifier {
    const verifier = verifiers.get(device) ?? verifierOf(device.publicKey);
    verifiers.set(device, verifier);
    return verifier;
  }

  /** When the newest of the receipts that are kept of the device was signed: opened once, until another one is kept. */
  function newestKept(device: DeviceRecord): Promise<UnixMs> {
    return newestReceipts.get(device.device, async () => {
      const kept = await store.receipts(device.org, device.device);
      const said = await Promise.all(kept.map((record) => receipts.said(device, record)));
      return Math.max(0, ...said.map((one) => one?.at ?? 0));
    });
  }

  async function agreedOn(device: DeviceRecord): Promise<{ claims: Current; telling: Telling; agreed: Agreed }> {
    const state = await stateOf(device.org);
    const telling = await tellings.on(device, state);
    return { claims: state.claims, telling, agreed: await agreements.of(device, state.claims, telling) };
  }

  /** To the console: who is on record by now, however late what follows is. */
  async function noteReceipt(device: DeviceRecord, said: ReceiptPayload, receivedAt: UnixMs): Promise<void> {
    try {
      const { claims, telling, agreed } = await agreedOn(device);
      agreed.note(claims, telling, said, receivedAt);
    } finally {
      changes.notify(device.org);
    }
  }

  return {
    begin: (org, { reactionDays }) =>
      publications.run(org, async () => {
        if ((await store.policies(org)).length > 0) {
          throw new DaylightError('conflict', 'this organisation has a policy already');
        }
        const now = clock.now();
        return commit(firstPolicy(org, now, reactionDays), null, 'First policy: the defaults of the register.', now);
      }),

    goOnAbove: (org, highest) =>
      publications.run(org, async () => {
        const reviews = await reviewDatesOf(store, vault, org);
        for (let above: PublishedPolicy | null = null; ; ) {
          const { current } = await stateOf(org);
          const { version } = current.document;
          if (above !== null || version > highest.version || current.hash === highest.hash) return above;
          const next = withEverythingOff(current, reviews, instantOf(clock.now(), current));
          if (version < highest.version) await commit(next, null, LOST, next.notBefore);
          else above = await commit({ ...next, previousHash: highest.hash }, null, LOST, next.notBefore);
        }
      }),

    proposals,
    current: async (org) => (await stateOf(org)).current,
    version: versionOf,
    history: async (org) => (await stateOf(org)).published,
    keeping: async (org) => keepingBy((await stateOf(org)).published, clock.now()),

    async publish(leave: Authorized<'policy.publish'>, change: PolicyChange) {
      const { org, person } = leave.actor;
      const published = await publications.run(org, async () => {
        const { current } = await stateOf(org);
        const now = instantOf(clock.now(), current);
        const next = applyChange(current, change, now, await reviewDatesOf(store, vault, org));
        requireMayPublish(leave.actor, current.document, next);
        await proposals.requireNoSecond(org, current.document, next);
        return submit(current.document, next, { person, reason: change.reason, now });
      });
      await announce(org);
      return published;
    },

    async bringReviews({ actor: { org, person } }) {
      const published = await publications.run(org, async () => {
        const { current } = await stateOf(org);
        const now = instantOf(clock.now(), current);
        const next = applyReviews(current, await reviewDatesOf(store, vault, org), now);
        return next === null ? null : commit(next, person, REVIEWED, now);
      });
      if (published === null) return null;
      await announce(org);
      return published;
    },

    async rotateKey(org, leave, { sequence, reason }) {
      await publications.run(org, async () => {
        const { current } = await stateOf(org);
        const { chain, changes: before } = (await organisations.signer(org)).keys;
        if (sequence !== chain.sequence) throw anotherKey();
        const now = instantOf(clock.now(), current);
        requireFewRotations(before, now);
        const author = leave === 'host' ? null : leave.actor.person;
        await store.recordSecurityEvent({
          org,
          at: now,
          kind: 'policy_key_rotated',
          person: author,
          detail: `the key that signs the policies is changed${author === null ? ' on the host' : ''}`,
        });
        const policy = { version: current.document.version, hash: current.hash };
        try {
          await organisations.rotate(org, { policy, reason, at: now, author });
        } catch (error) {
          for (const connection of connections.in(org)) connection.renewSoon();
          if (isConflict(error)) throw anotherKey(error);
          throw error;
        } finally {
          orgs.forget(org);
        }
      });
      changes.notify(org);
      await push(connections.in(org));
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
      if (said.terms > (await tellings.standing(device)).revision) {
        throw new DaylightError('bad_request', 'acknowledgement: terms: nothing was decided with this revision');
      }
      await requireText(notice, said.noticeHash);
      await keepAcknowledgement(device, notice, said.terms, acknowledgement);
      for (const connection of connections.ofPerson(device.org, device.person)) connection.tellLastNotice();
      if (said.agreed === true && (await isBelieved(device)))
        await keepAgreement(device, notice.document.version, acknowledgement);
    },
    async consent(record, consent) {
      const { org, person, device, publicKey } = record;
      const said = readSigned('daylight/consent/v1', ConsentPayload, consent, publicKey);
      if (said.org !== org || said.person !== person || said.device !== device) {
        throw new DaylightError('bad_request', 'consent: org, person and device must be those of this device');
      }
      const { parameter, shown } = said;
      if (shown !== null && !(await isBelieved(record))) return;
      const kind = shown === null ? 'consent_withdrawn' : 'consent_given';
      const rules = await rulesFor(record);
      try {
        await decideFor({ org, person }, async (standing, current) => {
          const now = clock.now();
          const decision =
            shown === null
              ? withdrawal(standing, parameter, consent)
              : consentTo(requireAsked(current, rules, { parameter, shown }), standing, { now, signed: consent });
          await store.recordSecurityEvent({ org, at: now, kind, person, detail: consentEvents[kind] });
          return decision;
        });
      } catch (error) {
        // The next lease says what holds, and the device asks the person, or says it, again.
        if (!(error instanceof DaylightError && NOT_ANY_MORE.includes(error.code))) throw error;
      }
    },
    lastNotice,
    agreedTerms,
    rulesFor,

    standing: (of) => tellings.standing(of),

    async decide({ actor: { org }, subject: person }, make) {
      if (person === null) throw new Error('a decision is about a person');
      return decideFor({ org, person }, make);
    },

    followTeams: (whose, held) => decideFor(whose, () => held),
    undisturbed: (org, work) => publications.between(org, work),

    async enrol(device, enrolment, { codeHash, event, most }) {
      const said = readSigned('daylight/enrolment/v1', EnrolmentPayload, enrolment, device.publicKey);
      if (said.device !== device.device || said.publicKey !== device.publicKey) {
        throw new DaylightError('bad_request', 'enrolment: device and publicKey must be those of this device');
      }
      const version = said.acknowledgedNotice;
      const notice = version === null ? null : await versionOf(device.org, version);
      if (version !== null && notice === null) {
        throw new DaylightError('bad_request', 'enrolment: acknowledgedNotice: there is no such notice', {
          field: 'enrolment.acknowledgedNotice',
          remedy: 'Ask for the notice again and acknowledge the version that it names.',
        });
      }
      if (notice !== null) await requireText(notice, said.noticeHash);
      // The notice of an enrolment leaves nothing out: it tells of more than any of the person's terms.
      const { revision } = await tellings.standing(device);
      const acknowledgement = notice === null ? null : await acknowledgementOf(device, notice, revision, enrolment);
      const result = await store.enrolDevice({ codeHash, now: clock.now(), device, acknowledgement, event, most });
      if (result.kind === 'enrolled') wasTold(device);
      return result;
    },

    async lease(device) {
      const issued = await lease(device);
      if (issued === null) throw new DaylightError('gone', 'this device is retired or was never enrolled');
      return issued;
    },

    judging,
    judge: async ({ device, ...question }) => (await judging(device)).judge.captured(question),
    refresh: ({ org, person }) => {
      orgs.forget(org);
      tellings.forgetPerson(person);
    },

    async receive(device, receipt, connectedAt = null) {
      const verifier = verifierFor(device);
      const said = await readSignedAside(
        organisations.signatures,
        'daylight/receipt/v1',
        ReceiptPayload,
        receipt,
        verifier,
      );
      if (said.device !== device.device) throw new DaylightError('bad_request', 'receipt: device: it is another one');
      const about = await versionOf(device.org, said.policyVersion);
      if (about?.hash !== said.policyHash) {
        throw new DaylightError('bad_request', 'receipt: no policy was published with this version and hash');
      }
      if (connectedAt !== null && said.at < connectedAt && said.at < (await newestKept(device))) return false;
      const sealed = await receipts.seal(device, receipt, said);
      const record = { org: device.org, device: device.device, policyVersion: said.policyVersion };
      await agreedOn(device);
      const receivedAt = clock.now();
      await store.putReceipt({ ...record, receivedAt, receipt: sealed });
      newestReceipts.forget(device.device);
      await noteReceipt(device, said, receivedAt);
      return true;
    },

    async latestReceipt(device) {
      const record = await store.latestReceipt(device.org, device.device);
      const opened = record === null ? null : await receipts.open(device, record);
      return record === null || opened === null ? null : { ...opened, receivedAt: record.receivedAt };
    },

    async lastSaid(device) {
      const record = await store.latestReceipt(device.org, device.device);
      const said = record === null ? null : await receipts.said(device, record);
      return record === null || said === null ? null : { said, receivedAt: record.receivedAt };
    },

    async toldOn(org, devices) {
      const each = await tellings.onEach(devices, await stateOf(org));
      return new Map(each.map(([{ device }, { told }]) => [device, told]));
    },

    onChange: (org, callback) => changes.on(org, callback),

    async proof(org) {
      const state = await stateOf(org);
      const all = await witnesses.of(org);
      const active = all.filter((device) => device.status === 'active');
      const told = await tellings.onEach(active, state);
      const instant = instantOf(clock.now(), state.current);
      const policy = decidedBy(state.current.document);
      const testimonies = await Promise.all(
        told.map(async ([device, telling]) => ({
          device,
          connected: connections.of(device.device) !== null,
          allowed: leastOf(
            telling.told.at(instant),
            decidedLevels(policy, termsWith(telling.standing.terms, telling.told, instant)),
          ),
          terms: telling.standing.revision,
          receipt: device.said,
          agreedAt: (await agreements.of(device, state.claims, telling)).with(state.claims),
        })),
      );
      return {
        policyVersion: state.current.document.version,
        parameters: prove(state.claims, state.requestedAt, testimonies, clock.now()),
      };
    },
  };
}

function firstPolicy(org: OrgId, now: UnixMs, reactionDays: number): PolicyDocument {
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
    reactionDays,
    parameters: firstRules(),
  } satisfies z.input<typeof PolicyDocument>);
}

/** A policy from the store, checked as if it came from a stranger: signature, hash, version and organisation. */
async function openPolicy(vault: Vault, record: PolicyRecord, policyKeys: PolicyKeys): Promise<PublishedPolicy> {
  const { org, version, hash, signed, publishedAt, author } = record;
  const document = genuine(signed, policyKeys.keyAt(version));
  if (payloadHash(signed.payload) !== hash || document?.org !== org || document.version !== version) {
    throw new DaylightError(
      'unavailable',
      `policy version ${version} in the store was changed after it was published`,
      { remedy: 'Restore the database from a backup; until then nothing is collected.' },
    );
  }
  const reason = Buffer.from(await vault.open(reasonScope(org, version), record.reason)).toString('utf8');
  const keys = statementsOf(policyKeys, version);
  return { document, hash, signed, keys, publishedAt, author, reason: withoutTurning(reason) } as PublishedPolicy;
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

function stateFrom(records: readonly PublishedPolicy[], signer: OrgSigner): OrgState {
  const newest = records.at(-1);
  if (newest === undefined) throw new DaylightError('not_found', 'this organisation has no policy yet');
  const current = inForce(newest, signer);
  const published = [...records.slice(0, -1), current];
  const { document, hash } = current;
  const claims = { document, hash, ...unchangedSince(published) };
  return { published, current, claims, requestedAt: askedSince(published) };
}

/** Devices believe the newest key alone. */
function inForce(published: PublishedPolicy, signer: OrgSigner): PublishedPolicy {
  const { document, hash, signed } = published;
  if (!isSignedBefore(document.version, hash, signer.keys)) return published;
  return { ...published, signed: signer.renew(signed), keys: statementsOf(signer.keys) };
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

/** Whoever changes keys without end makes every device keep all of them. */
function requireFewRotations(changes: readonly PolicyKeyChange[], now: UnixMs): void {
  const recent = changes.filter(({ at }) => at > now - DAY);
  const [oldest] = recent;
  if (oldest === undefined || recent.length < ROTATIONS_IN_A_DAY) return;
  const retryAfterMs = oldest.at + DAY - now;
  throw new DaylightError('rate_limited', `the key was changed ${ROTATIONS_IN_A_DAY} times within a day`, {
    retryAfterMs,
    remedy: `Change it in ${Math.ceil(retryAfterMs / HOUR)} hours; the one in force goes on until then.`,
  });
}

function anotherKey(cause?: unknown): DaylightError {
  return new DaylightError('conflict', 'sequence: another key is in force by now', {
    field: 'sequence',
    remedy: LOOK_AGAIN,
    ...(cause === undefined ? {} : { cause }),
  });
}

function isConflict(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'conflict';
}
