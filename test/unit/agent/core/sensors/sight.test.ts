import { expect, it } from 'vitest';
import type { ActiveWindow, BrowserTab } from '../../../../../agent/core/ports.ts';
import { isBrowser, isKnownNormal } from '../../../../../agent/core/sensors/browser.ts';
import { defaultReductions } from '../../../../../agent/core/sensors/reduce.ts';
import { sightOf } from '../../../../../agent/core/sensors/sight.ts';

const of = (program: string, app = program, title: string | null = 'x'): ActiveWindow => ({ app, program, title });
const kind = (window: ActiveWindow, tab: BrowserTab | null = null) => sightOf(window, tab, defaultReductions).kind;

const tab = (title: string | null, browser = 'chromium'): BrowserTab => ({
  ...{ browser, title, url: 'https://example.org/', private: false, focused: true, receivedMono: 0 },
});

it.each(
  `firefox developer edition, firefox-developer-edition, .firefox-wrapped, opera gx, safari technology preview, whale, dia,
  vivaldi snapshot, pale moon, naver whale, comet, helium, arc, min, maxthon, mypal, basilisk, waterfox classic,
  chatgpt atlas, orion rc, google-chrome-stable, msedge, msedge-dev, microsoft edge, org.mozilla.firefox,
  com.brave.Browser, org.chromium.Chromium, zen-twilight, tor browser, SomeBrowser`
    .split(',')
    .map((name) => name.trim()),
)('%s is a browser, by its program as by its application', (name) => {
  expect([isBrowser(of(name, 'x')), isBrowser(of('x', name)), isBrowser(of('code', 'Code'))]).toEqual([
    true,
    true,
    false,
  ]);
});

it('a private application is hidden, whichever of program and class tells', () => {
  const windows = [of('electron', '1Password 7'), of('keepassxc', 'Innocent'), of('.bitwarden-wrapped', 'x')];
  expect(windows.map((window) => kind(window))).toEqual(['hidden', 'hidden', 'hidden']);
  expect(windows.map((window) => defaultReductions.app(window, 'name'))).toEqual(
    windows.map(() => ({ parameter: 'app', level: 'category', category: 'private' })),
  );
});

it('of a window of another machine only a known class is looked at', () => {
  const remote = (app: string): ActiveWindow => ({ ...of(app.toLowerCase(), app), remote: true });
  expect(['Code', 'Vault', '', 'KeePassXC', 'Firefox'].map((app) => kind(remote(app)))).toEqual([
    'plain',
    'hidden',
    'hidden',
    'hidden',
    'hidden',
  ]);
  expect(kind(of('vault', 'Vault'))).toBe('plain');
});

it.each([
  ['Google', 'Google'],
  ['Google', 'Google - Chromium'],
  ['Google', 'Google - Google Chrome'],
  ['Google', 'Google — Mozilla Firefox'],
  ['Google', 'Google and 2 more pages - Personal - Microsoft\u200b Edge'],
  ['two  words', 'two words - Vivaldi'],
])('the tab "%s" is the window "%s"', (title, shown) => {
  expect(isKnownNormal(of('chromium', 'Chromium', shown), tab(title))).toBe(true);
});

it.each([
  ['Google', 'Google Suche: Scheidung Anwalt - Chromium'],
  ['Google', 'Google - Scheidung Anwalt - Chromium'],
  ['Google', 'Google - Google Chrome (Incognito)'],
  ['Google', 'Google — Mozilla Firefox Private Browsing'],
  ['Google', 'Google - Microsoft Edge - [InPrivate]'],
  ['', 'Anything private - Chromium'],
  ['', ' - Chromium'],
  [' \u200b', 'Anything private - Chromium'],
  [null, 'Anything private - Chromium'],
  ['Google', null],
])('the tab "%s" is not the window "%s"', (title, shown) => {
  expect(isKnownNormal(of('chromium', 'Chromium', shown), tab(title))).toBe(false);
});
