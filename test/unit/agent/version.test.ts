import { expect, test } from 'vitest';
import { AGENT_VERSION } from '../../../agent/version.ts';
import root from '../../../package.json' with { type: 'json' };

test('the agent names the version of the package that it was built from', () => {
  expect(AGENT_VERSION).toBe(root.version);
});
