import { DaylightError } from '../../shared/errors.ts';
import type { PersonId } from '../../shared/ids.ts';
import { HOUR, type MonoMs, SECOND } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';

/** Each holds a copy of the database still and opens all that is held of somebody: what one person asks for must not keep others waiting. */
const AT_ONCE = 4;
const IN_AN_HOUR = 5;
const RETRY_MS = 30 * SECOND;

/** Downloads of everything that are under way, and those of the last hour. In memory: who restarts the server begins anew. */
export interface Exports {
  /** Counts one until the returned function is called. Throws DaylightError `rate_limited`, with the time to wait. */
  begin(person: PersonId): () => void;
}

export function createExports({ mono }: Pick<Clock, 'mono'>): Exports {
  const underWay = new Set<PersonId>();
  const begun = new Map<PersonId, readonly MonoMs[]>();

  function recentOf(person: PersonId): readonly MonoMs[] {
    return (begun.get(person) ?? []).filter((at) => mono() - at < HOUR);
  }

  return {
    begin(person) {
      if (underWay.has(person)) throw refusal('a download of your data is under way already', RETRY_MS);
      const recent = recentOf(person);
      const [oldest] = recent;
      if (oldest !== undefined && recent.length >= IN_AN_HOUR) {
        const waitMs = oldest + HOUR - mono();
        throw refusal(`your data was downloaded ${IN_AN_HOUR} times within an hour`, waitMs);
      }
      if (underWay.size >= AT_ONCE) throw refusal(`${AT_ONCE} others are downloading their data now`, RETRY_MS);
      for (const other of begun.keys()) if (recentOf(other).length === 0) begun.delete(other);
      underWay.add(person);
      begun.set(person, [...recent, mono()]);
      return () => void underWay.delete(person);
    },
  };
}

function refusal(message: string, retryAfterMs: number): DaylightError {
  const minutes = Math.ceil(retryAfterMs / (60 * SECOND));
  const remedy = `Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`;
  return new DaylightError('rate_limited', message, { remedy, retryAfterMs });
}
