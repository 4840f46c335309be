import { expect, test } from 'vitest';
import { PersonName } from '../../../shared/protocol/http/people.ts';
import { turnsNothing, withoutTurning } from '../../../shared/text.ts';

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

test('text that turns what stands beside it is the same without what turns it, and other text is left as it is', () => {
  expect(withoutTurning('\u202aa\u202bb\u202cc\u202dd\u202ee\u2066f\u2067g\u2068h\u2069')).toBe('abcdefgh');
  for (const text of ['ماه\u200cرخ', 'שלום 2', '👩🏽 – 東京'])
    expect([turnsNothing(text), withoutTurning(text)]).toEqual([true, text]);
});
