import { lastDayOf } from '../../shared/deadline.ts';
import { assertNever } from '../../shared/errors.ts';
import type { DeviceId, PersonId, RequestId } from '../../shared/ids.ts';
import type { RequestState } from '../../shared/protocol/http/requests.ts';
import {
  COPY_MS,
  type IdentityCheck,
  type ReceivedThrough,
  type RefusalReason,
  type Representative,
  type RequestContent,
} from '../../shared/rightsRequest.ts';
import { type Day, dayOf, type UnixMs } from '../../shared/time.ts';
import type { RequestStep, Taken } from './requestStep.ts';

/** One request, as its steps leave it. What it is at an instant says `stateOf`. */
export interface RightsRequest {
  readonly request: RequestId;
  readonly person: PersonId;
  /** How many steps it has. */
  readonly steps: number;
  readonly filedAt: UnixMs;
  /** Of the newest step. */
  readonly changedAt: UnixMs;
  readonly content: RequestContent;
  readonly representation: { readonly by: PersonId; readonly representative: Representative } | null;
  /** Somebody who answers requests took it down for the person; null where the person filed it, or a representative asks. */
  readonly received: { readonly by: PersonId; readonly through: ReceivedThrough; readonly words: string } | null;
  /** The person filed it, or agreed to it. */
  readonly isTheirs: boolean;
  readonly proof: RequestProof | null;
  /** Computers that said yes, whatever came of it. */
  readonly saidYes: readonly DeviceId[];
  /** What computers said that are too new for their "no" to end it. */
  readonly doubts: readonly Doubt[];
  readonly extension: Said | null;
  readonly ending: RequestEnding | null;
}

export interface Said {
  readonly at: UnixMs;
  readonly by: PersonId;
  readonly words: string;
}

/** Who it comes from is proved, and it counts from then on. */
export type RequestProof = { readonly at: UnixMs; readonly countsFrom: UnixMs } & (
  | { readonly kind: 'device'; readonly device: DeviceId }
  | { readonly kind: 'in_person'; readonly by: PersonId; readonly how: IdentityCheck; readonly words: string }
);

export interface Doubt {
  readonly at: UnixMs;
  readonly device: DeviceId;
}

export type RequestEnding =
  | { readonly kind: 'withdrawn'; readonly at: UnixMs; readonly device: DeviceId | null }
  | (Said & { readonly kind: 'fulfilled' })
  | (Said & { readonly kind: 'refused'; readonly reason: RefusalReason; readonly appeal: string });

/** Null when a step is missing, was changed since, or does not follow from those before it: nobody can say what is asked. */
export function requestOf(person: PersonId, request: RequestId, taken: readonly Taken[]): RightsRequest | null {
  const [first] = taken;
  if (first?.said?.kind !== 'filed' || first.step !== 1) return null;
  const { content, representation, received = null } = first.said;
  let now: RightsRequest = {
    ...{ request, person, steps: 1, filedAt: first.at, changedAt: first.at, content, representation, received },
    ...{ isTheirs: representation === null, proof: null, saidYes: [], doubts: [], extension: null, ending: null },
  };
  for (const { step, at, said } of taken.slice(1)) {
    if (said === null || step !== now.steps + 1) return null;
    const after = follow(now, at, said);
    if (after === null) return null;
    now = { ...now, ...after, steps: step, changedAt: at };
  }
  return now;
}

/** What a step changes; null where it is not one that can be taken. */
function follow(before: RightsRequest, at: UnixMs, said: RequestStep): Partial<RightsRequest> | null {
  if (before.ending !== null) return null;
  const state = stateOf(before, at);
  const counts = !isWaiting(state);
  // Until when it can be downloaded is not judged here: what was said of it stays what was said if that time is changed.
  const isCopy = before.content.kind === 'copy';
  switch (said.kind) {
    case 'filed':
    case 'correction':
      return null;
    case 'agreed':
      return before.isTheirs ? null : { isTheirs: true };
    case 'proved': {
      if (!before.isTheirs) return null;
      // Another computer of theirs agrees with what is given out already: it is asked no more, and nothing lasts longer for it.
      if (counts) return isCopy ? { saidYes: [...before.saidYes, said.device] } : null;
      return {
        proof: { kind: 'device', at, device: said.device, countsFrom: said.countsFrom },
        saidYes: [...before.saidYes, said.device],
      };
    }
    case 'identified': {
      if (!before.isTheirs || before.proof !== null) return null;
      const { by, how, words, countsFrom } = said;
      return { proof: { kind: 'in_person', at, by, how, words, countsFrom } };
    }
    case 'denied':
      return counts && !isCopy ? null : { ending: { kind: 'withdrawn', at, device: said.device } };
    case 'doubted': {
      if (counts) return null;
      // What another computer said that does not count yet is contradicted; who was seen in person was seen all the same.
      const proof = before.proof?.kind === 'device' ? null : before.proof;
      return { proof, doubts: [...before.doubts, { at, device: said.device }] };
    }
    case 'withdrawn':
      return { ending: { kind: 'withdrawn', at, device: null } };
    case 'extended':
      return state === 'open' && before.extension === null
        ? { extension: { at, by: said.by, words: said.words } }
        : null;
    case 'fulfilled':
      return state === 'open' ? { ending: { kind: 'fulfilled', at, by: said.by, words: said.words } } : null;
    case 'refused': {
      const { by, reason, words, appeal } = said;
      return state === 'open' ? { ending: { kind: 'refused', at, by, reason, words, appeal } } : null;
    }
    default:
      return assertNever(said);
  }
}

/** It waits for the person or a proof, or for the time in which what was proved in a weaker way can be stopped. */
export function isWaiting(state: RequestState): boolean {
  return state === 'awaiting_person' || state === 'awaiting_device' || state === 'awaiting_time';
}

export function stateOf({ content, isTheirs, proof, ending }: RightsRequest, now: UnixMs): RequestState {
  if (ending !== null) return ending.kind;
  if (!isTheirs) return 'awaiting_person';
  if (proof === null) return 'awaiting_device';
  if (now < proof.countsFrom) return 'awaiting_time';
  if (content.kind !== 'copy') return 'open';
  return now < proof.countsFrom + COPY_MS ? 'ready' : 'over';
}

/** Until when a copy can be downloaded; null of all else, and while nothing is proved. */
export function openUntilOf({ content, proof }: Pick<RightsRequest, 'content' | 'proof'>): UnixMs | null {
  return content.kind !== 'copy' || proof === null ? null : proof.countsFrom + COPY_MS;
}

/** By an officer who saw them, or by a computer that was too new to count at once: the person may not know of it. */
export function isProvedWeakly({ proof }: Pick<RightsRequest, 'proof'>): boolean {
  return proof !== null && proof.countsFrom > proof.at;
}

/**
 * A month from when it counts, and two more where that was told within the first (GDPR Art. 12(3)); null while nothing is proved, and of
 * a copy, which the system gives out at once.
 */
export function dueOf({
  content,
  proof,
  extension,
}: Pick<RightsRequest, 'content' | 'proof' | 'extension'>): Day | null {
  return proof === null || content.kind === 'copy'
    ? null
    : lastDayOf(dayOf(proof.countsFrom), extension === null ? 1 : 3);
}

/** Whether its day is over without an answer. */
export function isOverdue(request: RightsRequest, now: UnixMs): boolean {
  const due = dueOf(request);
  return due !== null && stateOf(request, now) === 'open' && dayOf(now) > due;
}
