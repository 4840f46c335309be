import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { noticeLines } from '../../../../agent/core/notice.ts';
import { noticeContent, RETENTION } from '../../../../shared/policy/notice.ts';
import { firstRules } from '../../../../shared/policy/policy.ts';

const times = { screenshotReviewSeconds: 300, idleSeconds: 300, leaseHours: { observed: 24, entered: 720 } };
const read = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');

test('whoever enrols in a terminal or in the tray is told when what has passed its days is deleted, and the promise that it is has its test', () => {
  const hash = 'a'.repeat(64);
  const origin = { organisation: 'Acme', policyHash: hash, publishedAt: 0, updatedAt: 0, edition: 1 };
  const view = { ...noticeContent({ version: 1, parameters: firstRules(), ...times }, origin), hash };
  expect(noticeLines(view)).toContain(RETENTION);
  const nothing = { ...noticeContent({ version: 1, parameters: {}, ...times }, origin), hash };
  expect(noticeLines(nothing)).not.toContain(RETENTION);
  expect(read('agent/desktop/enrol/enrol.ts')).toContain("element('retention').textContent = notice.retention;");
  expect(read('docs/PROTOCOL.md')).toContain(RETENTION);
  expect(read('docs/PROMISES.md')).toMatch(/^\| 29 \|.*29-what-is-past-its-day-is-gone/m);
});
