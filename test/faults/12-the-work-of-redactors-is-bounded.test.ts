import { expect, test } from 'vitest';
import { defaultReductions } from '../../agent/core/sensors/reduce.ts';
import { LONGEST_TITLE, redactTitle } from '../../shared/policy/redact.ts';

/** Steps of a redaction, counted and not timed: characters that were walked over, and looks for a quotation mark. */
function stepsOf(redact: () => unknown): { walked: number; looks: number } {
  const iterate = String.prototype[Symbol.iterator];
  const has = Set.prototype.has;
  const steps = { walked: 0, looks: 0 };
  String.prototype[Symbol.iterator] = function* counted(this: string) {
    for (let at = 0; at < this.length; ) {
      const char = String.fromCodePoint(this.codePointAt(at) ?? 0);
      steps.walked += 1;
      at += char.length;
      yield char;
    }
    return undefined;
  };
  Set.prototype.has = function counted(this: Set<unknown>, value: unknown) {
    steps.looks += 1;
    return has.call(this, value);
  };
  try {
    redact();
  } finally {
    String.prototype[Symbol.iterator] = iterate;
    Set.prototype.has = has;
  }
  return steps;
}

/** What costs a naive pattern most: quotations that never close, half addresses, spaced numbers, long runs. */
const hostile = ["'a", '"a', " 'a", '@.', '1 ', 'a', 'a.', '%2', '\\', '\u200b', 'aA1', '’‘'];

test('a title costs no more steps when it is a thousand times as long: what is read of it is bounded', () => {
  for (const piece of hostile) {
    const ofSize = (size: number) =>
      stepsOf(() => defaultReductions.title(piece.repeat(Math.ceil(size / piece.length)), 'redacted'));
    const long = ofSize(8_192);
    const longest = ofSize(8_192_000);
    expect([piece, longest]).toEqual([piece, long]);
    // 4,096 units are read, of which at most 512 are redacted.
    expect(longest.walked).toBeLessThanOrEqual(4_096 + 32 * LONGEST_TITLE);
    expect(longest.looks).toBeLessThanOrEqual(LONGEST_TITLE * (LONGEST_TITLE + 2));
  }
});

test('without the bound of the agent, walking over a title is linear in its length', () => {
  for (const piece of hostile) {
    const once = stepsOf(() => redactTitle(piece.repeat(10_000)));
    const twice = stepsOf(() => redactTitle(piece.repeat(20_000)));
    expect(twice.walked).toBeLessThanOrEqual(2 * once.walked + LONGEST_TITLE);
    expect(twice.looks).toBe(once.looks);
  }
});

test('an address longer than any that a person sees is not looked at', () => {
  const url = `https://example.org/${'a%2F'.repeat(10_000)}`;
  expect(defaultReductions.url(url, 'host_path')).toBe(null);
  expect(stepsOf(() => defaultReductions.url(url, 'host_path'))).toEqual({ walked: 0, looks: 0 });
});
