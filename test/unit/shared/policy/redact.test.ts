import { expect, test } from 'vitest';
import { boundTitle, redactTitle } from '../../../../shared/policy/redact.ts';

test.each([
  ['Roadmap – Daylight', 'Roadmap – Daylight'],
  ["Don't panic, it's fine", "Don't panic, it's fine"],
  ['Mail to anna@example.org – Outlook', 'Mail to * – Outlook'],
  ['Mail to (anna＠example.org) now', 'Mail to * now'],
  ['Follow @anna_b today', 'Follow * today'],
  ['Order 4711 shipped', 'Order * shipped'],
  ['Call 030 12 34 56 now', 'Call * now'],
  ['Call +49 (30) 12-34 now', 'Call * now'],
  ['Chapter 12 of 24 pages', 'Chapter 12 of 24 pages'],
  ['Part 1 2 3 go', 'Part * go'],
  ['Room A1B2C3 now', 'Room * now'],
  ['Rechnung ١٢٣٤ offen', 'Rechnung * offen'],
  ['IBAN DE89 3704 0044 05 end', 'IBAN DE89 * end'],
  ['See https://example.org/a?b=c here', 'See * here'],
  ['See www.example.org, now', 'See * now'],
  ['See example。org now', 'See * now'],
  ['localhost:80 is up', '* is up'],
  ['plan.docx – Writer', '* – Writer'],
  ['/home/anna/plan – vim', '* – vim'],
  ['C:\\Users\\anna – Explorer', '* – Explorer'],
  ['~/notes – vim', '* – vim'],
  ['Search “my illness” – Help', 'Search * – Help'],
  ["Search 'my illness' – Help", 'Search * – Help'],
  ['Search »my illness« – Help', 'Search * – Help'],
  ['Search "never closed and more', 'Search *'],
  ['Token eyJhbGciOiJI.e30 end', 'Token * end'],
  ['Key 9f86d081884c7d65 end', 'Key * end'],
  ['Key dQw4w9WgXcQ end', 'Key * end'],
  ['anna%40example end', '* end'],
  ['a@b c@d e', '* e'],
  ['12345', null],
  ['"all of it"', null],
  ['– * –', null],
  ['\u202e\u200b\u0000', null],
  ['', null],
  ['1\u200b2\u200b3 go', '* go'],
  ['a\u0007b\tc\nd', 'ab c d'],
])('%j is kept as %j', (title, kept) => {
  expect(redactTitle(title)).toBe(kept);
});

test('a full title is one line of at most 512 units, cut between two characters', () => {
  expect(boundTitle('  a\r\n\u2028b\u202e \ud800c  ')).toBe('a b c');
  expect(boundTitle(`${'a'.repeat(511)}😀`)).toBe('a'.repeat(511));
  expect(boundTitle('😀'.repeat(400))).toBe('😀'.repeat(256));
  expect(boundTitle('\u0000'.repeat(1_000))).toBeNull();
});

test('a word that was cut at the end is not shown in part', () => {
  expect(redactTitle(`${'word '.repeat(102)}x4711`)).toBe('word '.repeat(102).trim());
  expect(redactTitle('a'.repeat(600))).toBeNull();
});
