import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesGlob } from '../../../shared/policy/glob.ts';

/** The definition, as slow as it may be: a star takes nothing, or one more character. */
function naive(glob: string, text: string): boolean {
  if (glob === '') return text === '';
  if (glob.startsWith('*')) return naive(glob.slice(1), text) || (text !== '' && naive(glob, text.slice(1)));
  return glob[0] === text[0] && naive(glob.slice(1), text.slice(1));
}

const letters = fc.constantFrom('a', 'b', '.');
const text = fc.string({ unit: letters, maxLength: 9 });
const glob = fc.string({ unit: fc.oneof(letters, fc.constant('*')), maxLength: 6 });

test('a glob matches what its definition says', () => {
  fc.assert(
    fc.property(glob, text, (pattern, subject) => {
      expect(matchesGlob(pattern, subject)).toBe(naive(pattern, subject));
    }),
    { numRuns: 20_000 },
  );
});

test('every text that is written by filling in the stars matches', () => {
  const parts = fc.array(fc.string(), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(parts, fc.array(fc.string(), { minLength: 5, maxLength: 5 }), (pieces, fillings) => {
      const plain = pieces.map((piece) => piece.replaceAll('*', ''));
      const subject = plain.reduce((left, piece, index) => left + (fillings[index] ?? '') + piece);
      expect(matchesGlob(plain.join('*'), subject)).toBe(true);
    }),
  );
});

test('a pattern made to look back does not', () => {
  const begun = performance.now();
  expect(matchesGlob(`${'a*'.repeat(5_000)}b`, 'a'.repeat(100_000))).toBe(false);
  expect(performance.now() - begun).toBeLessThan(2_000);
});
