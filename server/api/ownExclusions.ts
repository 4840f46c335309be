import { DaylightError } from '../../shared/errors.ts';
import { type Exclusions, MOST_EXCLUSIONS } from '../../shared/policy/exclusions.ts';

/** What a person leaves out for themself is a list as the policy's, and no longer. Throws DaylightError `conflict` when there are too many. */
export function requireRoom(exclusions: Exclusions): Exclusions {
  if (Math.max(exclusions.apps.length, exclusions.sites.length) <= MOST_EXCLUSIONS) return exclusions;
  throw new DaylightError('conflict', `at most ${MOST_EXCLUSIONS} applications and as many sites can be left out`, {
    field: 'what.leaveOut',
    remedy: 'Take some out of the list under "My data", or have this one deleted without leaving it out.',
  });
}
