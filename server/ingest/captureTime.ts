import type { BootId } from '../../shared/ids.ts';
import { limits } from '../../shared/protocol/limits.ts';
import type { MonoMs, UnixMs } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';

/** The device's two clocks and the server's two, at the one moment at which all are known: the handshake. */
export interface ClockReading {
  readonly boot: BootId;
  /** The device's wall clock, as it said. */
  readonly at: UnixMs;
  readonly mono: MonoMs;
  /** The server's clocks when that arrived. */
  readonly serverAt: UnixMs;
  readonly serverMono: MonoMs;
}

/** Up to here the difference is the network's as much as the clock's, and times are taken as they were stamped. */
const NEGLIGIBLE_MS = 2_000;

/**
 * Half of what a device may be ahead: a reading that still holds makes no honest stamp implausible, however long the
 * device's hello was on its way.
 */
const PARTED_MS = limits.clockSkewMs / 2;

/** The server's two clocks at one moment. */
export type ServerReading = Pick<ClockReading, 'serverAt' | 'serverMono'>;

export function readServer(clock: Clock): ServerReading {
  return { serverAt: clock.now(), serverMono: clock.mono() };
}

/**
 * By how many milliseconds the server's wall clock was set since the reading; null up to a minute. When it was, nothing can
 * be said of a device's time until the clocks are read anew: by another handshake.
 */
export function serverSetBy({ serverAt, serverMono }: ServerReading, clock: Clock): number | null {
  const byMs = clock.now() - serverAt - (clock.mono() - serverMono);
  return Math.abs(byMs) > PARTED_MS ? byMs : null;
}

/** Device clock minus server clock at the handshake, in milliseconds. */
export function clockOffset(reading: ClockReading): number {
  return reading.at - reading.serverAt;
}

/** True when the offset is large enough to tell people about. */
export function isFlagged(offsetMs: number): boolean {
  return Math.abs(offsetMs) > limits.clockSkewMs;
}

/**
 * When something was captured, on the server's clock; null when no honest device could have stamped it so:
 *
 * - its wall time, corrected by the offset of the handshake, lies in the future;
 * - the monotonic clock of the same boot is ahead of the time that has passed since the handshake;
 * - its wall time is later than the monotonic clock allows (that clock may stand still in sleep, but never runs ahead).
 */
export function captureTime(
  reading: ClockReading,
  stamp: { readonly at: UnixMs; readonly mono: MonoMs; readonly boot: BootId },
  now: UnixMs,
): UnixMs | null {
  const offset = clockOffset(reading);
  const wall = Math.abs(offset) <= NEGLIGIBLE_MS ? stamp.at : stamp.at - offset;
  const skew = limits.clockSkewMs;
  if (stamp.boot !== reading.boot) return wall > now + skew ? null : wall;
  const byMono = reading.serverAt + (stamp.mono - reading.mono);
  if (byMono > now + skew) return null;
  // The wall clock was set between capture and handshake: the stamp was right when it was made, the offset is newer.
  if (isFlagged(offset) && Math.abs(stamp.at - byMono) <= skew) return stamp.at;
  const latest = stamp.mono <= reading.mono ? byMono : now;
  return wall > latest + skew ? null : wall;
}
