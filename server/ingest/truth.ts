import { assertNever } from '../../shared/errors.ts';
import type { Observation, ObservationOf } from '../../shared/events/observation.ts';
import type { DiscardReason } from '../../shared/outcome.ts';
import { isSensitiveProgram } from '../../shared/policy/categories.ts';
import { type Exclusions, excludesApp, excludesSite } from '../../shared/policy/exclusions.ts';
import { redactTitle } from '../../shared/policy/redact.ts';
import { reduceUrl } from '../../shared/policy/site.ts';

/**
 * Why a value is not what its level says, or is nobody's business; null when it is in order. The agent reduces with the
 * same functions, and reducing what was reduced changes nothing, so an honest agent's values pass as they are.
 */
export function untruth(observation: Observation): DiscardReason | null {
  switch (observation.parameter) {
    case 'url':
      return urlUntruth(observation);
    case 'title':
      return observation.level === 'redacted' && redactTitle(observation.title) !== observation.title
        ? 'malformed'
        : null;
    case 'app':
      return observation.level === 'name' && isSensitiveProgram(observation.name) ? 'special_category' : null;
    default:
      return null;
  }
}

/** Whether it tells of an application or a site that is left out, as far as the value itself says so. */
export function isExcluded(observation: Observation, exclusions: () => readonly Exclusions[]): boolean {
  if (observation.parameter === 'app' && observation.level === 'name') {
    const { name } = observation;
    return exclusions().some((one) => excludesApp(one, [name]));
  }
  if (observation.parameter !== 'url' || observation.level === 'category') return false;
  const host = observation.level === 'domain' ? observation.domain : observation.host;
  return exclusions().some((one) => excludesSite(one, host));
}

function urlUntruth(observation: ObservationOf<'url'>): DiscardReason | null {
  switch (observation.level) {
    case 'category':
      return null;
    case 'domain': {
      const reduced = reduceUrl(`https://${observation.domain}/`, 'domain');
      if (reduced !== null && 'private' in reduced) return 'special_category';
      return reduced !== null && 'domain' in reduced && reduced.domain === observation.domain ? null : 'malformed';
    }
    case 'host_path': {
      const { host, path } = observation;
      const reduced = reduceUrl(`https://${host}${path}`, 'host_path');
      if (reduced !== null && 'private' in reduced) return 'special_category';
      const same = reduced !== null && 'host' in reduced && reduced.host === host && reduced.path === path;
      return same ? null : 'malformed';
    }
    default:
      return assertNever(observation);
  }
}
