import { DaylightError } from '../../shared/errors.ts';
import type { PersonId } from '../../shared/ids.ts';
import { endOfDay } from '../../shared/policy/review.ts';
import {
  ALONE_HOURS,
  type DisclosureContent,
  type DisclosureStep,
  type DisclosuresView,
  type DisclosureView,
  type OwnDisclosure,
} from '../../shared/protocol/http/disclosures.ts';
import { HOUR, type UnixMs } from '../../shared/time.ts';
import { type Change, type Item, itemsOf, unreadableOf } from './numbered.ts';
import { newest, type Written } from './registers.ts';

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
  const { approvedBy, countsFrom, refused } = decided(first, answers, alone);
  const counts = !refused && countsFrom !== null && now >= countsFrom;
  return {
    ...content,
    number,
    state: refused ? 'refused' : counts ? 'counts' : 'proposed',
    proposedBy: first.by,
    approvedBy,
    countsFrom: refused ? null : countsFrom,
    isSecret: isSecret(content, answers, now),
    changes: changes.map(({ said: { step }, ...change }) => ({ ...change, said: step })),
  };
}

/** Whoever is first: the one who approves, the one who refuses, or the time of what nobody else could approve. */
function decided(
  { at, by }: Change<DisclosureEntry>,
  answers: readonly Change<DisclosureEntry>[],
  alone: boolean,
): { approvedBy: PersonId | null; countsFrom: UnixMs | null; refused: boolean } {
  const byItself = alone ? at + ALONE_HOURS * HOUR : null;
  const answer = answers.find(({ by: other, said: { step } }) => {
    return step.kind === 'refused' || (step.kind === 'approved' && other !== by);
  });
  if (answer === undefined || (byItself !== null && answer.at >= byItself)) {
    return { approvedBy: null, countsFrom: byItself, refused: false };
  }
  const isApproved = answer.said.step.kind === 'approved';
  return { approvedBy: isApproved ? answer.by : null, countsFrom: isApproved ? answer.at : null, refused: !isApproved };
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
  if (state !== 'proposed') {
    throw new DaylightError('conflict', 'answer: it is decided', {
      field: 'answer',
      remedy: 'Look at what stands there now.',
    });
  }
  if (answer === 'refused' || proposedBy !== by) return;
  throw new DaylightError('forbidden', 'answer: nobody approves what they proposed', {
    field: 'answer',
    remedy: 'Ask another privacy officer or owner to approve it.',
  });
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
