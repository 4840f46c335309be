import type { Circumstances } from '../../server/reports/absent.ts';
import type { DayFacts } from '../../server/reports/day.ts';
import type { Recorded } from '../../server/reports/recorded.ts';
import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import { DAY, dayOf, type UnixMs } from '../../shared/time.ts';
import { personId } from './storeRecords.ts';

/** Everything was collected all along, may be seen, and is kept still. */
export const everythingCollected: Circumstances = {
  viewable: new Set(parameterIds),
  elsewhere: new Map(),
  withheld: new Set(),
  levels: ofEach('on'),
  levelSince: ofEach(null),
  acknowledged: ofEach('on'),
  counting: new Map(),
  forbidden: new Map(),
  hasDevice: true,
  expired: new Set(),
  deleted: new Map(),
};

/** Of somebody whose UTC day began at `start`, and is over. */
export function dayFacts(start: UnixMs, records: readonly Recorded[]): DayFacts {
  const person = { id: personId('mia'), name: 'Mia' };
  return {
    ...everythingCollected,
    header: { person, day: dayOf(start), zone: 'UTC', policyVersion: 1, recordedAccess: null },
    bounds: { from: start, to: start + DAY },
    now: start + 2 * DAY,
    records,
    running: new Set(),
    away: new Map(),
    takenAway: () => null,
  };
}

function ofEach<T>(value: T): Record<ParameterId, T> {
  return Object.fromEntries(parameterIds.map((id) => [id, value])) as Record<ParameterId, T>;
}
