import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { backupOnHost, backupsOnHost, checkOnHostBackups } from '../../../../../server/backupOnHost.ts';
import { backupLines } from '../../../../../server/lifecycle/backup/backupWords.ts';
import { lookAtBackup, restoreDrill } from '../../../../../server/restoreOnHost.ts';
import { prepareTwo, surroundings } from '../../../../support/twoOrganisations.ts';

let folder: string;
let data: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-newest-here-'));
  data = join(folder, 'data');
  await prepareTwo(data, 2);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const at = (place: string) => ({ data, backups: join(folder, place), ...surroundings });

test('without an id the newest is meant that lies in the folder that is named, also where that was moved', async () => {
  const first = await backupOnHost(at('first'), 30);
  const second = await backupOnHost(at('second'), 30);
  const newest = async (place: string) => (await lookAtBackup(at(place), 'newest')).backup;
  expect([await newest('first'), await newest('second')]).toEqual([first.backup, second.backup]);
  expect((await restoreDrill(at('first'), 'newest')).backup).toBe(first.backup);
  const { checked } = await checkOnHostBackups(at('first'), 'all', 'structure');
  expect(checked.map(({ backup, detail }) => [backup, detail.checked?.damage])).toEqual([[first.backup, []]]);

  await rename(join(folder, 'first'), join(folder, 'moved'));
  expect(await newest('moved')).toBe(first.backup);

  await mkdir(join(folder, 'empty'), { mode: 0o700 });
  await expect(newest('empty')).rejects.toMatchObject({
    message: `${join(folder, 'empty')}: no backup lies there; the newest is in ${join(folder, 'second')}`,
    remedy: expect.stringContaining('--backups'),
  });
  const [line] = backupLines((await backupsOnHost({ data, ...surroundings }))[0] ?? first, Date.now());
  expect(line).toContain(`in ${join(folder, 'second')}`);
});
