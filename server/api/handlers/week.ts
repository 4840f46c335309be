import type { ParameterId } from '../../../shared/catalog.ts';
import type { WeekReport } from '../../../shared/protocol/http/week.ts';
import { addDays, type Day } from '../../../shared/time.ts';
import { weekReport } from '../../reports/week.ts';
import { circumstancesOf, pastOf } from '../circumstances.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { daysAround, openFor, requireDay, standingNow } from '../opened.ts';
import { permitRead, type RecordedRead, recordedAccessOf, recordRead } from '../reading.ts';

/** All that the totals are made of. */
const weekParameters = ['session', 'project', 'app', 'activity'] as const satisfies readonly ParameterId[];
const DAYS = 7;

/** Seven days of a person. */
export function week(context: Context): HandlersOf<'week'> {
  return {
    async week({ params, query, signedIn: { actor } }) {
      const { from, zone, purpose: purposes } = query;
      const wanted = {
        action: 'week',
        person: params.person,
        purposes,
        day: from,
        parameters: weekParameters,
      } as const;
      const permitted = await permitRead(context, actor, wanted);
      requireDay(from, zone);
      return reportOf(context, await recordRead(context, permitted), from, zone);
    },
  };
}

async function reportOf(context: Context, read: RecordedRead, first: Day, zone: string): Promise<WeekReport> {
  const { store, control, accounts, clock } = context;
  const { org, person } = read.person;
  const days = Array.from({ length: DAYS }, (_, index) => addDays(first, index));
  const bounds = days.map((day) => requireDay(day, zone));
  const whole = { from: Math.min(...bounds.map(({ from }) => from)), to: Math.max(...bounds.map(({ to }) => to)) };
  const [from, to] = daysAround(whole);
  const [segments, profile, current, past] = await Promise.all([
    Promise.all([...read.parameters].map((id) => store.segments(org, person, id, from, to))),
    accounts.profile(read.person),
    control.current(org),
    pastOf(context, org, [person]),
  ]);
  const { records, sightOn } = await openFor(context, read, segments.flat());
  const now = clock.now();
  return weekReport({
    header: {
      person: { id: person, name: profile.name },
      zone,
      policyVersion: current.document.version,
      recordedAccess: recordedAccessOf(read),
    },
    now,
    records,
    ...standingNow(context, read, past),
    days: days.map((day) => {
      const ofDay = requireDay(day, zone);
      return { day, bounds: ofDay, ...circumstancesOf(past, person, sightOn, ofDay, now, read.leave.actor.person) };
    }),
  });
}
