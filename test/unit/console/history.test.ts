import { expect, test } from 'vitest';
import { comparedVersions } from '../../../server/console/collection/history.ts';
import type { PublishedVersion } from '../../../shared/protocol/http/policy.ts';

const version = (number: number) => ({ policy: { version: number } }) as PublishedVersion;
const shown = (...numbers: number[]) =>
  comparedVersions(numbers.map(version)).map(({ version, before }) => [
    version.policy.version,
    before?.policy.version ?? null,
  ]);

test('each version stands beside the one before it, and the first beside none', () => {
  expect(shown(3, 2, 1)).toEqual([
    [3, 2],
    [2, 1],
    [1, null],
  ]);
  expect(shown(1)).toEqual([[1, null]]);
  expect(shown()).toEqual([]);
});

test('a version whose predecessor is not read yet is not shown as if it had changed nothing', () => {
  expect(shown(9, 8, 7)).toEqual([
    [9, 8],
    [8, 7],
  ]);
});
