import { inTimeLimit } from '../../../shared/policy/timeLimit.ts';
import type { Clock } from '../ports.ts';
import type { Reductions } from './reductions.ts';

/** The reductions, each of which throws when it took longer than its limit: nothing is kept of what comes so late. */
export function timely(reductions: Reductions, { mono }: Pick<Clock, 'mono'>): Reductions {
  return {
    app: (window, level) => inTimeLimit(mono, () => reductions.app(window, level)),
    title: (title, level) => inTimeLimit(mono, () => reductions.title(title, level)),
    url: (url, level) => inTimeLimit(mono, () => reductions.url(url, level)),
    isSensitive: (window) => inTimeLimit(mono, () => reductions.isSensitive(window)),
    isSpecial: (url) => inTimeLimit(mono, () => reductions.isSpecial(url)),
  };
}
