import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli } from '../../support/runCli.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-drill-'));
  await mkdir(join(folder, 'tmp'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('incident-drill goes through every step of an incident, each in order, and leaves nothing but evidence that says it is a drill', async () => {
  const file = join(folder, 'evidence.json');
  const args = ['incident-drill', '--people', '9', '--looks', '30', '--evidence', file, '--json'];
  const drilled = await runCli('server', args, { TMPDIR: join(folder, 'tmp') });
  expect([drilled.code, drilled.err]).toEqual([0, '']);
  const { drill, steps, affected, proofs } = JSON.parse(drilled.out);
  expect([drill, affected, proofs]).toEqual([true, [5, 9], 30]);
  const order = ['prepare', 'open', 'clock', 'tell', 'find_more', 'evidence', 'close'];
  expect(steps).toEqual(order.map((step) => ({ step, ms: expect.any(Number), wrong: [] })));
  expect(await readdir(join(folder, 'tmp'))).toEqual([]);
  const evidence = JSON.parse(await readFile(file, 'utf8'));
  expect([evidence.drill, evidence.incident.what]).toEqual([true, expect.stringMatching(/^DRILL/)]);
});

it('too few people for a drill are refused, with the option', async () => {
  const refused = await runCli('server', ['incident-drill', '--people', '1']);
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('--people: expected a whole number from 2')]);
});
