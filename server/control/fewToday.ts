import { DaylightError } from '../../shared/errors.ts';
import { DAY, HOUR, type UnixMs } from '../../shared/time.ts';
import type { Decision } from './decision.ts';
import type { Standing } from './standing.ts';

const MOST_IN_A_DAY = 20;

/**
 * Whoever decides and undoes it again and again would make everybody's records longer to read. For that only what lets more be collected
 * or seen is refused, never what stops it.
 */
export function requireFewToday(
  { decided }: Standing,
  kind: Decision['kind'],
  now: UnixMs,
  says: (most: number, hours: number) => { readonly message: string; readonly remedy: string },
): void {
  const recent = decided.filter(({ at, decision }) => decision?.kind === kind && at > now - DAY);
  const [oldest] = recent;
  if (oldest === undefined || recent.length < MOST_IN_A_DAY) return;
  const retryAfterMs = oldest.at + DAY - now;
  const { message, remedy } = says(MOST_IN_A_DAY, Math.ceil(retryAfterMs / HOUR));
  throw new DaylightError('rate_limited', message, { retryAfterMs, remedy });
}
