import { DAY, type UnixMs } from '../../shared/time.ts';
import type { WorkedStretch } from '../../shared/worked.ts';
import { lastEvidence, type Session, type SessionRecord } from './session.ts';

/** A day that has not ended yet began less than two days ago, in any zone and on the longest day that a clock change makes. */
const KEPT_MS = 2 * DAY;

/**
 * The employee's working time of late, for their own window: what the records of their sessions, in their order, make of it. A
 * report of the server makes the same of the same records, which a law holds it to.
 */
export function worked(before: readonly WorkedStretch[], { event, at, span }: SessionRecord): WorkedStretch[] {
  switch (event) {
    case 'start':
    case 'resume':
      return [...recent(ended(before, at), at), { from: at, to: null }];
    case 'pause':
    case 'stop':
      return ended(before, at);
    case 'gap':
      return before.flatMap((one) => without(one, at, at + span));
  }
}

/** As far as it is known: behind a lock nothing is, until somebody is back, and of a session that is cut off its last evidence. */
export function knownWorked(stretches: readonly WorkedStretch[], session: Session): readonly WorkedStretch[] {
  return session.kind === 'locked' ? ended(stretches, session.since.at) : stretches;
}

/** For a process that comes after this one: it finds no session running. */
export function workedOnDisk(stretches: readonly WorkedStretch[], session: Session, now: UnixMs): WorkedStretch[] {
  return recent(session.kind === 'stopped' ? stretches : ended(stretches, lastEvidence(session).at), now);
}

/** A start that has come to nothing. */
export function notBegun(stretches: readonly WorkedStretch[]): WorkedStretch[] {
  return stretches.filter(({ to }) => to !== null);
}

function recent(stretches: readonly WorkedStretch[], now: UnixMs): WorkedStretch[] {
  return stretches.filter(({ to }) => to === null || to > now - KEPT_MS);
}

/** A session that is cut off ends at its last evidence, before which a resume may not have come. */
function ended(stretches: readonly WorkedStretch[], at: UnixMs): WorkedStretch[] {
  return stretches.map((one) => (one.to === null ? { ...one, to: at } : one)).filter(lasts);
}

function without({ from, to }: WorkedStretch, start: UnixMs, end: UnixMs): WorkedStretch[] {
  const isApart = end <= from || (to !== null && to <= start);
  if (isApart) return [{ from, to }];
  const [before, after] = [
    { from, to: start },
    { from: Math.max(from, end), to },
  ];
  return [before, after].filter(lasts);
}

function lasts({ from, to }: WorkedStretch): boolean {
  return to === null || from < to;
}
