import { describe, expect, it } from 'vitest';
import { canonical, isCanonical } from '../../../shared/canonical.ts';

describe('canonical JSON', () => {
  it('sorts members by UTF-16 code units, as RFC 8785 section 3.2.3 shows', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    const order = [...canonical(value).matchAll(/:"([^"]+)"/g)].map((match) => match[1]);
    expect(order).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });

  it('writes numbers, literals and strings as RFC 8785 section 3.2.2 shows', () => {
    const value = {
      numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000f\nA\'B"\\\\"/',
      literals: [null, true, false],
    };
    expect(canonical(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('refuses what JSON cannot say', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, '\ud800', { a: 1n }, [() => 0], undefined]) {
      expect(() => canonical(value)).toThrow(TypeError);
    }
  });

  it('knows a text that is not in canonical form', () => {
    expect(['{"a":1,"b":2}', '[1,2]'].map(isCanonical)).toEqual([true, true]);
    expect(['{"b":2,"a":1}', '{ "a":1}', '{"a":1.0}', '{"a":1,"a":1}', '{', ''].map(isCanonical)).toEqual(
      Array.from({ length: 6 }, () => false),
    );
  });
});
