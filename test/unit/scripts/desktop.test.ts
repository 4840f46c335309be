import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { finished, fromSource, startNode } from '../../support/nodeProcess.ts';

const desktop = fileURLToPath(new URL('../../../scripts/desktop.ts', import.meta.url));

test('npm run desktop -- --help says what it needs and can be given, and neither fetches nor builds anything', async () => {
  const { code, out, err } = await finished(startNode([...fromSource, desktop, '--help'], { limitMs: 60_000 }));
  expect([code, err]).toEqual([0, '']);
  for (const word of ['Node 22', '--data', '--pair', '--wipe', '--self-test']) expect(out).toContain(word);
  expect(out).not.toMatch(/Fetching|vite/);
});
