import type { PersonId } from '../../../shared/ids.ts';
import type { RequestView } from '../../../shared/protocol/http/requests.ts';
import type { Actor } from '../../authorize.ts';
import { type Requests, STOPPABLE_MS } from '../../control/requests.ts';
import {
  dueOf,
  isOverdue,
  isProvedWeakly,
  isWaiting,
  openUntilOf,
  type RequestProof,
  type RightsRequest,
  stateOf,
} from '../../control/rightsRequest.ts';
import type { PersonRecord } from '../../store/store.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { nameOf } from '../nameOf.ts';
import { recordLook } from '../reading.ts';
import { type Proof, refusedOnRecord, requireSamePerson } from '../samePerson.ts';

type RequestRoutes =
  | 'requests'
  | 'allRequests'
  | 'fileRequest'
  | 'representRequest'
  | 'receiveRequest'
  | 'agreeToRequest'
  | 'withdrawRequest'
  | 'confirmIdentity'
  | 'extendRequest'
  | 'answerRequest';

/** What people ask about their own data (GDPR Art. 12 to 22), from filing to the answer of a human. */
export function requests(context: Context): HandlersOf<RequestRoutes> {
  const { requests: kept, clock } = context;

  /** The password again, and the code: whoever found a browser open files nothing. */
  const proven = (person: PersonRecord, proof: Proof): Promise<void> =>
    refusedOnRecord(context, person, 'request_proof_refused', () => requireSamePerson(context, person, proof));

  return {
    async requests({ person, signedIn: { actor } }) {
      const found = await kept.of(person.org, person.person);
      await recordWordsRead(context, actor, found);
      const views = found.requests.toReversed().map((one) => viewOf(context, person, one));
      return { requests: await Promise.all(views), unreadable: found.unreadable };
    },
    async allRequests({ query: { which }, signedIn: { actor } }) {
      const all = await kept.of(actor.org);
      const now = clock.now();
      const requests = which === 'answered' ? answered(all.requests) : unanswered(all.requests, now);
      await recordWordsRead(context, actor, { ...all, requests });
      const people = new Map((await context.store.people(actor.org)).map((one) => [one.person, one]));
      const views = requests.map(async (one) => {
        const person = people.get(one.person);
        if (person === undefined) return [];
        const { name: personName } = await context.accounts.profile(person);
        return [{ ...(await viewOf(context, person, one)), personName }];
      });
      return { requests: (await Promise.all(views)).flat(), unreadable: all.unreadable };
    },
    async fileRequest({ body: { content, ...proof }, person, leave }) {
      await proven(person, proof);
      return viewOf(context, person, await kept.file(leave, content));
    },
    async representRequest({ body: { content, representative }, person, leave }) {
      return viewOf(context, person, await kept.represent(leave, content, representative));
    },
    async receiveRequest({ body: { content, through, words, ...proof }, person, leave, signedIn }) {
      await proven(signedIn.person, proof);
      return viewOf(context, person, await kept.receive(leave, content, { through, words }));
    },
    async agreeToRequest({ params: { request }, body, person, leave }) {
      await kept.one(person.org, person.person, request);
      await proven(person, body);
      return viewOf(context, person, await kept.agree(leave, request));
    },
    async withdrawRequest({ params: { request }, body: { password = '', totp }, person, leave }) {
      const now = await kept.one(person.org, person.person, request);
      // What counts is the person's own: whoever found their browser open must not make it go away.
      if (stateOf(now, clock.now()) === 'open') await proven(person, { password, totp });
      return viewOf(context, person, await kept.withdraw(leave, request));
    },
    async confirmIdentity({ params: { request }, body, person, leave }) {
      return viewOf(context, person, await kept.identify(leave, request, body));
    },
    async extendRequest({ params: { request }, body: { words }, person, leave }) {
      return viewOf(context, person, await kept.extend(leave, request, words));
    },
    async answerRequest({ params: { request }, body, person, leave }) {
      return viewOf(context, person, await kept.answer(leave, request, body));
    },
  };
}

/** Those that count by their last day, then those that wait, oldest first. */
function unanswered(requests: readonly RightsRequest[], now: number): readonly RightsRequest[] {
  const open = requests.filter((one) => stateOf(one, now) === 'open');
  const waiting = requests.filter((one) => isWaiting(stateOf(one, now)));
  return [...open.toSorted((a, b) => ((dueOf(a) ?? '') < (dueOf(b) ?? '') ? -1 : 1)), ...waiting];
}

/** Newest answer first. */
function answered(requests: readonly RightsRequest[]): readonly RightsRequest[] {
  return requests
    .filter(({ ending }) => ending !== null && ending.kind !== 'withdrawn')
    .toSorted((a, b) => b.changedAt - a.changedAt);
}

async function viewOf(context: Context, { org }: PersonRecord, one: RightsRequest): Promise<RequestView> {
  const { request, person, content, filedAt, representation, received, proof, doubts, extension, ending } = one;
  const now = context.clock.now();
  const named = async <T extends { readonly by: PersonId }>(said: T) => ({
    ...said,
    byName: await nameOf(context, org, said.by),
  });
  return {
    ...{ request, person, content, filedAt, state: stateOf(one, now) },
    representation: representation === null ? null : await named(representation),
    received: received === null ? null : await named(received),
    proof: proof === null ? null : await proofOf(proof, named),
    countsFrom: proof?.countsFrom ?? null,
    due: dueOf(one),
    openUntil: openUntilOf(one),
    isOverdue: isOverdue(one, now),
    doubts: [...doubts],
    extension: extension === null ? null : await named(extension),
    answer: ending === null || ending.kind === 'withdrawn' ? null : await named(ending),
    withdrawn: ending?.kind === 'withdrawn' ? { at: ending.at, device: ending.device } : null,
  };
}

async function proofOf(
  proof: RequestProof,
  named: <T extends { readonly by: PersonId }>(said: T) => Promise<T & { readonly byName: string | null }>,
): Promise<RequestView['proof']> {
  if (proof.kind === 'device') {
    const { kind, at, device, countsFrom } = proof;
    return { kind, at, device, enrolledAt: isProvedWeakly({ proof }) ? countsFrom - STOPPABLE_MS : null };
  }
  const { kind, at, by, how, words } = proof;
  return named({ kind, at, by, how, words });
}

/** Of words that somebody else wrote. */
async function recordWordsRead(context: Context, actor: Actor, { requests }: Requests): Promise<void> {
  for (const subject of new Set(requests.map(({ person }) => person)))
    if (subject !== actor.person)
      await recordLook(context, actor, subject, { action: 'requests', purpose: 'security' });
}
