import { expect, test } from 'vitest';
import { speechOf } from '../../../shared/speech.ts';

const { say, count, joined, listed } = speechOf({
  locale: 'pl',
  size: '{n} kB od {who}',
  'files.one': '{count} plik',
  'files.few': '{count} pliki',
  'files.many': '{count} plików',
  'files.other': '{count} pliku',
  'days.one': '{count} dzień',
  'days.other': '{count} dni',
});

test('a catalogue is said by the rules of its own language: plurals, numbers and lists', () => {
  expect([1, 3, 5, 1.5].map((n) => count('files', n))).toEqual(['1 plik', '3 pliki', '5 plików', '1,5 pliku']);
  expect(say('size', { n: 1_234_567.5, who: 'Ana' })).toBe('1\u00a0234\u00a0567,5 kB od Ana');
  expect([joined(['a', 'b', 'c']), listed(['a', 'b', 'c'])]).toEqual(['a, b i c', 'a, b i c']);
});

test('a form that a catalogue does not have is the one for all other numbers', () => {
  expect([1, 3, 5].map((n) => count('days', n))).toEqual(['1 dzień', '3 dni', '5 dni']);
});

test('what is filled in is not filled in again', () => {
  expect(say('size', { n: 1, who: '{n}' })).toBe('1 kB od {n}');
});
