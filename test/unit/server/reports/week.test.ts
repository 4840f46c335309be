import { expect, test } from 'vitest';
import type { Recorded } from '../../../../server/reports/recorded.ts';
import { weekReport } from '../../../../server/reports/week.ts';
import type { Observation } from '../../../../shared/events/observation.ts';
import { DeviceId, PersonId, SessionId } from '../../../../shared/ids.ts';
import { addDays, DAY, dayOf, HOUR, MINUTE } from '../../../../shared/time.ts';
import { everythingCollected } from '../../../support/dayFacts.ts';

const START = Date.UTC(2026, 10, 9);
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const session = SessionId.parse(uuid(1));

const record = (observation: Observation): Recorded => ({ device: DeviceId.parse(uuid(2)), session, observation });
const when = (at: number, span = 0) => ({ at, mono: at - START, span });
const event = (at: number, name: 'start' | 'stop'): Recorded =>
  record({ parameter: 'session', level: 'on', ...when(at), event: name, cause: 'employee' });
const active = (at: number, isActive: boolean): Recorded =>
  record({ parameter: 'activity', level: 'active', ...when(at, 10 * MINUTE), active: isActive });

function reportOf(records: readonly Recorded[], now: number, running: readonly SessionId[] = []) {
  return weekReport({
    header: {
      person: { id: PersonId.parse(uuid(9)), name: 'Mia' },
      zone: 'UTC',
      policyVersion: 1,
      recordedAccess: null,
    },
    ...{ now, records, running: new Set(running), away: new Map(), takenAway: () => null },
    days: Array.from({ length: 7 }, (_, n) => ({
      ...{ ...everythingCollected, day: addDays(dayOf(START), n) },
      bounds: { from: START + n * DAY, to: START + (n + 1) * DAY },
    })),
  });
}

test('a session without an end is counted to the last that is known, and its day says that there may be more', () => {
  const known = [event(START + 9 * HOUR, 'start'), active(START + 10 * HOUR, true)];
  const { days } = reportOf(known, START + 3 * DAY);
  expect(days.map(({ unfinished }) => unfinished)).toEqual([true, false, false, false, false, false, false]);
  expect(days[0]?.totals.trackedMs).toBe(HOUR + 10 * MINUTE);
  const ended = reportOf([...known, event(START + 11 * HOUR, 'stop')], START + 3 * DAY);
  expect(ended.days[0]?.unfinished).toBe(false);
});

test('a project that would turn the words beside it is shown without what turns it, whoever recorded it', () => {
  const chosen = { project: 'Web\u202esite', task: '\u2067Checkout' };
  const project = record({ parameter: 'project', level: 'on', ...when(START + 9 * HOUR), ...chosen });
  const known = [event(START + 9 * HOUR, 'start'), project, event(START + 10 * HOUR, 'stop')];
  expect(reportOf(known, START + 3 * DAY).days[0]?.totals.byProject).toEqual([{ label: 'Website', ms: HOUR }]);
});

test('a session that runs now is known to this moment', () => {
  const { days } = reportOf([event(START + 9 * HOUR, 'start')], START + 10 * HOUR, [session]);
  expect([days[0]?.unfinished, days[0]?.totals.trackedMs]).toEqual([false, HOUR]);
});

test('activity is counted within what was tracked', () => {
  const known = [
    event(START + 9 * HOUR, 'start'),
    active(START + 9 * HOUR, true),
    active(START + 9 * HOUR + 10 * MINUTE, false),
    active(START + 9 * HOUR + 20 * MINUTE, true),
    event(START + 9 * HOUR + 25 * MINUTE, 'stop'),
  ];
  const { days } = reportOf(known, START + DAY);
  expect(days[0]?.activity).toEqual({ recordedMs: 25 * MINUTE, activeMs: 15 * MINUTE });
  expect(days[1]?.activity).toBe(null);
});
