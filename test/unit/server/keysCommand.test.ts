import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { initialise } from '../../../server/initialise.ts';
import { openServer } from '../../../server/server.ts';
import { runCli } from '../../support/runCli.ts';

let data: string;
beforeAll(async () => {
  data = join(await mkdtemp(join(tmpdir(), 'daylight-keys-command-')), 'data');
  await initialise(data, { organisation: 'Acme', ownerName: 'Ann', ownerEmail: 'ann@example.com' });
});
afterAll(() => rm(join(data, '..'), { recursive: true, force: true }));

const rotate = (...more: string[]) => runCli('server', ['keys', 'rotate', '--data', data, ...more]);
const PRINT = '(?:[0-9a-f]{4} ){3}[0-9a-f]{4}';

it('says first which key signs and what becomes of it, changes nothing without an answer, then says which signs now', async () => {
  const unsure = await rotate('--organisation', 'Acme');
  expect([unsure.code, unsure.err]).toEqual([
    2,
    expect.stringContaining('nothing was changed: the name was not written'),
  ]);
  const { code, out, err } = await rotate('--organisation', 'Acme', '--reason', 'suspected_theft', '--yes');
  expect([code, err]).toEqual([0, '']);
  const before = new RegExp(`^Key 1 signs the policies of "Acme" from the beginning: (${PRINT})\\.$`, 'm').exec(
    out,
  )?.[1];
  const after = new RegExp(`^Key 2 signs the policies of "Acme" now: (${PRINT})\\.$`, 'm').exec(out)?.[1];
  expect(out).toContain('It is deleted here, and signs nothing any more.');
  expect(unsure.out).toContain(before ?? 'no key');
  expect(after).toBeDefined();
  expect(after).not.toBe(before);
  const json = (await rotate('--organisation', 'Acme', '--yes', '--json')).out.trim().split('\n');
  expect(json.map((line) => JSON.parse(line))).toMatchObject([
    { event: 'will_change', name: 'Acme', sequence: 1, keyId: expect.stringMatching(`^${after?.replaceAll(' ', '')}`) },
    { event: 'changed', sequence: 2 },
  ]);
});

it('refuses what it does not know, and while a server has the folder, and says what to do', async () => {
  expect(await rotate('--organisation', 'Nobody', '--yes')).toMatchObject({ code: 4, out: '' });
  expect(await rotate('--yes')).toMatchObject({ code: 2, out: '' });
  const server = await openServer({ data, port: 0, logLevel: 'silent' });
  const refused = await rotate('--organisation', 'Acme', '--yes');
  await server.close();
  expect(refused).toMatchObject({ code: 5, out: '', err: expect.stringContaining('Stop it first') });
});
