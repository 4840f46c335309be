import { expect, test } from 'vitest';
import { type SessionEvent, timeProblem } from '../../../../server/reports/sessionTimes.ts';
import { SessionId } from '../../../../shared/ids.ts';
import { HOUR, MINUTE } from '../../../../shared/time.ts';

const AT = 1_795_212_000_000;
const [one, two] = ['3f0f1a2e-7c1e-4b0a-9a55-0d6c2f0f9a11', '9d1f1a2e-7c1e-4b0a-9a55-0d6c2f0f9a11'].map((id) =>
  SessionId.parse(id),
) as [SessionId, SessionId];
const event = (session: SessionId, what: 'start' | 'stop', at: number): SessionEvent => {
  return {
    session,
    observation: { parameter: 'session', level: 'on', at, mono: at, span: 0, event: what, cause: 'employee' },
  };
};
const [start, stop] = [event(one, 'start', AT), event(one, 'stop', AT + HOUR)];
const later = [event(two, 'start', AT + 2 * HOUR), event(two, 'stop', AT + 3 * HOUR)];
const moved = (what: SessionEvent, at: number): string | null =>
  timeProblem([start, stop, ...later], what, { at, recordedAt: what.observation.at, now: AT + 5 * HOUR });

test('a session can be made longer into free time and shorter, and never so that somebody worked twice at once', () => {
  expect(moved(stop, AT + 90 * MINUTE)).toBeNull();
  expect(moved(stop, AT + 2 * HOUR)).toBeNull(); // right up to the next one
  expect(moved(stop, AT + 20 * MINUTE)).toBeNull();
  expect(moved(start, AT - 20 * MINUTE)).toBeNull();
  expect(moved(stop, AT + 2 * HOUR + MINUTE)).toContain('another session of yours was running then');
  expect(moved(later[0] ?? start, AT + 59 * MINUTE)).toContain('another session of yours was running then');
});

test('it begins before it ends', () => {
  expect(moved(stop, AT - MINUTE)).toContain('something else in this session was after that');
  expect(moved(start, AT + HOUR + MINUTE)).toContain('something else in this session was before that');
});
