import { parse } from 'tldts';
import { expect, test } from 'vitest';
import {
  appCategory,
  isSensitiveProgram,
  isSpecialPage,
  isSpecialSite,
  siteCategory,
} from '../../../../shared/policy/categories.ts';
import { appNames, sensitiveNames } from '../../../../shared/policy/data/apps.ts';
import { siteDomains } from '../../../../shared/policy/data/sites.ts';
import { listedHosts } from '../../../../shared/policy/data/special/hosts.ts';
import { listedTopics } from '../../../../shared/policy/data/special/topics.ts';
import {
  listedEndings,
  listedHarmless,
  listedStems,
  listedWords,
} from '../../../../shared/policy/data/special/words.ts';
import {
  harmlessWords,
  specialEndings,
  specialHosts,
  specialStems,
  specialTopics,
  specialWords,
} from '../../../../shared/policy/data/special.ts';
import { reduceUrl } from '../../../../shared/policy/site.ts';

const entries = (list: string) => list.split(',').map((entry) => entry.trim());
const listed = (...lists: readonly string[]) => lists.flatMap(entries).filter((entry) => entry !== '');
const all = (lists: Readonly<Record<string, string>>) => Object.values(lists).flatMap(entries);
const doubled = (list: readonly string[]) => list.filter((entry, at) => list.indexOf(entry) !== at);

test('programs have the category of their work, in any case and with or without an extension', () => {
  expect(['code', 'Code.exe', 'WINWORD.EXE', 'Slack', 'xterm', 'never-heard-of'].map(appCategory)).toEqual([
    'development',
    'development',
    'documents',
    'communication',
    'development',
    'other',
  ]);
});

test('a browser has no category: it says nothing about the kind of work', () => {
  expect(new Set(['firefox', 'chrome', 'chromium', 'safari', 'msedge'].map(appCategory))).toEqual(new Set(['other']));
});

test('sites have the category of their work', () => {
  expect(['github.com', 'zeit.de', 'example.com', '__proto__', 'constructor'].map(siteCategory)).toEqual([
    'development',
    'news',
    'other',
    'other',
    'other',
  ]);
});

test('password managers and lock screens are private, editors are not', () => {
  expect(['keepassxc', 'KeePass.exe', '1Password', 'i3lock', 'logonui', 'code', ''].map(isSensitiveProgram)).toEqual([
    true,
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
});

test.each(
  `1password 7, 1Password 8, bitwarden-app, com.bitwarden.desktop, KeePassium, gcr-prompter, gcr4-ssh-askpass, ksshaskpass,
  ssh-askpass, lxqt-openssh-askpass, .keepassxc-wrapped, org.keepassxc.KeePassXC, org.gnome.World.Secrets, pinentry-curses,
  pinentry-mac, KeeperPasswordManager, Keeper Password Manager, protonpass, Proton Pass, Signal Beta, signal-desktop-beta,
  i3lock-color, swaylock, swaylock-effects, xscreensaver-auth, xscreensaver-gfx, lxpolkit, nm-openconnect-auth-dialog,
  polkit-mate-authentication-agent-1, authy desktop, gnome-keyring, gnome-keyring-daemon, pinentry-gtk-2, session-desktop, Apple Passwords`
    .split(',')
    .map((name) => name.trim()),
)('%s is private: versions, channels, wrappers and helpers of a private program are', (name) => {
  expect(isSensitiveProgram(name)).toBe(true);
});

test.each(['code', 'gnome-session-properties', 'org.gnome.Nautilus', 'draw.io', 'monday.com', 'zoom.us', 'passage'])(
  '%s is not private: only what a name begins with counts',
  (name) => {
    expect(isSensitiveProgram(name)).toBe(false);
  },
);

test.each(
  `vault.bitwarden.com, vault.bitwarden.eu, bitwarden.com, my.1password.com, example.1password.eu, example.1password.ca,
  lastpass.com, lastpass.eu, app.dashlane.com, keepersecurity.com, keepersecurity.eu, keepersecurity.com.au, nordpass.com,
  app.nordpass.com, pass.proton.me, passwords.google.com, passwords.dropbox.com, www.icloud.com, vault.zoho.eu, online.roboform.com,
  app.keeweb.info, cloud.passbolt.com, vault.example.com, vaultwarden.example.org, passwords.example.org`
    .split(',')
    .map((host) => host.trim()),
)('%s is private: the vault of a password manager is, wherever it is kept', (host) => {
  expect(reduceUrl(`https://${host}/#/vault`, 'host_path')).toEqual({ private: true });
});

test.each(['gayromeo.com', 'www.planetromeo.com', 'tk.de', 'amnesty.org'])(
  '%s is private: it may tell who someone is',
  (host) => {
    expect(reduceUrl(`https://${host}/login`, 'host_path')).toEqual({ private: true });
  },
);

test.each([
  'proton.me',
  'www.google.com',
  'accounts.google.com',
  'docs.vaultproject.io',
  'www.dropbox.com',
  'www.zoho.com',
])('%s is not private: only the part of a site that keeps secrets is', (host) => {
  expect(reduceUrl(`https://${host}/`, 'domain')).toHaveProperty('domain');
});

test.each([
  'kreiskrankenhausberg.example',
  'anybank.example',
  'my-citybank.example',
  'erzbistum-x.example',
  'tradeunions.example',
])('%s is private: a stem between other letters or the end of a word says what it is', (host) => {
  expect(isSpecialSite(host)).toBe(true);
});

test.each([
  'databank.example',
  'updating.example',
  'hospitality.example',
  'bankett.example',
  'reunion.example',
  'archive.example',
])('%s is not private: words of work that hold a stem are left out', (host) => {
  expect(isSpecialSite(host)).toBe(false);
});

test('what is special beside a harmless word is special', () => {
  expect(isSpecialSite('databankhospital.example')).toBe(true);
});

test.each([
  'https://forum.example/r/Depression',
  'https://find.example/?q=early%20symptoms+of+Diabetes',
  'https://a.example/x#Sui%63ide',
])('%s is private on every level: the address names its subject', (url) => {
  for (const level of ['category', 'domain', 'host_path'] as const)
    expect(reduceUrl(url, level)).toEqual({ private: true });
});

test.each(['/health', '/docs/union-types', '/party/strike?vote=1', '/depot/credit', '/%zz', '', '/archive/hivemind'])(
  '%s says nothing that is special: programs answer there whether they are well',
  (afterHost) => {
    expect(isSpecialPage(afterHost)).toBe(false);
  },
);

test.each([
  ['a stray percent sign before it', '/100%/%63ancer'],
  ['one in the same part', '/100%-%63%61ncer'],
  ['one after it', '/%63ancer%'],
  ['half an encoded character', '/%c3-%64epression'],
  ['an overlong form', '/%c0%af%68ospital'],
  ['a character of several bytes', '/%E2%80%93%70regnan%74'],
])('a subject is found beside %s', (_, afterHost) => {
  expect(isSpecialPage(afterHost)).toBe(true);
});

test('every harmless word is one that would be special without it', () => {
  const stems = listed(specialStems, listedStems);
  const endings = listed(specialEndings, listedEndings);
  const idle = listed(harmlessWords, listedHarmless).filter(
    (word) => !stems.some((stem) => word.includes(stem)) && !endings.some((ending) => word.endsWith(ending)),
  );
  expect(idle).toEqual([]);
});

test('no entry stands in the lists twice', () => {
  const lists = [
    all(appNames),
    all(siteDomains),
    entries(sensitiveNames),
    listed(specialHosts, listedHosts),
    listed(specialWords, listedWords),
    listed(specialStems, listedStems),
    listed(specialEndings, listedEndings),
    listed(specialTopics, listedTopics),
  ];
  expect(lists.map(doubled)).toEqual(lists.map(() => []));
  expect(lists.map((list) => list.filter((entry) => entry !== entry.toLowerCase() || entry === ''))).toEqual(
    lists.map(() => []),
  );
});

test('every site in the list is a registrable domain, and none of them is special', () => {
  const sites = all(siteDomains);
  expect(sites.filter((site) => parse(site).domain !== site)).toEqual([]);
  expect(sites.filter(isSpecialSite)).toEqual([]);
  expect(all(appNames).filter(isSensitiveProgram)).toEqual([]);
});

test('every special host covers what is below it and nothing beside it', () => {
  const hosts = listed(specialHosts, listedHosts);
  expect(listed(listedHosts).filter((host) => parse(host).domain === null)).toEqual([]);
  expect(hosts.filter((host) => !isSpecialSite(host) || !isSpecialSite(`www.${host}`))).toEqual([]);
  expect(isSpecialSite('notmatch.com') || isSpecialSite('tk.de.example.com')).toBe(false);
});

test('every topic is found in an address, as it stands and percent-encoded', () => {
  const topics = listed(specialTopics, listedTopics);
  expect(topics.filter((topic) => !isSpecialPage(`/a/x-${topic}`))).toEqual([]);
  expect(topics.filter((topic) => !isSpecialPage(`/a?q=1+${encodeURIComponent(topic)}`))).toEqual([]);
});

test('every special word is one that a label can hold', () => {
  expect(listed(specialWords, listedWords).filter((word) => !isSpecialSite(`st-${word}-2.example.com`))).toEqual([]);
});
