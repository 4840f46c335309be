import { setTimeout } from 'node:timers/promises';
import { DAY, dayOf, MINUTE, SECOND } from '../../shared/time.ts';

/** How long a test may have to wait for the next day, beside the time that it takes itself. */
export const MIDNIGHT_MS = 6 * MINUTE;

/**
 * For what must lie in one day (UTC): waits for the next one where less than five minutes are left of this one. Resolves with
 * the day in which there is time.
 */
export async function awayFromMidnight(): Promise<string> {
  const left = DAY - (Date.now() % DAY);
  if (left < 5 * MINUTE) await setTimeout(left + SECOND);
  return dayOf(Date.now());
}
