import type { Terms } from '../../shared/protocol/window.ts';
import { count, listed, say } from './say.ts';

/** Why, on which basis, for how long, seen by whom, in one line. */
export function termsWords({ purpose, basis, retentionDays, viewers }: Terms): string {
  return say('recording.terms', {
    purpose: say(`purpose.${purpose}`),
    basis: say(`basis.${basis}`),
    days: count('days', retentionDays),
    viewers:
      viewers.length === 0
        ? say('viewers.you')
        : say('viewers.others', { roles: listed(viewers.map((role) => say(`role.${role}`))) }),
  });
}
