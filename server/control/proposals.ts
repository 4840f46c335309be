import { z } from 'zod';
import { canonical } from '../../shared/canonical.ts';
import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import { DaylightError } from '../../shared/errors.ts';
import { type OrgId, PersonId } from '../../shared/ids.ts';
import { raisesAnything } from '../../shared/policy/changeClass.ts';
import type { PolicyDocument } from '../../shared/policy/policy.ts';
import { givesSight } from '../../shared/policy/widened.ts';
import type { PolicyChange } from '../../shared/protocol/http/policy.ts';
import {
  DATED_DAYS,
  type NotPublished,
  OPEN_PROPOSALS,
  type ProposalContent,
  ProposalStep,
  type ProposalsView,
  type ProposalView,
} from '../../shared/protocol/http/proposals.ts';
import type { Digest } from '../../shared/signed.ts';
import { DAY, MINUTE, type UnixMs } from '../../shared/time.ts';
import { type Actor, type Authorized, authorize, organisation } from '../authorize.ts';
import { type Clock, unset } from '../clock.ts';
import { reviewDatesOf } from '../records/assessments.ts';
import { type NewSecurityEvent, type Store, StoreError } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import { type Announced, announcedIn } from './announced.ts';
import { createBounded } from './bounded.ts';
import { applyChange, isMadeAgain } from './change.ts';
import type { PublishedPolicy } from './control.ts';
import { isDue, type LoggedStep, proposalsView } from './proposalLog.ts';
import type { Publications } from './publications.ts';
import { activePeople } from './secondPerson.ts';
import { openSetting, putSetting } from './settings.ts';
import { payloadHash } from './signer.ts';
import { instantOf } from './told.ts';

/** What is put forward to be published: at a date, or once a second person has approved it. */
export interface Proposals {
  view(org: OrgId): Promise<ProposalsView>;
  /** What everyone can read of it. The same object while nothing of it has changed: it is asked for by each connection. */
  announced(org: OrgId): Promise<Announced>;
  /** Throws DaylightError as `publish` does, `bad_request` for a date that is past or too far ahead, `conflict` when there is nothing to wait for. */
  propose(
    leave: Authorized<'policy.publish'>,
    proposed: { readonly change: PolicyChange; readonly publishAt: UnixMs | null },
  ): Promise<void>;
  /** Throws DaylightError `forbidden` for whoever approves their own, `conflict` for what is decided, or another text than was looked at. */
  answer(leave: Authorized<'policy.publish'>, number: number, answer: ProposalAnswer): Promise<void>;
  /** To ask for a second person holds at once; not to any more is put forward. */
  requireSecond(
    leave: Authorized<'policy.require_second'>,
    asked: { readonly required: boolean; readonly reason: string },
  ): Promise<void>;
  /** In a turn of the organisation: throws DaylightError `conflict` where a change needs a second person. */
  requireNoSecond(org: OrgId, before: PolicyDocument, after: PolicyDocument): Promise<void>;
  /** Publishes what is due, and puts on record what could not be. Returns what was published. */
  publishDue(org: OrgId): Promise<readonly PublishedPolicy[]>;
}

export interface ProposalAnswer {
  readonly answer: 'approved' | 'refused' | 'withdrawn';
  readonly hash: Digest;
  readonly reason: string;
}

/** Of a policy. */
export interface Submission {
  readonly person: PersonId;
  readonly reason: string;
  readonly now: UnixMs;
}

export interface ProposalsDeps {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly publications: Pick<Publications, 'run' | 'between'>;
  readonly stateOf: (
    org: OrgId,
  ) => Promise<{ readonly published: readonly PublishedPolicy[]; readonly current: PublishedPolicy }>;
  /** Publishes what follows on `before`, which is in force, in the turn of whoever calls it. What it lowers goes out at once, the rest is not told to anybody yet. */
  readonly submit: (before: PolicyDocument, next: PolicyDocument, by: Submission) => Promise<PublishedPolicy>;
  readonly announce: (org: OrgId) => Promise<void>;
  /** Something was put forward, or decided on. */
  readonly onChange: (org: OrgId) => void;
}

const NAME = 'policy proposals';
const ORGS_REMEMBERED = 1_000;

const Kept = z.strictObject({
  author: PersonId.nullable(),
  reason: z.string(),
  number: z.int().min(1),
  step: ProposalStep,
});

interface Announcing {
  last: {
    readonly log: readonly LoggedStep[];
    readonly published: readonly PublishedPolicy[];
    readonly at: UnixMs;
    readonly announced: Announced;
    readonly text: string;
  } | null;
}

type Said = NonNullable<LoggedStep['said']>;

const answered = {
  kind: 'policy_proposal_answered' as const,
  detail: 'this person decided on what was put forward about the collection policy',
};
const events: Readonly<Record<ProposalStep['kind'], Pick<NewSecurityEvent, 'kind' | 'detail'>>> = {
  proposed: {
    kind: 'policy_proposed',
    detail: 'this person put something about the collection policy forward',
  },
  ...{ approved: answered, refused: answered, withdrawn: answered, not_published: answered },
  second_on: {
    kind: 'second_person_required',
    detail: 'this person has what raises something need a second person from now on',
  },
};

export function createProposals(deps: ProposalsDeps): Proposals {
  const { store, vault, clock, publications, stateOf, submit, announce, onChange } = deps;
  const logs = createBounded<OrgId, readonly LoggedStep[]>(ORGS_REMEMBERED);
  /** With the log and the policies that they follow from: what only passes with time is looked at again after a minute. */
  const announcements = createBounded<OrgId, Announcing>(ORGS_REMEMBERED);
  const passed = unset(clock);
  /** By both clocks: a wall clock that is set forward makes nothing come early, neither what is due … */
  const soonest = (): UnixMs => Math.min(clock.now(), passed());
  /** … nor by when it was put forward. */
  const latest = (): UnixMs => Math.max(clock.now(), passed());

  const logOf = (org: OrgId) =>
    logs.get(org, async () => {
      const records = await store.settingRevisions(org, NAME);
      return Promise.all(
        records.map(async (record) => {
          const { revision, at, value } = await openSetting(vault, record, Kept);
          return { revision, at, said: value };
        }),
      );
    });
  const viewNow = async (org: OrgId): Promise<ProposalsView> =>
    proposalsView(await logOf(org), await stateOf(org), soonest());

  async function write(org: OrgId, make: (revision: number) => Said): Promise<void> {
    const revision = ((await logOf(org)).at(-1)?.revision ?? 0) + 1;
    const said = make(revision);
    try {
      await putSetting(store, vault, { org, name: NAME, revision, at: latest() }, said satisfies z.input<typeof Kept>);
    } catch (cause) {
      if (cause instanceof StoreError && cause.code === 'conflict') throw decided(cause);
      throw cause;
    } finally {
      logs.forget(org); // the store may have it although it failed
      onChange(org);
    }
    if (said.author === null) return;
    const event = events[said.step.kind];
    await store.recordSecurityEvent({ org, at: clock.now(), ...event, person: said.author });
  }

  async function put(actor: Actor, content: ProposalContent, reason: string, by: { second: boolean; alone: boolean }) {
    const { org, person: author } = actor;
    const hash = payloadHash(canonical(content.kind === 'policy' ? content.document : { ...content, org }));
    await write(org, (number) => ({ author, reason, number, step: { kind: 'proposed', content, hash, ...by } }));
  }

  async function isAlone(actor: Actor, mayApprove: (other: Actor) => boolean): Promise<boolean> {
    const others = (await activePeople(store, actor.org)).filter(({ person }) => person !== actor.person);
    return !others.some(mayApprove);
  }

  async function publishOne(org: OrgId, number: number): Promise<PublishedPolicy | null> {
    const found = (await viewNow(org)).proposals.find((one) => one.number === number);
    if (found === undefined || !isDue(found, soonest()) || found.content.kind !== 'policy') return null;
    const { change, document } = found.content;
    const { current } = await stateOf(org);
    const why = await whyNot(found, document, change, current);
    if (why !== null) {
      await write(org, () => ({ author: null, reason: '', number, step: { kind: 'not_published', why } }));
      return null;
    }
    const now = instantOf(clock.now(), current);
    const by = { person: found.proposedBy, reason: change.reason, now };
    return submit(current.document, { ...document, notBefore: now }, by);
  }

  async function whyNot(
    { proposedBy, approvedBy, hash }: ProposalView,
    document: PolicyDocument,
    change: PolicyChange,
    current: PublishedPolicy,
  ): Promise<NotPublished | null> {
    const people = await activePeople(store, document.org);
    const may = (id: PersonId | null) =>
      id === null || people.some((one) => one.person === id && mayPublish(one, current.document, document));
    if (!may(proposedBy) || !may(approvedBy)) return 'no_longer_may';
    try {
      const reviews = await reviewDatesOf(store, vault, document.org);
      const again = applyChange(current, change, document.notBefore, reviews);
      return payloadHash(canonical(document)) === hash && isMadeAgain(document, again) ? null : 'changed';
    } catch (error) {
      if (error instanceof DaylightError && ['bad_request', 'conflict'].includes(error.code)) return 'changed';
      throw error;
    }
  }

  return {
    view: viewNow,

    async announced(org) {
      const [log, { published }] = await Promise.all([logOf(org), stateOf(org)]);
      const now = soonest();
      const held = await announcements.get(org, async () => ({ last: null }));
      const { last } = held;
      if (last?.log === log && last.published === published && Math.abs(now - last.at) < MINUTE) return last.announced;
      const next = announcedIn(proposalsView(log, { published }, now), now);
      const text = canonical(next);
      const announced = last?.text === text ? last.announced : next;
      held.last = { log, published, at: now, announced, text };
      return announced;
    },

    propose: ({ actor }, { change, publishAt }) =>
      publications.between(actor.org, async () => {
        const { org } = actor;
        const { current } = await stateOf(org);
        const now = instantOf(latest(), current);
        requireDate(publishAt, now);
        const document = applyChange(current, change, now, await reviewDatesOf(store, vault, org));
        requireMayPublish(actor, current.document, document);
        const { secondRequired, proposals } = await viewNow(org);
        if (proposals.filter(isOpen).length >= OPEN_PROPOSALS) throw tooMany();
        const takes = raisesAnything(current.document, document);
        const second = takes && secondRequired;
        if (!second && publishAt === null) throw nothingToWaitFor();
        const alone = takes && (await isAlone(actor, (other) => mayPublish(other, current.document, document)));
        await put(actor, { kind: 'policy', change, document, publishAt }, change.reason, { second, alone });
      }),

    answer: ({ actor }, number, { answer, hash, reason }) =>
      publications.between(actor.org, async () => {
        const { org, person: author } = actor;
        const found = (await viewNow(org)).proposals.find((one) => one.number === number);
        if (found === undefined) throw noSuch();
        requireAnswerable(found, answer, author);
        if (found.hash !== hash) throw anotherText();
        const { content } = found;
        if (answer === 'approved' && content.kind === 'policy') {
          requireMayPublish(actor, (await stateOf(org)).current.document, content.document);
        }
        if (answer === 'approved' && content.kind === 'second_off') requireMayEndSecond(actor);
        const step = answer === 'approved' ? { kind: answer, hash } : { kind: answer };
        await write(org, () => ({ author, reason, number, step }));
      }),

    requireSecond: ({ actor }, { required, reason }) =>
      publications.between(actor.org, async () => {
        const { org, person: author } = actor;
        const { secondRequired, proposals } = await viewNow(org);
        if (required === secondRequired) throw saysSo();
        if (required) return write(org, (number) => ({ author, reason, number, step: { kind: 'second_on' } }));
        if (proposals.some((one) => one.content.kind === 'second_off' && isOpen(one))) throw saysSo();
        const alone = await isAlone(actor, mayEndSecond);
        return put(actor, { kind: 'second_off' }, reason, { second: true, alone });
      }),

    async requireNoSecond(org, before, after) {
      if (!raisesAnything(before, after) || !(await viewNow(org)).secondRequired) return;
      throw new DaylightError('conflict', 'what raises something needs a second person here', {
        field: 'second',
        remedy: 'Put it forward instead (POST /policy/proposals). What only lowers is published at once.',
      });
    },

    async publishDue(org) {
      const published: PublishedPolicy[] = [];
      if ((await logOf(org)).length === 0) return published;
      for (;;) {
        const due = (await viewNow(org)).proposals.findLast((one) => isDue(one, soonest()));
        if (due === undefined) return published;
        const one = await publications.run(org, () => publishOne(org, due.number));
        if (one === null) continue;
        published.push(one);
        await announce(org);
      }
    },
  };
}

/** Who may publish may not by that let anybody see more than they do. */
export function requireMayPublish(actor: Actor, before: PolicyDocument, after: PolicyDocument): void {
  const parameter = seenByMore(before, after);
  if (parameter === undefined) return;
  const verdict = authorize(actor, 'policy.give_sight', organisation(actor.org));
  if (verdict.kind === 'granted') return;
  throw new DaylightError(verdict.code, `parameters.${parameter}.viewers: only an owner may name more viewers`, {
    field: `parameters.${parameter}.viewers`,
    remedy: 'Leave the viewers as they are, or fewer, or ask an owner to publish this.',
  });
}

/** Who approves that nobody is asked any more could have put that forward. */
function requireMayEndSecond(actor: Actor): void {
  if (mayEndSecond(actor)) return;
  throw new DaylightError('forbidden', 'answer: only an owner approves that no second person is asked for', {
    field: 'answer',
    remedy: 'Ask an owner to approve it, or refuse it.',
  });
}

function mayEndSecond(actor: Actor): boolean {
  return authorize(actor, 'policy.require_second', organisation(actor.org)).kind === 'granted';
}

function mayPublish(actor: Actor, before: PolicyDocument, after: PolicyDocument): boolean {
  if (authorize(actor, 'policy.publish', organisation(actor.org)).kind === 'refused') return false;
  if (seenByMore(before, after) === undefined) return true;
  return authorize(actor, 'policy.give_sight', organisation(actor.org)).kind === 'granted';
}

function seenByMore(before: PolicyDocument, after: PolicyDocument): ParameterId | undefined {
  return parameterIds.find((id) => givesSight(before.parameters[id], after.parameters[id]));
}

function isOpen({ state }: ProposalView): boolean {
  return state === 'waiting' || state === 'scheduled';
}

function requireAnswerable(proposal: ProposalView, answer: ProposalAnswer['answer'], by: PersonId): void {
  const { proposedBy, approvedBy, needsSecond } = proposal;
  if (!isOpen(proposal) || (answer === 'approved' && (approvedBy !== null || !needsSecond))) throw decided();
  const isOwn = proposedBy === by;
  if (answer === 'approved' && isOwn) {
    throw new DaylightError('forbidden', 'answer: nobody approves what they proposed', {
      field: 'answer',
      remedy: 'Ask somebody else who may publish to approve it.',
    });
  }
  if ((answer === 'withdrawn') === isOwn) return;
  throw new DaylightError('forbidden', 'answer: one’s own is withdrawn, and that of others approved or refused', {
    field: 'answer',
    remedy: isOwn ? 'Withdraw it.' : 'Refuse it.',
  });
}

function requireDate(publishAt: UnixMs | null, now: UnixMs): void {
  if (publishAt === null || (publishAt > now && publishAt <= now + DATED_DAYS * DAY)) return;
  throw new DaylightError('bad_request', 'publishAt: expected a time from now to a year ahead', {
    field: 'publishAt',
    remedy: 'Name a later time, or leave the date out.',
  });
}

function decided(cause?: unknown): DaylightError {
  return new DaylightError('conflict', 'number: it is decided, or was overtaken', {
    field: 'number',
    remedy: 'Look at what stands there now.',
    ...(cause === undefined ? {} : { cause }),
  });
}

function anotherText(): DaylightError {
  return new DaylightError('conflict', 'hash: another text than this was put forward', {
    field: 'hash',
    remedy: 'Look at it again, and decide on that.',
  });
}

function noSuch(): DaylightError {
  return new DaylightError('not_found', 'number: nothing was put forward with it', {
    field: 'number',
    remedy: 'Look at what was put forward, and name one of that.',
  });
}

function tooMany(): DaylightError {
  return new DaylightError('conflict', `change: ${OPEN_PROPOSALS} wait already`, {
    field: 'change',
    remedy: 'Decide on one of them, or withdraw one, first.',
  });
}

function nothingToWaitFor(): DaylightError {
  return new DaylightError('conflict', 'publishAt: there is nothing to wait for', {
    field: 'publishAt',
    remedy: 'Publish it (PUT /policy), or name a date.',
  });
}

function saysSo(): DaylightError {
  return new DaylightError('conflict', 'required: it is so already, or put forward', {
    field: 'required',
    remedy: 'Look at what was put forward.',
  });
}
