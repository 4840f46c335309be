import type { PersonId } from '../../shared/ids.ts';
import { HOUR, SECOND } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import { createLanes } from '../lanes.ts';
import { tooMuch } from './exports.ts';
import { createHourly } from './hourly.ts';

/** Each opens whatever is stored of the days that somebody asks about: what one person asks for must not keep others waiting. */
const AT_ONCE = 4;
const IN_AN_HOUR = 30;
const RETRY_MS = 5 * SECOND;

/** Countings of what an erasure would take away. */
export interface Countings {
  /** One of a person after the other. Throws DaylightError `rate_limited`, with the time to wait. */
  run<T>(person: PersonId, count: () => Promise<T>): Promise<T>;
}

export function createCountings(clock: Pick<Clock, 'mono'>): Countings {
  const begun = createHourly<PersonId>(clock);
  const lanes = createLanes<PersonId>();
  let underWay = 0;

  return {
    async run(person, count) {
      const recent = begun.of(person);
      const [oldest] = recent;
      if (oldest !== undefined && recent.length >= IN_AN_HOUR) {
        const waitMs = oldest + HOUR - clock.mono();
        throw tooMuch(`what could be deleted was counted ${IN_AN_HOUR} times within an hour`, waitMs);
      }
      begun.note(person);
      return lanes.run(person, async () => {
        if (underWay >= AT_ONCE) throw tooMuch(`${AT_ONCE} others are having theirs counted now`, RETRY_MS);
        underWay += 1;
        try {
          return await count();
        } finally {
          underWay -= 1;
        }
      });
    },
  };
}
