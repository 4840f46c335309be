import { DaylightError } from '../../shared/errors.ts';
import type { PersonId } from '../../shared/ids.ts';
import { EXPORT_MINUTES } from '../../shared/protocol/http/ownData.ts';
import { HOUR, MINUTE, type MonoMs, SECOND } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import { createHourly } from './hourly.ts';

/** Each holds a copy of the database still and opens all that is held of somebody: what one person asks for must not keep others waiting. */
const AT_ONCE = 4;
const IN_AN_HOUR = 5;
const RETRY_MS = 30 * SECOND;
/**
 * While a copy is held still the log of the database cannot start again, and two people who take turns would hold it for ever: after so
 * long without a gap nobody begins until all have ended. Half an hour later at the latest they have.
 */
const WITHOUT_GAP_MS = 30 * MINUTE;

/** Downloads of everything that are under way, and those of the last hour. In memory: who restarts the server begins anew. */
export interface Exports {
  /** Takes a place, until `end`. Throws DaylightError `rate_limited`, with the time to wait. */
  begin(person: PersonId): ExportPlace;
}

export interface ExportPlace {
  /** Before its snapshot is taken: only from now on does it count for the hour, and for what is held without a gap. */
  proven(): void;
  /** The person may begin another one at once; their snapshot is held until `closing` has settled. */
  end(closing?: Promise<void>): void;
}

/** `what` is said where too many are asked for. */
export function createExports(clock: Pick<Clock, 'mono'>, what = 'your data'): Exports {
  const { mono } = clock;
  const underWay = new Set<PersonId>();
  const begun = createHourly<PersonId>(clock);
  const held = new Set<ExportPlace>();
  let heldSince: MonoMs = 0;
  let latest: MonoMs = 0;

  return {
    begin(person) {
      if (underWay.has(person)) throw tooMuch(`a download of ${what} is under way already`, RETRY_MS);
      const recent = begun.of(person);
      const [oldest] = recent;
      if (oldest !== undefined && recent.length >= IN_AN_HOUR) {
        const waitMs = oldest + HOUR - mono();
        throw tooMuch(`${what} was downloaded ${IN_AN_HOUR} times within an hour`, waitMs);
      }
      if (underWay.size >= AT_ONCE) throw tooMuch(`${AT_ONCE} others are downloading their data now`, RETRY_MS);
      if (held.size > 0 && mono() - heldSince >= WITHOUT_GAP_MS) {
        const waitMs = Math.max(RETRY_MS, latest + EXPORT_MINUTES * MINUTE - mono());
        throw tooMuch('downloads of others went on without a break, and the server must tidy up after them', waitMs);
      }
      underWay.add(person);
      const place: ExportPlace = {
        proven() {
          if (held.size === 0) heldSince = mono();
          latest = mono();
          held.add(place);
          begun.note(person);
        },
        end(closing = Promise.resolve()) {
          underWay.delete(person);
          const letGo = (): void => void held.delete(place);
          void closing.then(letGo, letGo);
        },
      };
      return place;
    },
  };
}

export function tooMuch(message: string, retryAfterMs: number): DaylightError {
  const minutes = Math.ceil(retryAfterMs / (60 * SECOND));
  const remedy = `Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`;
  return new DaylightError('rate_limited', message, { remedy, retryAfterMs });
}
