import { expect, test } from 'vitest';
import { horizonWords } from '../../../../server/lifecycle/horizonWords.ts';

const at = Date.parse('2026-11-23T12:00:00Z');

test('whoever is promised a deletion reads until which day sealed bytes lie in backups, and that nobody opens them', () => {
  const copy = { at: at - 1, expires: Date.parse('2026-12-20T03:00:00Z'), state: 'complete' } as const;
  const [first = '', second = ''] = horizonWords(at, [copy], false);
  expect(first).toBe(
    'Backups hold no keys: nobody can open it in one of them from then on. Its sealed bytes are in backups until 2026-12-20 at the latest.',
  );
  expect(second).toContain('recovery set');
});

test('without a backup from before it that is said', () => {
  expect(horizonWords(at, [], false)).toEqual(['Nothing of it lies in a backup that was made here.']);
});

test('what was here before a restore, and is still kept, is said first, with the command that deletes it', () => {
  expect(horizonWords(at, [], true)[0]).toContain('restore --confirm');
});
