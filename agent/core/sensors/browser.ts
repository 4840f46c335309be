import { beginnings } from '../../../shared/policy/categories.ts';
import type { ActiveWindow, BrowserTab } from '../ports.ts';

/**
 * A browser window is private unless the extension positively says otherwise: X11 and most systems show an incognito
 * window like any other, title included. Therefore the extension is also listened to when only titles or screenshots
 * are on: it is the only one who can tell.
 */
export function isKnownNormal(window: ActiveWindow, tab: BrowserTab | null): tab is BrowserTab & { url: string } {
  if (tab === null || tab.private || !tab.focused || tab.url === null) return false;
  return isSameBrowser(window, tab.browser) && isSameTitle(window.title, tab.title);
}

/**
 * True for every program whose windows may be private ones, by its own name or that of the application. A browser nobody
 * has heard of tends to say that it is one.
 */
export function isBrowser({ program, app }: ActiveWindow): boolean {
  return [program, app].some((name) => family(name) !== null || /browser|chrom/i.test(name));
}

/** Browsers that run the same extension, which cannot always tell in which of them it is. */
const CHROMIUMS = names(`
  chrome, chromium, edge, brave, vivaldi, opera, arc, dia, comet, helium, whale, thorium, yandex, ungoogledchromium,
  iridium, sidekick, wavebox, cromite, supermium, catsxp, chatgptatlas
`);

const OTHERS = names(`
  firefox, librewolf, waterfox, palemoon, basilisk, mypal, seamonkey, icecat, iceweasel, mullvad, floorp, zen, tor,
  safari, orion, duckduckgo, epiphany, gnomeweb, konqueror, falkon, midori, qutebrowser, nyxt, iexplore, ladybird,
  dillo, netsurf, maxthon, min, angelfish, luakit, vimb, surf, otter, servo
`);

function names(list: string): ReadonlySet<string> {
  return new Set(list.split(',').map((name) => name.trim()));
}

/** `google-chrome-stable` → `chrome`, `Firefox Developer Edition` → `firefox`, `msedge` → `edge`; null: no browser. */
function family(name: string): string | null {
  const plainName = name
    .toLowerCase()
    .replace(/^\.?(google|microsoft|mozilla|naver)[-. ]/, '')
    .replace(/^ms(?=edge)/, '');
  return beginnings(plainName).find((beginning) => CHROMIUMS.has(beginning) || OTHERS.has(beginning)) ?? null;
}

function isSameBrowser({ program, app }: ActiveWindow, browser: string): boolean {
  const [window, tab] = [family(program) ?? family(app), family(browser)];
  if (window === null || tab === null) return false;
  return window === tab || ((tab === 'chrome' || tab === 'chromium') && CHROMIUMS.has(window));
}

/**
 * The word of the extension may be seconds old; a title that differs shows that another window has come to the front.
 * The window's title is that of the tab, alone or with the browser's name as it writes it; a tab without a title cannot
 * be told from another.
 */
function isSameTitle(window: string | null, tab: string | null): boolean {
  if (window === null || tab === null || plain(tab) === '') return false;
  const [shown, known] = [plain(window), plain(tab)];
  return shown === known || (shown.startsWith(known) && SUFFIX.test(shown.slice(known.length)));
}

/** What browsers write behind the title of a page. Firefox and others add a word for a private window; Chromium does not. */
const SUFFIX = new RegExp(
  `^(?: and \\d+ more pages?)?(?: - (?:Personal|Work|Profile \\d+))? [-–—] (?:${[
    'Chromium',
    'Google Chrome(?: Beta| Dev| Canary| for Testing)?',
    'Microsoft Edge(?: Beta| Dev| Canary)?',
    'Brave(?: Beta| Nightly)?',
    'Vivaldi(?: Snapshot)?',
    'Opera(?: GX| beta| developer)?',
    'Thorium',
    'Iridium',
    'Helium',
    'Comet',
    'NAVER Whale',
    'Whale',
    'Yandex Browser',
    'Яндекс Браузер',
    '(?:Mozilla )?Firefox(?: ESR| Developer Edition| Nightly)?',
    'LibreWolf',
    'Waterfox',
    'Pale Moon',
    'Floorp',
    'Zen Browser',
  ].join('|')})$`,
  'u',
);

function plain(title: string): string {
  return title
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}
