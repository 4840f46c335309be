import { appCategory } from '../../../shared/policy/categories.ts';
import type { ActiveWindow, BrowserTab } from '../ports.ts';
import { isBrowser, isKnownNormal } from './browser.ts';
import type { Reductions } from './reductions.ts';

/**
 * What may be taken of a window. `hidden`: a sensitive program, a browser window that is or may be private, an unknown
 * program on another machine; only that the application is in front. `special`: a page whose title and picture would reveal a special category.
 */
export type Sight =
  | { readonly kind: 'plain' }
  | { readonly kind: 'page'; readonly url: string }
  | { readonly kind: 'special'; readonly url: string }
  | { readonly kind: 'hidden' };

export function sightOf(window: ActiveWindow, tab: BrowserTab | null, reductions: Reductions): Sight {
  if (reductions.isSensitive(window)) return { kind: 'hidden' };
  if (!isBrowser(window)) return { kind: isOfUnknownProgram(window) ? 'hidden' : 'plain' };
  if (!isKnownNormal(window, tab)) return { kind: 'hidden' };
  return reductions.isSpecial(tab.url) ? { kind: 'special', url: tab.url } : { kind: 'page', url: tab.url };
}

/** What runs on another machine is known by its class alone; a class that nobody knows may be anything. */
function isOfUnknownProgram({ remote, app }: ActiveWindow): boolean {
  return remote === true && appCategory(app) === 'other';
}

/**
 * Whether a picture may be taken of these windows, front first. Only the window in front can be a browser's: the
 * extension speaks of no other. Nothing to be seen is no; it throws when the judgement fails.
 */
export function isPresentable(
  windows: readonly ActiveWindow[],
  tab: BrowserTab | null,
  reductions: Reductions,
): boolean {
  return windows.length > 0 && windows.every((window, index) => isClear(window, index === 0 ? tab : null, reductions));
}

function isClear(window: ActiveWindow, tab: BrowserTab | null, reductions: Reductions): boolean {
  const { kind } = sightOf(window, tab, reductions);
  return kind === 'plain' || kind === 'page';
}
