import type { Mark } from '../../shared/correction.ts';
import type { ObservationOf } from '../../shared/events/observation.ts';
import type { DeviceId, SessionId } from '../../shared/ids.ts';
import { DAY, type UnixMs } from '../../shared/time.ts';
import { joinedMarks, marked } from './corrected.ts';
import { type Interval, subtract, union } from './intervals.ts';
import { ofParameter, type Recorded } from './recorded.ts';

/** One working session as far as it is known. */
export interface Session {
  readonly device: DeviceId;
  readonly session: SessionId;
  readonly from: UnixMs;
  readonly to: UnixMs;
  /** Still running when the report was made, as far as is known: of a device that is away only for a day. */
  readonly open: boolean;
  readonly stopCause: string | null;
  readonly gaps: readonly Gap[];
  /** The pause that has not ended; null when it is not paused, or over. */
  readonly pausedSince: UnixMs | null;
  /** From start to stop without the gaps. */
  readonly tracked: readonly Interval[];
  /** Another session of the same person ran at the same time. */
  readonly overlapping: boolean;
  /** When it was started and stopped was corrected. */
  readonly mark?: Mark;
}

export interface Gap extends Interval {
  readonly cause: string;
}

/** What is known of sessions besides their records. */
export interface Standing {
  /** Sessions that run now, as their connected devices say; they last until now, and not only to their last record. */
  readonly running: ReadonlySet<SessionId>;
  /** When each device in use that is not connected was last heard of: what it runs may go on, and it cannot say so. */
  readonly away: ReadonlyMap<DeviceId, UnixMs | null>;
  /** When sessions might not be collected any more on the device, for the first time after the instant. Null: never. */
  readonly takenAway: (device: DeviceId, after: UnixMs) => UnixMs | null;
}

/**
 * The sessions in the records, which are in order of time. A session without a stop ends at its last evidence, and never after it
 * was taken away; one whose start is not among the records begins at its first. Nothing lasts beyond now, whatever a clock that was
 * wrong has stamped.
 */
export function sessionsOf(records: readonly Recorded[], standing: Standing, now: UnixMs): Session[] {
  const bySession = new Map<SessionId, Recorded[]>();
  for (const record of records) {
    const own = bySession.get(record.session);
    if (own === undefined) bySession.set(record.session, [record]);
    else own.push(record);
  }
  const sessions = [...bySession].map(([session, own]) => sessionOf(session, own, standing, now));
  return withOverlaps(sessions.toSorted((a, b) => a.from - b.from || (a.session < b.session ? -1 : 1)));
}

function sessionOf(session: SessionId, own: readonly Recorded[], standing: Standing, now: UnixMs): Session {
  const events = ofParameter(own, 'session').map(({ observation }) => observation);
  const start = events.find(({ event }) => event === 'start');
  const stop = events.findLast(({ event }) => event === 'stop');
  const first = own.reduce((earliest, { observation: { at } }) => Math.min(earliest, at), Number.POSITIVE_INFINITY);
  const last = own.reduce((latest, { observation: { at, span } }) => Math.max(latest, at + span), 0);
  const from = Math.min(start?.at ?? first, now);
  const device = own[0]?.device as DeviceId;
  const takenAway = stop === undefined ? standing.takenAway(device, from) : null;
  const running = takenAway === null && standing.running.has(session);
  const known = Math.min(running ? now : last, takenAway ?? Number.POSITIVE_INFINITY);
  const to = Math.max(from, Math.min(stop?.at ?? known, now));
  const mayGoOn = running || (standing.away.has(device) && now - last < DAY);
  const { gaps, pausedSince } = gapsOf(events, to);
  return {
    device,
    session,
    from,
    to,
    open: stop === undefined && takenAway === null && mayGoOn,
    stopCause: stop?.cause ?? null,
    gaps,
    pausedSince: stop === undefined && takenAway === null ? pausedSince : null,
    tracked: subtract([{ from, to }], gaps),
    overlapping: false,
    ...marked(joinedMarks(ofParameter(own, 'session').map(({ mark }) => mark ?? null))),
  };
}

/** Gaps as recorded, and pauses from their beginning to the resume, or to the session's end. */
function gapsOf(events: readonly ObservationOf<'session'>[], end: UnixMs): Pick<Session, 'gaps' | 'pausedSince'> {
  const gaps: Gap[] = [];
  let paused: UnixMs | null = null;
  for (const { event, cause, at, span } of events) {
    if (event === 'gap') gaps.push({ from: at, to: Math.min(at + span, end), cause });
    if (event === 'pause') paused ??= at;
    if (event !== 'resume' || paused === null) continue;
    gaps.push({ from: paused, to: Math.min(at, end), cause: PAUSED });
    paused = null;
  }
  if (paused !== null) gaps.push({ from: paused, to: end, cause: PAUSED });
  const lasting = gaps.filter(({ from, to }) => from < to).toSorted((a, b) => a.from - b.from || a.to - b.to);
  return { gaps: lasting, pausedSince: paused === null ? null : Math.min(paused, end) };
}

const PAUSED = 'paused';

/** In order of their beginning, one overlaps an earlier one, or the next one that lasts at all, or none. */
function withOverlaps(sessions: readonly Session[]): Session[] {
  const lasting = sessions.filter(({ from, to }) => from < to);
  const overlapping = new Set<Session>();
  let latest = Number.NEGATIVE_INFINITY;
  for (const [index, one] of lasting.entries()) {
    const next = lasting[index + 1];
    if (one.from < latest || (next !== undefined && next.from < one.to)) overlapping.add(one);
    latest = Math.max(latest, one.to);
  }
  return sessions.map((one) => ({ ...one, overlapping: overlapping.has(one) }));
}

/** All that was tracked; what two sessions track at once counts once. */
export function trackedOf(sessions: readonly Session[]): Interval[] {
  return union(sessions.flatMap(({ tracked }) => tracked));
}
