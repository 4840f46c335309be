import { expect, test } from 'vitest';
import { refusalOf, whyOff, whyRefused } from '../../../../agent/core/words.ts';
import { DAY, HOUR, MINUTE } from '../../../../shared/time.ts';

const REFUSALS = [
  ...(['not_canonical', 'wrong_key', 'bad_signature', 'wrong_organisation', 'older_version'] as const),
  ...(['not_yet', 'broken_chain', 'not_understood', 'lease_mismatch', 'older_lease', 'clocks_disagree'] as const),
];

test('every refusal is told in sentences of its own kind, with what to do, and never by its code', () => {
  const told = REFUSALS.map((refusal) => whyRefused(refusal, refusal === 'clocks_disagree' ? DAY : null));
  expect(told.filter(({ words }) => !/^[A-Z].*\.$/.test(words) || words.includes('_'))).toEqual([]);
  expect(told.filter(({ remedy }) => !/^[a-z].*[^.]$/.test(remedy))).toEqual([]);
  expect(new Set(told.map(({ words }) => words)).size).toBe(REFUSALS.length);
});

test('a confirmation of another device is no disagreement of clocks, however far they are apart', () => {
  expect(whyRefused('lease_mismatch', DAY)).toEqual(whyRefused('lease_mismatch', null));
  expect(whyRefused('older_lease', -DAY).words).toContain("disagree by 24 hours (the server's is behind)");
});

test.each([
  [6 * MINUTE, "disagree by 6 minutes (the server's is ahead)"],
  [-5 * HOUR, "disagree by 5 hours (the server's is behind)"],
  [10 * DAY, "disagree by 10 days (the server's is ahead)"],
])(
  'where the clocks disagree, that is what status and start say of what the server does not confirm: %i',
  (apart, said) => {
    expect(whyOff('lease', apart)).toBe(
      `Off: the clocks of the server and of this computer ${said}: set the one that is wrong.`,
    );
    expect(refusalOf('session', 'lease', apart).problem).toContain(said);
    expect(whyOff('lease')).toBe('Off: the server has not confirmed for too long that it may be collected.');
  },
);
