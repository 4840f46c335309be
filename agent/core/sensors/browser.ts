import type { ActiveWindow, BrowserTab } from '../ports.ts';

/**
 * A browser window is private unless the extension positively says otherwise: X11 and most systems show an incognito
 * window like any other, title included. Therefore the extension is also listened to when only titles or screenshots
 * are on: it is the only one who can tell.
 */
export function isKnownNormal(window: ActiveWindow, tab: BrowserTab | null): tab is BrowserTab & { url: string } {
  if (tab === null || tab.private || !tab.focused || tab.url === null) return false;
  return isSameBrowser(window.program, tab.browser) && isSameTitle(window.title, tab.title);
}

/** True for every program whose windows may be private ones. A browser nobody has heard of tends to say that it is one. */
export function isBrowser(program: string): boolean {
  const name = family(program);
  return CHROMIUMS.has(name) || OTHERS.has(name) || program.includes('browser') || program.includes('chrom');
}

/** Browsers that run the same extension, which cannot always tell in which of them it is. */
const CHROMIUMS = new Set([
  'chrome',
  'chromium',
  'edge',
  'brave',
  'vivaldi',
  'opera',
  'arc',
  'thorium',
  'yandex',
  'ungoogled-chromium',
  'iridium',
]);

const OTHERS = new Set([
  'firefox',
  'librewolf',
  'waterfox',
  'palemoon',
  'seamonkey',
  'icecat',
  'mullvad',
  'floorp',
  'zen',
  'tor',
  'safari',
  'orion',
  'duckduckgo',
  'epiphany',
  'gnome-web',
  'konqueror',
  'falkon',
  'midori',
  'qutebrowser',
  'nyxt',
  'iexplore',
  'ladybird',
  'dillo',
  'netsurf',
]);

/** `google-chrome-stable` → `chrome`, `firefox-esr` → `firefox`, `msedge` → `edge`. */
function family(program: string): string {
  const name = program
    .toLowerCase()
    .trim()
    .replaceAll(' ', '-')
    .replace(/^(google|microsoft|mozilla|com|org)[-.]/, '')
    .replace(/^ms(?=edge)/, '');
  return name.replace(/[-.](stable|beta|dev|unstable|nightly|canary|esr|bin|browser|wrapped)$/, '');
}

function isSameBrowser(program: string, browser: string): boolean {
  const [window, tab] = [family(program), family(browser)];
  if (window === tab) return true;
  return (tab === 'chrome' || tab === 'chromium') && CHROMIUMS.has(window);
}

/** The word of the extension may be seconds old; a title that differs shows that another window has come to the front. */
function isSameTitle(window: string | null, tab: string | null): boolean {
  if (window === null || tab === null || tab === '') return true;
  return plain(window).startsWith(plain(tab).slice(0, 60).trimEnd());
}

function plain(title: string): string {
  return title
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}
