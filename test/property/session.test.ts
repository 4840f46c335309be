import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Session, type SessionEvent, type SessionRecord, STOPPED, step } from '../../agent/core/session.ts';
import { observationOf } from '../../agent/core/tracking.ts';
import { worked } from '../../agent/core/worked.ts';
import { union } from '../../server/reports/intervals.ts';
import type { Recorded } from '../../server/reports/recorded.ts';
import { sessionsOf, trackedOf } from '../../server/reports/sessions.ts';
import { DeviceId, SessionId } from '../../shared/ids.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../shared/time.ts';
import type { WorkedStretch } from '../../shared/worked.ts';
import { NINE } from '../support/testClock.ts';

const id = SessionId.parse('0b9f6a52-3a0f-4c0e-8f61-3a7b6f0f5a09');
const device = DeviceId.parse('0b9f6a52-3a0f-4c0e-8f61-3a7b6f0f5a10');

const event: fc.Arbitrary<SessionEvent> = fc.oneof(
  fc.constantFrom<SessionEvent>(
    { kind: 'start', session: id, idleAfterMs: 5 * MINUTE },
    { kind: 'stop', cause: 'employee' },
    { kind: 'stop', cause: 'shutdown' },
    { kind: 'stop', cause: 'not_allowed' },
    { kind: 'pause' },
    { kind: 'resume' },
    { kind: 'locked' },
    { kind: 'unlocked' },
    { kind: 'watch', input: true },
    { kind: 'watch', input: false },
    { kind: 'answer', answer: 'keep' },
    { kind: 'answer', answer: 'discard' },
  ),
  fc.constant<SessionEvent>({ kind: 'input' }),
  fc.constant<SessionEvent>({ kind: 'tick', idleAfterMs: 5 * MINUTE }),
);

/** How far each clock goes before the next event: usually both alike, sometimes a sleep, a freeze or a jump. */
const passing = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 55 * SECOND }).map((ms) => ({ mono: ms, wall: ms })) },
  { weight: 2, arbitrary: fc.integer({ min: MINUTE, max: HOUR }).map((ms) => ({ mono: ms, wall: ms })) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 4 * DAY }).map((ms) => ({ mono: 0, wall: ms })) },
  { weight: 1, arbitrary: fc.integer({ min: -20 * SECOND, max: 20 * SECOND }).map((ms) => ({ mono: 0, wall: ms })) },
  { weight: 1, arbitrary: fc.constantFrom(-365 * DAY, -HOUR, 365 * DAY).map((ms) => ({ mono: 0, wall: ms })) },
);

interface Told {
  readonly records: readonly SessionRecord[];
  /** Monotonic time between the start and the end of the records. */
  readonly ran: number;
}

function play(history: readonly (readonly [SessionEvent, { mono: number; wall: number }])[]): Told[] {
  const sessions: Told[] = [];
  let [wall, mono] = [NINE, 1_000];
  let state: Session = STOPPED;
  let records: SessionRecord[] = [];
  let begun = mono;
  for (const [next, ms] of [
    ...history,
    [
      { kind: 'stop', cause: 'employee' },
      { mono: 0, wall: 0 },
    ] as const,
  ]) {
    wall += ms.wall;
    mono += ms.mono;
    if (wall < NINE - 400 * DAY) wall = NINE;
    const result = step(state, next, { at: wall, mono });
    if (state.kind === 'stopped') begun = mono;
    records.push(...result.records);
    if (result.state.kind === 'stopped' && records.length > 0) {
      sessions.push({ records, ran: mono - begun });
      records = [];
    }
    state = result.state;
  }
  return sessions;
}

function awayIntervals(records: readonly SessionRecord[]): { from: number; to: number }[] {
  const away: { from: number; to: number }[] = [];
  let pausedAt: number | null = null;
  for (const record of records) {
    if (record.event === 'gap') away.push({ from: record.at, to: record.at + record.span });
    if (record.event === 'pause') pausedAt = record.at;
    if (record.event === 'resume' || record.event === 'stop') {
      if (pausedAt !== null) away.push({ from: pausedAt, to: record.at });
      pausedAt = null;
    }
  }
  return away.filter(({ from, to }) => to > from).sort((a, b) => a.from - b.from);
}

test('whatever happens: one start and one stop, gaps and pauses disjoint within them, and no more time tracked than passed', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(event, passing), { maxLength: 60 }), (history) => {
      for (const { records, ran } of play(history)) {
        const [first, last] = [records[0]!, records.at(-1)!];
        expect([first.event, last.event]).toEqual(['start', 'stop']);
        expect(records.filter(({ event: name }) => name === 'start' || name === 'stop')).toHaveLength(2);
        expect(records.every(({ at, span }) => at >= first.at && at + span <= last.at)).toBe(true);
        expect(records.every(({ span }) => span <= DAY)).toBe(true);
        const away = awayIntervals(records);
        for (const [index, { from }] of away.entries())
          expect(from).toBeGreaterThanOrEqual(away[index - 1]?.to ?? first.at);
        const tracked = last.at - first.at - away.reduce((sum, { from, to }) => sum + to - from, 0);
        expect(tracked).toBeLessThanOrEqual(ran);
      }
    }),
    { numRuns: 3_000 },
  );
});

test('the working time that an employee is shown is what a report makes of the same records', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(event, passing), { maxLength: 60 }), (history) => {
      for (const { records } of play(history)) {
        const recorded = records.map(
          (record): Recorded => ({ device, session: id, observation: observationOf(record) }),
        );
        const standing = { running: new Set<SessionId>(), away: new Map(), takenAway: () => null };
        const reported = trackedOf(sessionsOf(recorded, standing, Number.MAX_SAFE_INTEGER));
        const shown = records.reduce<readonly WorkedStretch[]>(worked, []);
        expect(shown.every(({ to }) => to !== null)).toBe(true);
        expect(union(shown.map(({ from, to }) => ({ from, to: to ?? from })))).toEqual(reported);
      }
    }),
    { numRuns: 1_000 },
  );
});
