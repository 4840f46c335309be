import { domainToASCII } from 'node:url';
import { expect, test } from 'vitest';
import { asciiHost } from '../../../../shared/policy/host.ts';
import { reduceUrl } from '../../../../shared/policy/site.ts';

const at = (url: string) => reduceUrl(url, 'host_path');
const path = (tail: string) => {
  const reduced = at(`https://example.com${tail}`);
  return reduced !== null && 'path' in reduced ? reduced.path : reduced;
};

test('each level keeps its part of an address, and none keeps query, fragment, port or user information', () => {
  const url = 'https://anna:secret@Docs.GitHub.com:8443/en/pages?token=abc#section';
  expect((['category', 'domain', 'host_path'] as const).map((level) => reduceUrl(url, level))).toEqual([
    { category: 'development' },
    { domain: 'github.com' },
    { host: 'docs.github.com', path: '/en/pages' },
  ]);
});

test.each([
  'data:text/html,secret',
  'file:///home/anna/plan.txt',
  'blob:https://example.com/f3a1',
  'chrome://settings',
  'about:blank',
  'javascript:alert(1)',
  'view-source:https://example.com/',
  'ftp://example.com/',
  'mailto:anna@example.com',
  'https:example.com',
  'https:///path',
  'https://',
  ' https://example.com',
  'https://exam ple.com/',
  'https://example.com:80a/',
  'https://ex%61mple.com/',
  'https://exa\u0000mple.com/',
  'https://exam\u202eple.com/',
  '',
])('%j is not a web page', (url) => {
  expect(at(url)).toBeNull();
});

test.each([
  'http://localhost:3000/admin',
  'http://intranet/wiki',
  'http://printer.local/',
  'https://nas.fritz.box/',
  'https://git.corp.internal/',
  'http://192.168.0.1/',
  'http://127.1/',
  'http://0x7f.1/',
  'http://2130706433/',
  'http://8.8.8.8./',
  'http://[::1]:8080/',
  'http://1.0.0.127.in-addr.arpa/',
  'http://duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion/',
  'https://www.doctolib.de/termin',
  'https://st-anna-klinik.de/',
  'https://my.bank/',
  'https://online.sparkasse.de/',
  'https://igmetall.de/',
  'https://gay.example.com/',
  'https://example.com.hospital/',
])('%s is private on every level', (url) => {
  const levels = ['category', 'domain', 'host_path'] as const;
  expect(levels.map((level) => reduceUrl(url, level))).toEqual(levels.map(() => ({ private: true })));
});

test('a word within a longer word is not a special site', () => {
  expect(at('https://bankside-design.example.com/')).toEqual({ host: 'bankside-design.example.com', path: '/' });
  expect(at('https://unionjack.com/')).toEqual({ host: 'unionjack.com', path: '/' });
});

test('what decides where a browser goes is read as a browser reads it', () => {
  expect([
    at('https://example.com\\@evil.com/'),
    at('https://example.com@evil.com/a'),
    at('HTTPS://EXAMPLE.COM.'),
    at('https://a@b@example.com/'),
    at('https://example.com?@evil.com/'),
  ]).toEqual([
    { host: 'example.com', path: '/*' },
    { host: 'evil.com', path: '/a' },
    { host: 'example.com', path: '/' },
    { host: 'example.com', path: '/' },
    { host: 'example.com', path: '/' },
  ]);
});

test.each([
  ['bücher.de', 'xn--bcher-kva.de'],
  ['MÜNCHEN.de', 'xn--mnchen-3ya.de'],
  ['例え.テスト', 'xn--r8jz45g.xn--zckzah'],
  ['faß.de', 'xn--fa-hia.de'],
  ['правда.рф', domainToASCII('правда.рф')],
  ['ｅｘａｍｐｌｅ。com', 'example.com'],
  ['a℀b.com', null],
  ['a..com', null],
  [`${'a'.repeat(64)}.com`, null],
])('the host %s is written %s', (raw, ascii) => {
  expect(asciiHost(raw)).toBe(ascii);
});

test.each([
  ['/en/pages/setup', '/en/pages/setup'],
  ['/Plan%20B/%C3%BCber', '/Plan%20B/%C3%BCber'],
  ['/über', '/%C3%BCber'],
  ['/user/4711', '/user/*'],
  ['/v2/page/12', '/v2/page/12'],
  ['/invoice-2024-17', '/*'],
  ['/%34%37%31%31', '/*'],
  ['/reset/9f86d081884c7d65', '/reset/*'],
  ['/f/3D9D7D0A-5D5B-4A5E-8C55-7F7A1F1B2C01/x', '/f/*/x'],
  ['/s/eyJhbGciOiJIUzI1NiJ9.e30.x', '/s/*'],
  ['/d/dQw4w9WgXcQ', '/d/*'],
  ['/d/AbCdEfGhIjKl', '/d/*'],
  ['/u/anna@example.org', '/u/*'],
  ['/u/anna%40example.org', '/u/*'],
  ['/u/anna%2540example.org', '/u/*'],
  ['/@anna', '/*'],
  ['/~anna', '/*'],
  ['/a;jsessionid=12/b', '/a/b'],
  ['/a=b', '/*'],
  ['/%E0%A4%A', '/*'],
  ['/a/../b/./c//d/', '/b/c/d'],
  ['/a/%2e%2e/b', '/b'],
  ['/a%2Fb', '/*'],
  ['/a%0d%0ab', '/*'],
  ['/a%3Fq', '/*'],
  ['/١٢٣', '/*'],
  ['', '/'],
])('the path %s is kept as %s', (given, kept) => {
  expect(path(given)).toBe(kept);
});

test('a host label that looks like a token leaves the registrable domain', () => {
  expect(at('https://d111111abcdef8.cloudfront.net/a')).toEqual({ host: 'cloudfront.net', path: '/a' });
});

test('a registrable domain is the one of the public suffix list, and a suffix alone is no site', () => {
  const domain = (url: string) => reduceUrl(url, 'domain');
  expect([domain('https://a.b.example.co.uk/'), domain('https://anna.github.io/'), domain('https://co.uk/')]).toEqual([
    { domain: 'example.co.uk' },
    { domain: 'github.io' },
    { private: true },
  ]);
});

test('a long path ends between two segments, and a segment that was cut goes', () => {
  const long = path(`/${'word/'.repeat(1_000)}`);
  expect([
    typeof long === 'string' && long.length <= 1_024,
    typeof long === 'string' && long.endsWith('/word'),
  ]).toEqual([true, true]);
  expect(path(`/start/${'é '.repeat(10_000)}`)).toBe('/start');
});
