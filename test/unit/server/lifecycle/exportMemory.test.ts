import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, dayOf } from '../../../../shared/time.ts';
import { addMember, startServer, type TestServer } from '../../../support/api.ts';
import { finished, fromSource, startNode } from '../../../support/nodeProcess.ts';
import { plant } from '../../../support/plantedPerson.ts';

const DAYS = 20;
const EACH_DAY = 2_500;
const MEGABYTE = 1_000_000;

let it: TestServer;
beforeAll(async () => {
  it = await startServer();
});
afterAll(() => it.close());

test('an export of 100,000 observations takes a small part of its size in memory, and a heap of 64 MB', async () => {
  const { org, client } = await it.addOrganisation('Acme');
  const { person } = await addMember(it, client, 'employee', { name: 'Ann', email: 'ann@example.com' });
  const days = Array.from({ length: DAYS }, (_, place) => addDays(dayOf(Date.now()), place - DAYS));
  await plant(it.data, { org, person, canary: 'ann', days, apps: EACH_DAY, titles: EACH_DAY });
  const script = [
    '--max-old-space-size=64',
    '--max-semi-space-size=2',
    ...fromSource,
    'test/support/exportPeak.ts',
    it.data,
    org,
    person,
  ];
  const { code, out, err } = await finished(startNode(script, { limitMs: 280_000 }));
  expect([code, err]).toEqual([0, '']);
  const { bytes, grown } = JSON.parse(out) as { bytes: number; grown: number };
  expect(bytes).toBeGreaterThan(50 * MEGABYTE);
  // Less than what it would be with all of it in memory, by all that the program itself takes.
  expect(grown).toBeLessThan(70 * MEGABYTE);
}, 300_000);
