import { expect, test } from 'vitest';
import { PersonName } from '../../../shared/protocol/http/people.ts';

test.each(['Mia Sommer', '李', 'ماه‌رخ', 'José 2', "O'Brien-Ærø", '👩🏽 Ann'])('a person may be called %j', (name) => {
  expect(PersonName.parse(` ${name} `)).toBe(name);
});

test.each([
  ['nothing that shows', '\u200b\u2060'],
  ['nothing that shows, in other characters', '\u3164\u2800'],
  ['marks alone', '\u0301\u0301'],
  ['what turns the text beside it', 'Mia \u202etxt.exe'],
  ['what turns the text beside it, isolated', '\u2067Mia\u2069'],
])('nobody is called %s', (_what, name) => {
  expect(PersonName.safeParse(name).success).toBe(false);
});
