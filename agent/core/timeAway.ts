import type { BootId } from '../../shared/ids.ts';
import type { MonoMs } from '../../shared/time.ts';
import type { JournalEntry, Unsettled } from './recorderJournal.ts';
import {
  askedAbout,
  heldAfter,
  INTERVAL_MS,
  type Instant,
  isTooLate,
  type Running,
  type Session,
  type Stretch,
  undecidedOf,
} from './session.ts';
import type { SpooledObservation } from './spool/batchFile.ts';
import type { BootMoment, BootStretch } from './spool/spool.ts';
import { without } from './spool/stretch.ts';

/**
 * What was captured without a sign of the person, as far as it goes beyond the session's own state: what nobody kept and must
 * leave the spool, and what a session that ended without the person has left undecided. Values in, decisions out: nothing
 * here reads a clock, a spool or a journal.
 */
export interface TimeAway {
  /** Idle time of this session that was not kept. */
  readonly notKept: readonly BootStretch[];
  /** Of it, and of what came before, what the spool is not yet rid of. */
  readonly toCutOut: readonly BootStretch[];
  /** What a session that ended without the person has left undecided. */
  readonly unsettled: Unsettled | null;
}

/** This run of the process at one moment. */
export interface Here {
  readonly boot: BootId;
  readonly instant: Instant;
  /** Where the session that the process before this one left open was last seen to run; null when it left none. */
  readonly lastRan: MonoMs | null;
}

/** What the journal says that the process before this one has left. */
export function leftUndecided(unsettled: Unsettled | null): TimeAway {
  return { notKept: [], toCutOut: [], unsettled };
}

export function ofBoot(boot: BootId, stretches: readonly Stretch[]): BootStretch[] {
  return stretches.map((stretch) => ({ boot, ...stretch }));
}

/** From now on nothing of the stretches may be sent, and the spool is to be rid of them. */
export function notKept(away: TimeAway, stretches: readonly BootStretch[]): TimeAway {
  if (stretches.length === 0) return away;
  return { ...away, notKept: [...away.notKept, ...stretches], toCutOut: [...away.toCutOut, ...stretches] };
}

/** The spool is rid of the stretch; the very value that `toCutOut` holds. */
export function cutOut(away: TimeAway, stretch: BootStretch): TimeAway {
  return { ...away, toCutOut: away.toCutOut.filter((other) => other !== stretch) };
}

/** Another session begins: of the one before only what is still to be removed matters. */
export function begun(away: TimeAway): TimeAway {
  return { ...away, notKept: away.toCutOut };
}

/** `sign`: now there is one of the person; null: only time has passed since the session ended without them. */
export function settle(away: TimeAway, sign: 'sign' | null, here: Here): TimeAway {
  const { unsettled } = away;
  if (unsettled === null) return away;
  const isOver = isTooLate(unsettled, instantFor(unsettled, here)) || (sign === null && isFleeting(unsettled, here));
  if (isOver) return { ...notKept(away, unsettled.stretches), unsettled: null };
  return sign === null ? away : { ...away, unsettled: null };
}

/** The monotonic clock of another boot says nothing about that one. */
function instantFor({ sign, stretches }: Unsettled, { boot, instant }: Here): Instant {
  const isHere = stretches.every((stretch) => stretch.boot === boot);
  return { at: instant.at, mono: isHere ? instant.mono : sign.mono };
}

/** No more than a kill -9 may lose: nothing else need wait for it. */
function isFleeting({ stretches }: Unsettled, { lastRan }: Here): boolean {
  const last = lastRan ?? Number.POSITIVE_INFINITY;
  return stretches.every(({ from, to }) => (to ?? last) - from <= INTERVAL_MS);
}

/** After these moments nothing is given out to be sent: it may turn out to be idle time that nobody wants kept. */
export function heldBack({ toCutOut, unsettled }: TimeAway, session: Session, boot: BootId): BootMoment[] {
  const left = [...toCutOut, ...(unsettled?.stretches ?? [])].map(({ boot: of, from }) => ({ boot: of, mono: from }));
  const held = heldAfter(session);
  return held === null ? left : [...left, { boot, mono: held }];
}

/** Whether the observation is of what has been removed: what was on its way meanwhile must not come back. */
export function isGone(away: TimeAway, boot: BootId, observation: SpooledObservation): boolean {
  return away.notKept
    .filter((stretch) => stretch.boot === boot && !away.toCutOut.includes(stretch))
    .some((stretch) => without(observation, stretch) === null);
}

/** What a start must not send, and where it must cut from, if this is the last word of this process. */
export function inJournal(
  { toCutOut, unsettled }: TimeAway,
  session: Session,
  boot: BootId,
  mayWatchInput: boolean,
): Pick<JournalEntry, 'notKept' | 'undecided'> {
  const asked = askedAbout(session);
  return {
    notKept: [...toCutOut, ...ofBoot(boot, asked === null ? [] : [asked])],
    undecided: session.kind === 'stopped' ? unsettled : undecidedNow(session, boot, mayWatchInput),
  };
}

function undecidedNow(session: Running, boot: BootId, mayWatchInput: boolean): Unsettled {
  const { sign, idleAfterMs, stretches } = undecidedOf(session, null);
  // Watching may begin before the next word, after an unlock or a resume too, and the next word may fail.
  const mayBegin = session.quietSince === null && session.kind !== 'idle_question' && mayWatchInput;
  const open = mayBegin ? [{ from: session.seen.mono, to: null }] : [];
  return { sign, idleAfterMs, stretches: ofBoot(boot, [...stretches, ...open]) };
}
