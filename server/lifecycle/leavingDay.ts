import { DaylightError } from '../../shared/errors.ts';
import { LEAVING_DAYS_AHEAD } from '../../shared/protocol/http/leavingDates.ts';
import { addDays, type Day, type UnixMs } from '../../shared/time.ts';
import { localDay, zonedDay } from '../reports/zonedDay.ts';

/** When the last day of an account is over by a clock. Throws DaylightError `bad_request` for a day that is over, or too far ahead. */
export function requireLeavingDay(day: Day, zone: string, now: UnixMs): UnixMs {
  const [today, bounds] = [localDay(now, zone), zonedDay(day, zone)];
  if (today === null || bounds === null) throw wrongDay('zone', 'this server does not know that time zone');
  if (bounds.to <= now) throw wrongDay('day', `${day} is over`);
  if (day > addDays(today, LEAVING_DAYS_AHEAD))
    throw wrongDay('day', `${day} is more than ${LEAVING_DAYS_AHEAD} days ahead`);
  return bounds.to;
}

function wrongDay(field: 'day' | 'zone', why: string): DaylightError {
  return new DaylightError('bad_request', `${field}: ${why}`, {
    field,
    remedy:
      field === 'zone'
        ? 'Name it as IANA does, such as Europe/Berlin.'
        : `Choose a day from today on, at most ${LEAVING_DAYS_AHEAD} days ahead; to end the account at once, end it now.`,
  });
}
