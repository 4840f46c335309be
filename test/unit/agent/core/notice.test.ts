import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { noticeLines } from '../../../../agent/core/notice.ts';
import { noticeOf, RETENTION } from '../../../../shared/policy/notice.ts';
import { firstRules } from '../../../../shared/policy/policy.ts';
import { Digest } from '../../../../shared/signed.ts';

const times = { screenshotReviewSeconds: 300, idleSeconds: 300, leaseHours: { observed: 24, entered: 720 } };
const read = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');

test('whoever enrols in a terminal or in the tray is told that nothing is deleted by its days yet, for as long as it is not', () => {
  const { collected, notCollected, never, version } = noticeOf({ version: 1, parameters: firstRules(), ...times });
  const view = {
    ...{ version, never, publishedAt: 0, policyHash: Digest.parse('a'.repeat(64)) },
    collected: collected.map((line) => ({ ...line, viewers: [...line.viewers] })),
    notCollected: notCollected.map((line) => ({ ...line })),
  };
  expect(noticeLines(view)).toContain(RETENTION);
  expect(noticeLines({ ...view, collected: [] })).not.toContain(RETENTION);
  expect(read('agent/desktop/enrol/enrol.ts')).toContain("element('retention').textContent = RETENTION;");
  expect(read('docs/PROTOCOL.md')).toContain(RETENTION);
  expect(read('docs/PROMISES.md')).toMatch(/^\| 29 \|.*\| not yet \|$/m);
});
