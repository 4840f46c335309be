import { type Exclusions, excludesApp, excludesSite } from '../../../shared/policy/exclusions.ts';
import { asciiHost } from '../../../shared/policy/host.ts';
import type { ActiveWindow } from '../ports.ts';
import type { Reductions } from './reductions.ts';

/**
 * The reductions, with what the organisation leaves out treated as what Daylight always does: an excluded application as a
 * password manager, an excluded site as one that reveals a special category. `exclusions` is asked at every reading.
 */
export function excluding(reductions: Reductions, exclusions: () => Exclusions): Reductions {
  const isExcluded = ({ program, app }: ActiveWindow) => excludesApp(exclusions(), [program, app]);
  return {
    app: (window, level) =>
      isExcluded(window) ? { parameter: 'app', level: 'category', category: 'private' } : reductions.app(window, level),
    title: (title, level) => reductions.title(title, level),
    url: (url, level) =>
      isExcludedSite(exclusions(), url)
        ? { parameter: 'url', level: 'category', category: 'private' }
        : reductions.url(url, level),
    isSensitive: (window) => isExcluded(window) || reductions.isSensitive(window),
    isSpecial: (url) => isExcludedSite(exclusions(), url) || reductions.isSpecial(url),
  };
}

/** Throws for what is no address, as the reductions do: then nothing is kept. */
function isExcludedSite(exclusions: Exclusions, url: string): boolean {
  if (exclusions.sites.length === 0) return false;
  const host = asciiHost(new URL(url).hostname);
  return host !== null && excludesSite(exclusions, host);
}
