import { describe, expect, test } from 'vitest';
import { type Instant, type Session, STOPPED, step } from '../../../../agent/core/session.ts';
import * as time from '../../../../agent/core/timeAway.ts';
import { BootId, SessionId } from '../../../../shared/ids.ts';
import { MINUTE, SECOND } from '../../../../shared/time.ts';
import { BOOT } from '../../../support/recording.ts';
import { NINE } from '../../../support/testClock.ts';

const BEFORE = BootId.parse('0b9f6a52-3a0f-4c0e-8f61-3a7b6f0f5b01');
const SESSION = SessionId.parse('0b9f6a52-3a0f-4c0e-8f61-3a7b6f0f5c01');
const IDLE = 5 * MINUTE;

const after = (mono: number): Instant => ({ at: NINE + mono, mono });
const here = (mono: number, lastRan: number | null = null) => ({ boot: BOOT, instant: after(mono), lastRan });
const title = (mono: number, span: number) => ({ parameter: 'title', at: NINE + mono, mono, span }) as const;
const nothing = time.leftUndecided(null);

const left = (boot: BootId, to: number | null = 2 * MINUTE) =>
  time.leftUndecided({ sign: after(MINUTE), idleAfterMs: IDLE, stretches: [{ boot, from: MINUTE, to }] });

function tracked(...events: readonly (readonly [Parameters<typeof step>[1], number])[]): Session {
  const begin = { kind: 'start', session: SESSION, idleAfterMs: IDLE } as const;
  const begun = step(STOPPED, begin, after(0)).state;
  return events.reduce((session, [event, mono]) => step(session, event, after(mono)).state, begun);
}

describe('what a session that ended without the person has left', () => {
  test('a sign within the idle time lets it go', () => {
    expect(time.settle(left(BOOT), 'sign', here(MINUTE + IDLE))).toEqual(nothing);
  });

  test('a sign that comes later, or a clock that was set back, costs it', () => {
    const { stretches } = left(BOOT).unsettled!;
    const lost = { notKept: stretches, toCutOut: stretches, unsettled: null };
    expect(time.settle(left(BOOT), 'sign', here(MINUTE + IDLE + 1))).toEqual(lost);
    expect(time.settle(left(BOOT), null, here(MINUTE + IDLE + 1))).toEqual(lost);
    expect(time.settle(left(BOOT), 'sign', { ...here(0), instant: { at: NINE, mono: 2 * MINUTE } })).toEqual(lost);
  });

  test('without a sign it waits until then, unless it is no more than a kill may lose', () => {
    expect(time.settle(left(BOOT), null, here(MINUTE + IDLE))).toEqual(left(BOOT));
    expect(time.settle(left(BOOT, MINUTE + 5 * SECOND), null, here(2 * MINUTE)).unsettled).toBeNull();
    expect(time.settle(left(BOOT, MINUTE + 5 * SECOND + 1), null, here(2 * MINUTE)).unsettled).not.toBeNull();
  });

  test('a stretch that the kill left open ends where that process was last seen to run', () => {
    expect(time.settle(left(BEFORE, null), null, here(2 * MINUTE, MINUTE + 5 * SECOND)).unsettled).toBeNull();
    expect(time.settle(left(BEFORE, null), null, here(2 * MINUTE, MINUTE + 6 * SECOND)).unsettled).not.toBeNull();
  });
});

test('what is undecided or not kept is held back from its beginning on, and so is what the session itself holds', () => {
  const session = tracked([{ kind: 'watch', input: true }, 10 * SECOND], [{ kind: 'input' }, 20 * SECOND]);
  const away = time.notKept(left(BEFORE), [{ boot: BOOT, from: 3 * SECOND, to: 4 * SECOND }]);
  expect(time.heldBack(away, session, BOOT)).toEqual([
    { boot: BOOT, mono: 3 * SECOND },
    { boot: BEFORE, mono: MINUTE },
    { boot: BOOT, mono: 20 * SECOND },
  ]);
  expect(time.heldBack(nothing, STOPPED, BOOT)).toEqual([]);
});

describe('what is written late', () => {
  const stretch = { boot: BOOT, from: MINUTE, to: 2 * MINUTE };
  const waiting = time.notKept(nothing, [stretch]);
  const removed = time.cutOut(waiting, stretch);

  test('is gone when it lies wholly in what has been cut out of the spool, and not before', () => {
    expect(time.isGone(waiting, BOOT, title(MINUTE + 1, SECOND))).toBe(false);
    expect(time.isGone(removed, BOOT, title(MINUTE + 1, SECOND))).toBe(true);
    expect(time.isGone(removed, BOOT, title(0, MINUTE + SECOND))).toBe(false);
    expect(time.isGone(removed, BOOT, { ...title(MINUTE + 1, 0), parameter: 'notes' })).toBe(false);
  });

  test('is not measured by the clock of another boot', () => {
    expect(time.isGone(removed, BEFORE, title(MINUTE + 1, SECOND))).toBe(false);
    const ofBefore = { ...stretch, boot: BEFORE };
    const other = time.cutOut(time.notKept(nothing, [ofBefore]), ofBefore);
    expect(time.isGone(other, BOOT, title(MINUTE + 1, SECOND))).toBe(false);
  });

  test('in the next session is measured by what is still to be cut out, not by what was', () => {
    expect(time.begun(removed)).toEqual(nothing);
    expect(time.begun(waiting)).toEqual(waiting);
  });
});

describe('the last word of this process', () => {
  const journal = (session: Session, mayWatch = true) => time.inJournal(nothing, session, BOOT, mayWatch);

  test('names the question that is open as not kept, and nothing as undecided twice', () => {
    const session = tracked(
      [{ kind: 'watch', input: true }, 0],
      [{ kind: 'tick', idleAfterMs: IDLE }, 50 * SECOND],
      ...[100, 150, 200, 250, 300, 350].map((at) => [{ kind: 'tick', idleAfterMs: IDLE }, at * SECOND] as const),
    );
    expect(session.kind).toBe('idle_question');
    expect(journal(session)).toEqual({
      notKept: [{ boot: BOOT, from: 0, to: null }],
      undecided: { sign: after(0), idleAfterMs: IDLE, stretches: [] },
    });
  });

  test('says that watching may have begun since, where the policy lets it', () => {
    const session = tracked([{ kind: 'tick', idleAfterMs: IDLE }, 10 * SECOND]);
    const undecided = { sign: after(0), idleAfterMs: IDLE, stretches: [] };
    expect(journal(session, false)).toEqual({ notKept: [], undecided });
    expect(journal(session, true)).toEqual({
      notKept: [],
      undecided: { ...undecided, stretches: [{ boot: BOOT, from: 10 * SECOND, to: null }] },
    });
  });

  test('without a session is what the last one left', () => {
    const away = time.notKept(left(BEFORE), [{ boot: BOOT, from: 1, to: 2 }]);
    expect(time.inJournal(away, STOPPED, BOOT, true)).toEqual({
      notKept: [{ boot: BOOT, from: 1, to: 2 }],
      undecided: left(BEFORE).unsettled,
    });
  });
});
