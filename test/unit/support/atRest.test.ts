import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { requireAtRest } from '../../support/atRest.ts';

it('a file of tests that leaves a call to a pipe behind is named, and none that has its answer', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daylight-rest-'));
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const pending = open(pipe);
  await expect(requireAtRest('its.test.ts', 0, 50)).rejects.toThrow('its.test.ts leaves a call to a file');
  await expect(requireAtRest('next.test.ts', 1, 50)).resolves.toBeUndefined(); // what it did not leave is not its own
  const other = await open(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  await (await pending).close();
  await other.close();
  await rm(folder, { recursive: true });
  await expect(requireAtRest('its.test.ts', 0)).resolves.toBeUndefined();
});
