import { appRules, type Exclusions, siteRules } from '../../../shared/policy/exclusions.ts';
import { asciiHost } from '../../../shared/policy/host.ts';
import type { ActiveWindow, BrowserTab } from '../ports.ts';
import { isBrowser, isKnownNormal } from './browser.ts';
import type { Reductions } from './reductions.ts';

/** A rule of the organisation, by its glob, or one of the lists that Daylight always goes by. `more`: of which too many were counted. */
export type HiddenBy =
  | { readonly by: 'app' | 'site'; readonly rule: string }
  | { readonly by: 'list'; readonly rule: 'sensitive_apps' | 'special_sites' | 'private_windows' | 'more' };

/** All that hides something of the window in front; `always`: the reductions without the organisation's rules. May throw, as they do. */
export function hiddenBy(
  window: ActiveWindow,
  tab: BrowserTab | null,
  exclusions: Exclusions,
  always: Reductions,
): readonly HiddenBy[] {
  const apps = appRules(exclusions, [window.program, window.app]).map((rule) => ({ by: 'app', rule }) as const);
  const sensitive = always.isSensitive(window) ? [{ by: 'list', rule: 'sensitive_apps' } as const] : [];
  if (!isBrowser(window)) return [...apps, ...sensitive];
  // Nothing is known of a page that nobody vouches for, and nothing is looked up of it.
  if (!isKnownNormal(window, tab)) return [...apps, ...sensitive, { by: 'list', rule: 'private_windows' }];
  const host = asciiHost(new URL(tab.url).hostname);
  const sites = host === null ? [] : siteRules(exclusions, host).map((rule) => ({ by: 'site', rule }) as const);
  const special = always.isSpecial(tab.url) ? [{ by: 'list', rule: 'special_sites' } as const] : [];
  return [...apps, ...sensitive, ...sites, ...special];
}
