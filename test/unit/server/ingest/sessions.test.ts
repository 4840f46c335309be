import { describe, expect, it } from 'vitest';
import {
  countScreenshot,
  type DeviceSessions,
  noSessions,
  openSession,
  reduceSession,
} from '../../../../server/ingest/sessions.ts';
import type { ObservationOf } from '../../../../shared/events/observation.ts';
import type { SessionId } from '../../../../shared/ids.ts';
import { newSession } from '../../../support/ingestKit.ts';

const T = 1_795_212_000_000;
const event = (name: ObservationOf<'session'>['event'], at: number): ObservationOf<'session'> => ({
  ...{ parameter: 'session', level: 'on', event: name, cause: 'employee', at, mono: 0, span: 0 },
});

function after(state: DeviceSessions, session: SessionId, name: ObservationOf<'session'>['event'], at: number) {
  const next = reduceSession(state, session, event(name, at));
  if (next === null) throw new Error(`${name} was refused`);
  return next;
}

describe('the sessions of a device', () => {
  it('open with a start, close with a stop, and take nothing afterwards', () => {
    const session = newSession();
    const open = after(noSessions, session, 'start', T);
    expect(openSession(open)).toEqual({ session, startedAt: T });
    const closed = after(open, session, 'stop', T + 1_000);
    expect(openSession(closed)).toBeNull();
    for (const name of ['start', 'stop', 'pause', 'resume', 'gap'] as const) {
      expect(reduceSession(closed, session, event(name, T + 2_000))).toBeNull();
    }
  });

  it('refuse a start that is known and everything of a session that is not', () => {
    const session = newSession();
    const open = after(noSessions, session, 'start', T);
    expect(reduceSession(open, session, event('start', T + 1))).toBeNull();
    expect(reduceSession(open, newSession(), event('stop', T + 1))).toBeNull();
    expect(reduceSession(open, session, event('stop', T - 60_000))).toBeNull();
  });

  it('close one that was left open when another begins', () => {
    const [lost, next] = [newSession(), newSession()];
    const state = after(after(noSessions, lost, 'start', T), next, 'start', T + 5_000);
    expect(state.sessions.map(({ session, stop }) => [session, stop])).toEqual([
      [lost, T + 5_000],
      [next, null],
    ]);
  });

  it('end a pause with the stop, and stay bounded', () => {
    const session = newSession();
    const paused = after(after(noSessions, session, 'start', T), session, 'pause', T + 1_000);
    expect(after(paused, session, 'stop', T + 2_000).sessions[0]?.pauses).toEqual([{ from: T + 1_000, to: T + 2_000 }]);
    let state = noSessions;
    for (let n = 0; n < 200; n += 1) state = after(state, newSession(), 'start', T + n);
    expect(state.sessions).toHaveLength(64);
  });
});

it('a screenshot older than the oldest that is remembered is refused once no more can be remembered', () => {
  const hour = 3_600_000;
  let state: DeviceSessions = noSessions;
  for (let n = 16; n > 0; n -= 1) state = countScreenshot(state, n * hour) ?? noSessions;
  expect(state.screenshots).toHaveLength(16);
  expect(countScreenshot(state, 1_000)).toBeNull();
  expect(countScreenshot(state, 17 * hour)?.screenshots).toHaveLength(16);
});
