import type { ParameterId } from '../../shared/catalog.ts';
import { DaylightError } from '../../shared/errors.ts';
import type { OrgId, PersonId } from '../../shared/ids.ts';
import { endOfDay } from '../../shared/policy/review.ts';
import {
  type HoldContent,
  type HoldState,
  type HoldStep,
  type HoldsView,
  type HoldView,
  MOST_HELD_DAYS,
  type OwnHold,
} from '../../shared/protocol/http/holds.ts';
import { DAY, type Day, dayOf, type UnixMs } from '../../shared/time.ts';
import type { Settings } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import { type Change, type Item, itemsOf, unreadableOf } from './numbered.ts';
import { newest, readRegister, type Written } from './registers.ts';
import { decidedByTwo, requireUndecided } from './twoPeople.ts';

/** What an entry of the register of legal holds says. */
export interface HoldEntry {
  readonly step: HoldStep;
}

type Register = readonly Written<'holds'>[];

export function holdsView(written: Register, asOf: UnixMs): HoldsView {
  const items = itemsOf<HoldEntry>(written);
  const holds = items.flatMap((item) => holdOf(item, asOf) ?? []);
  // What was done about a hold that cannot be read any more counts for nothing either.
  const lost = items.length - holds.length;
  return { asOf, revision: newest(written), holds, unreadable: unreadableOf(written) + lost };
}

/** An entry of which nobody can say any more what it holds, and the last day on which it can hold anything. */
export interface UnreadableHold {
  readonly revision: number;
  readonly until: Day;
}

/** By the longest that a hold of that day could be put forward for. While the clock is in doubt none of them is over because of its date. */
export function unreadableHolds(written: Register, now: UnixMs, clock: ClockTrust): readonly UnreadableHold[] {
  const withoutBeginning = itemsOf<HoldEntry>(written)
    .filter((item) => holdOf(item, now) === null)
    .flatMap(({ changes }) => changes.map(({ revision }) => revision));
  return written
    .filter(({ said, revision }) => said === null || withoutBeginning.includes(revision))
    .map(({ revision, at }) => ({ revision, until: dayOf(at + MOST_HELD_DAYS * DAY) }))
    .filter(({ until }) => clock === 'doubted' || now <= endOfDay(until));
}

/** Null where what was proposed cannot be read. */
export function holdOf({ number, changes }: Item<HoldEntry>, now: UnixMs): HoldView | null {
  const [first, ...answers] = changes;
  if (first?.said.step.kind !== 'proposed' || first.revision !== number) return null;
  const { content, alone } = first.said.step;
  const { approvedBy, countsFrom, refused } = decidedByTwo(first, answers, alone);
  const hasBegun = approvedBy !== null || (countsFrom !== null && now >= countsFrom);
  const state = refused ? 'refused' : stateOf(content, hasBegun, answers, now);
  return {
    ...{ ...content, number, state, proposedBy: first.by, approvedBy, holdsFrom: countsFrom },
    changes: changes.map(({ said: { step }, ...change }) => ({ ...change, said: step })),
  };
}

/** What was approved holds from then on, also where a clock that was set back says that it is not yet then. */
function stateOf(
  { until }: HoldContent,
  hasBegun: boolean,
  answers: readonly Change<HoldEntry>[],
  now: UnixMs,
): HoldState {
  if (answers.some(({ said: { step } }) => step.kind === 'released')) return 'released';
  if (now > endOfDay(until)) return 'over';
  return hasBegun ? 'holds' : 'proposed';
}

/** Whether the date can be believed: as long as it is in doubt, no hold is over because of it. */
export type ClockTrust = 'trusted' | 'doubted';

/** Whether it keeps something from being deleted. */
export function isInForce({ state, holdsFrom, until }: HoldView, clock: ClockTrust): boolean {
  if (state !== 'over') return state === 'holds';
  return clock === 'doubted' && holdsFrom !== null && holdsFrom <= endOfDay(until);
}

/** What of whom is held at this moment. Pure. */
export interface Held {
  /** Whether anything of this person is. */
  ofPerson(person: PersonId): boolean;
  /** `but`: by any other hold than the one of this number. */
  holds(person: PersonId, parameter: ParameterId, day: Day, but?: number): boolean;
  /** The days of each parameter, both included. */
  of(person: PersonId): readonly { readonly parameter: ParameterId; readonly from: Day; readonly to: Day }[];
}

export function heldAt(written: Register, now: UnixMs, clock: ClockTrust): Held {
  const all = holdsView(written, now).holds.filter((hold) => isInForce(hold, clock));
  if (all.length === 0) return NOTHING_HELD;
  return {
    ofPerson: (person) => all.some((hold) => hold.person === person),
    holds: (person, parameter, day, but) =>
      all.some((hold) => hold.person === person && hold.number !== but && isHeldBy(hold, parameter, day)),
    of: (person) =>
      all.flatMap((hold) =>
        hold.person === person ? hold.parameters.map((parameter) => ({ parameter, from: hold.from, to: hold.to })) : [],
      ),
  };
}

export function isHeldBy({ parameters, from, to }: HoldContent, parameter: ParameterId, day: Day): boolean {
  return parameters.includes(parameter) && day >= from && day <= to;
}

/** What is held in the organisation now. Throws VaultError `unavailable` when the keys cannot be read. */
export async function readHeld(
  store: Pick<Settings, 'settingRevisions'>,
  vault: Pick<Vault, 'open'>,
  org: OrgId,
  now: UnixMs,
  clock: ClockTrust,
): Promise<Held> {
  return heldAt(await readRegister(store, vault, org, 'holds'), now, clock);
}

export const NOTHING_HELD: Held = { ofPerson: () => false, holds: () => false, of: () => [] };

/** What of the register one person is told: what holds something of theirs, or has. */
export function ownHolds(written: Register, whose: PersonId, now: UnixMs): OwnHold[] {
  return holdsView(written, now).holds.flatMap((hold) => {
    const { number, parameters, from, to, why, authority, until, state, holdsFrom } = hold;
    if (hold.person !== whose || holdsFrom === null || state === 'proposed' || state === 'refused') return [];
    return [{ number, parameters, from, to, why, authority, until, state, holdsFrom }];
  });
}

/** Throws DaylightError `forbidden` for whoever approves their own, `conflict` for what is decided, or holds nothing. */
export function requireHoldAnswerable(hold: HoldView, answer: 'approved' | 'refused' | 'released', by: PersonId): void {
  if (answer !== 'released') {
    requireUndecided(hold, answer, by);
    return;
  }
  if (hold.state === 'holds') return;
  throw new DaylightError('conflict', 'answer: it holds nothing', {
    field: 'answer',
    remedy: 'Only what holds can be released; look at what stands there now.',
  });
}

/** Throws DaylightError `bad_request` for a hold that ends before it begins, or goes on for longer than two years. */
export function requireHoldEnd({ until }: HoldContent, now: UnixMs): void {
  const end = endOfDay(until);
  if (end >= now && end <= now + MOST_HELD_DAYS * DAY) return;
  throw new DaylightError('bad_request', 'content.until: expected a day from today to two years ahead', {
    field: 'content.until',
    remedy: 'Give the last day on which it is needed. What is needed for longer is put forward anew before that.',
  });
}
