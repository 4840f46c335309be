import { expect, test } from 'vitest';
import { lastWords } from '../../../agent/window/lastWords.ts';

const report = { retired: true, filesRemoved: 9, left: [] };

test.each([
  ['retired', 'Your organisation has retired this device', 'By its order'],
  ['person_removed', 'Your organisation has removed your account', 'By its order'],
  ['organisation_ended', 'Your organisation has ended', 'By its order'],
  ['employee', 'Daylight’s data is deleted from this computer', 'At your request'],
] as const)('the last words of a window say who had everything deleted, and how much: %s', (cause, title, who) => {
  const [said, what] = lastWords({ kind: 'wiped', cause, report });
  expect([said, what?.startsWith(who), what?.includes('deleted 9 files')]).toEqual([title, true, true]);
});

test('the last words name what is left, and that the server does not know; of neither there is a word otherwise', () => {
  const left = lastWords({
    kind: 'wiped',
    cause: 'employee',
    report: { retired: false, filesRemoved: 1, left: ['spool.key'] },
  }).join(' ');
  expect(left).toContain('deleted 1 file with');
  expect(left).toContain('These could not be deleted: spool.key.');
  expect(left).toContain('Ask your organisation to retire this device.');
  const gone = lastWords({ kind: 'wiped', cause: 'retired', report }).join(' ');
  expect(gone).not.toMatch(/could not/);
});

test('an agent that has merely ended is not said to have deleted anything', () => {
  expect(lastWords({ kind: 'ended', why: 'agent_ended' }).join(' ')).not.toMatch(/deleted|retired/);
});
