import { Day } from '../../../shared/time.ts';

/** The day in an address: today where it names none, null where what it names is no day of the calendar. */
export function addressedDay(text: string | undefined, today: Day): Day | null {
  return text === undefined ? today : (Day.safeParse(text).data ?? null);
}
