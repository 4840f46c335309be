import type { LeavingDate, LeavingObstacle } from '../../../shared/protocol/http/leavingDates.ts';
import { dateTime, longDay } from '../strings/format.ts';
import { say } from '../strings/say.ts';

/** Who set it, by name and role, and when. */
export function setByWords({ setBy, setByName, setAt }: LeavingDate): string {
  return say('leavingDate.setBy', {
    who: setByName ?? say('objections.someoneGone'),
    role: say(`role.${setBy}`),
    when: dateTime(setAt),
  });
}

/** The last day, and the moment of its end by the clock of whoever looks. */
export function lastDayWords({ day, endsAt }: LeavingDate): string {
  return say('leavingDate.lastDay', { day: longDay(day), when: dateTime(endsAt) });
}

/** What keeps the account from being ended on its day, and what to do. */
export function obstacleWords(obstacle: LeavingObstacle): string {
  return say(`leavingDate.obstacle.${obstacle}`);
}
