import { setTimeout } from 'node:timers/promises';
import { DAY, HOUR, MINUTE, SECOND, type UnixMs } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import type { KeyStore } from '../store/store.ts';

/**
 * What is destroyed because of the date waits while the date is in doubt: when the wall clock is more than a day from what the
 * server last saw, and what has passed since by a clock that nobody sets, say that it must be. What people order goes on, and what is past
 * its day is shown to nobody either way.
 */
export interface ClockBrake {
  /** Asked before each step that destroys something because of the date. By itself free again when the clock is right again. */
  check(): BrakeState;
  /** Takes the wall clock for right, whatever was seen before. Durable when it resolves. */
  release(): Promise<void>;
  /** Notes the time until now. */
  close(): Promise<void>;
}

export type BrakeState = 'free' | { readonly pulled: ClockDoubt };

export interface ClockDoubt {
  /** What the wall clock says. */
  readonly now: UnixMs;
  /** What it should say at least, if nobody had set it, and the server had neither been off nor asleep. */
  readonly expected: UnixMs;
  /** Off or asleep is what puts it ahead most often; nothing but a clock that was set puts it behind. */
  readonly way: 'ahead' | 'behind';
}

export interface ClockBrakeDeps {
  readonly keyStore: Marks;
  readonly clock: Clock;
  /** Told when it is pulled, also at the start, and when it is free again. */
  readonly changed: (state: BrakeState) => void;
  /** Told what kept the time from being noted; it is tried again. */
  readonly failed: (cause: unknown) => void;
}

export interface BrakeTiming {
  readonly everyMs: number;
  readonly noteMs: number;
}

type Marks = Pick<KeyStore, 'mark' | 'raiseMark'>;

/** Longer than any time zone, summer time or lazy time server explains. */
const DOUBTFUL_MS = DAY;

const RETRY_MS = MINUTE;

const timing: BrakeTiming = { everyMs: SECOND, noteMs: HOUR };

export async function openClockBrake(
  { keyStore, clock, changed, failed }: ClockBrakeDeps,
  { everyMs, noteMs } = timing,
): Promise<ClockBrake> {
  let seen = await readSeen(keyStore);
  let anchor = anchored(clock, seen.at);
  let noted = clock.mono();
  let told: BrakeState = 'free';

  const check = (): BrakeState => doubted(clock.now(), expectedBy(anchor, clock));
  const note = async (): Promise<void> => {
    noted = clock.mono() - noteMs + RETRY_MS; // unless it can be noted
    await keyStore.raiseMark('seen_at', expectedBy(anchor, clock) + seen.back);
    noted = clock.mono();
  };
  const tell = (): void => {
    const state = check();
    if ((state === 'free') === (told === 'free')) return;
    told = state;
    changed(state);
  };
  /** Somebody may have released it on the host: a command beside this process. */
  const follow = async (): Promise<void> => {
    const now = await readSeen(keyStore);
    if (now.released === seen.released) return;
    seen = now;
    anchor = anchored(clock, seen.at);
  };

  await note();
  tell();
  const closing = new AbortController();
  const rested = (): Promise<boolean> =>
    setTimeout(everyMs, true, { signal: closing.signal, ref: false }).catch(() => false);
  const running = (async () => {
    while (await rested()) {
      try {
        if (check() !== 'free') await follow();
        if (clock.mono() - noted >= noteMs) await note();
      } catch (cause) {
        failed(cause);
      }
      tell();
    }
  })();

  return {
    check,
    async release() {
      seen = await releaseClock(keyStore, clock.now());
      anchor = { at: seen.at ?? clock.now(), mono: clock.mono() };
      tell();
    },
    async close() {
      closing.abort();
      await running;
      await note().catch(failed);
    },
  };
}

/** What a command of the host says of the clock, beside a server or without one: that notes the time every hour. */
export async function lookAtClock(
  keyStore: Pick<KeyStore, 'mark'>,
  now: UnixMs,
): Promise<{ readonly now: UnixMs; readonly seenAt: UnixMs | null; readonly state: BrakeState }> {
  const { at } = await readSeen(keyStore);
  return { now, seenAt: at, state: at === null ? 'free' : doubted(now, at) };
}

/** Takes `now` for right. A server beside it takes it over within seconds. */
export async function releaseClock(keyStore: Marks, now: UnixMs): Promise<Seen> {
  const { at, back, released } = await readSeen(keyStore);
  // Marks only go up: by how much the time went back is one of its own.
  const set = at !== null && now < at ? back + at - now : back;
  await keyStore.raiseMark('clock_back', set);
  await keyStore.raiseMark('seen_at', now + set);
  await keyStore.raiseMark('clock_released', released + 1);
  return { at: now, back: set, released: released + 1 };
}

interface Seen {
  /** The latest time that was seen; null where none ever was. */
  readonly at: UnixMs | null;
  /** By how much, in all, the time was taken back because somebody said that the earlier one is right. */
  readonly back: number;
  readonly released: number;
}

async function readSeen(keyStore: Pick<KeyStore, 'mark'>): Promise<Seen> {
  const [mark, back, released] = await Promise.all([
    keyStore.mark('seen_at'),
    keyStore.mark('clock_back'),
    keyStore.mark('clock_released'),
  ]);
  return { at: mark === null ? null : mark - (back ?? 0), back: back ?? 0, released: released ?? 0 };
}

interface Anchor {
  readonly at: UnixMs;
  readonly mono: number;
}

/** From a clock that is not in doubt everything is measured anew; from one that is, the time that was seen last. */
function anchored(clock: Clock, seenAt: UnixMs | null): Anchor {
  const [now, mono] = [clock.now(), clock.mono()];
  return { at: seenAt === null || doubted(now, seenAt) === 'free' ? now : seenAt, mono };
}

function expectedBy({ at, mono }: Anchor, clock: Clock): UnixMs {
  return at + clock.mono() - mono;
}

function doubted(now: UnixMs, expected: UnixMs): BrakeState {
  if (Math.abs(now - expected) <= DOUBTFUL_MS) return 'free';
  return { pulled: { now, expected, way: now > expected ? 'ahead' : 'behind' } };
}
