import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFinder } from '../../../shared/policy/finder.ts';

const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '病', '\u{20000}'), maxLength: 12 });

test('finds an entry exactly where one of them stands in the text', () => {
  fc.assert(
    fc.property(fc.array(letters.filter((entry) => entry.length >= 2)), letters, (entries, text) => {
      expect(createFinder(entries)(text)).toBe(entries.some((entry) => text.includes(entry)));
    }),
    { numRuns: 2_000 },
  );
});
