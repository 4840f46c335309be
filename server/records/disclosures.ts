import { DaylightError } from '../../shared/errors.ts';
import type { PersonId } from '../../shared/ids.ts';
import { endOfDay } from '../../shared/policy/review.ts';
import {
  type DisclosureContent,
  type DisclosureStep,
  type DisclosuresView,
  type DisclosureView,
  type OwnDisclosure,
} from '../../shared/protocol/http/disclosures.ts';
import { HOUR, type UnixMs } from '../../shared/time.ts';
import { type Change, type Item, itemsOf, unreadableOf } from './numbered.ts';
import { newest, type Written } from './registers.ts';
import { decidedByTwo, requireUndecided } from './twoPeople.ts';

/** What an entry of the register of disclosures says. */
export interface DisclosureEntry {
  readonly step: DisclosureStep;
}

type Register = readonly Written<'disclosures'>[];

export function disclosuresView(written: Register, asOf: UnixMs): DisclosuresView {
  const items = itemsOf<DisclosureEntry>(written);
  const disclosures = items.flatMap((item) => disclosureOf(item, asOf) ?? []);
  // What was done about a disclosure that cannot be read any more counts for nothing either.
  const lost = items.length - disclosures.length;
  return { asOf, revision: newest(written), disclosures, unreadable: unreadableOf(written) + lost };
}

/** Null where what was proposed cannot be read. */
export function disclosureOf({ number, changes }: Item<DisclosureEntry>, now: UnixMs): DisclosureView | null {
  const [first, ...answers] = changes;
  if (first?.said.step.kind !== 'proposed' || first.revision !== number) return null;
  const { content, alone } = first.said.step;
  const { approvedBy, countsFrom, refused } = decidedByTwo(first, answers, alone);
  const counts = !refused && countsFrom !== null && now >= countsFrom;
  return {
    ...content,
    number,
    state: refused ? 'refused' : counts ? 'counts' : 'proposed',
    proposedBy: first.by,
    approvedBy,
    countsFrom,
    isSecret: isSecret(content, answers, now),
    changes: changes.map(({ said: { step }, ...change }) => ({ ...change, said: step })),
  };
}

function isSecret({ secrecy }: DisclosureContent, answers: readonly Change<DisclosureEntry>[], now: UnixMs): boolean {
  if (secrecy === null || now > endOfDay(secrecy.until)) return false;
  return !answers.some(({ said: { step } }) => step.kind === 'told');
}

/** What of the register one person is told: what counts, concerns them, and is secret no more. */
export function disclosedOf(written: Register, person: PersonId, now: UnixMs): OwnDisclosure[] {
  return disclosuresView(written, now)
    .disclosures.filter(({ state, isSecret, people }) => {
      return state === 'counts' && !isSecret && (people === 'everyone' || people.includes(person));
    })
    .map(({ number, recipient, basis, why, parameters, from, to, what, givenOn, secrecy }) => {
      return { number, recipient, basis, why, parameters, from, to, what, givenOn, wasSecret: secrecy };
    });
}

/** Throws DaylightError `forbidden` for whoever approves their own, `conflict` for what is decided, or is told already. */
export function requireAnswerable(
  { state, proposedBy, isSecret }: DisclosureView,
  answer: 'approved' | 'refused' | 'told',
  by: PersonId,
): void {
  if (answer === 'told') {
    if (isSecret) return;
    throw new DaylightError('conflict', 'answer: those whom it concerns can read it already', { field: 'answer' });
  }
  requireUndecided({ state, proposedBy }, answer, by);
}

/** Throws DaylightError `bad_request` for a secret that ends before it begins, or goes on for longer than two years. */
export function requireEnd({ secrecy }: DisclosureContent, now: UnixMs): void {
  if (secrecy === null) return;
  const end = endOfDay(secrecy.until);
  if (end >= now && end <= now + MOST_SECRET_DAYS * 24 * HOUR) return;
  throw new DaylightError('bad_request', 'content.secrecy.until: expected a day from today to two years ahead', {
    field: 'content.secrecy.until',
    remedy:
      'Give the day after which those whom it concerns are told; a secret without an end is none that anybody can answer for.',
  });
}

const MOST_SECRET_DAYS = 731;
