import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownFolder } from '../../../../agent/core/ownFolder.ts';
import { scratch } from '../../../support/agentKit.ts';

const modeOf = async (folder: string): Promise<string> => ((await stat(folder)).mode & 0o7777).toString(8);

test('a folder that is empty, or holds what an agent wrote, is closed to other accounts', async () => {
  await using place = await scratch();
  for (const names of [[], ['identity.json', 'device.key', 'policy.json', 'lost+found']]) {
    await chmod(place.folder, 0o777);
    for (const name of names) await writeFile(join(place.folder, name), '');
    await mkdir(join(place.folder, 'spool'), { recursive: true });
    await ownFolder(place.folder);
    expect(await modeOf(place.folder)).toBe('700');
  }
});

test('a folder with something of others in it is refused, and stays as open as it was', async () => {
  await using place = await scratch();
  await chmod(place.folder, 0o777);
  await writeFile(join(place.folder, 'letters.txt'), '');
  await expect(ownFolder(place.folder)).rejects.toMatchObject({
    message: expect.stringContaining('Daylight did not make (letters.txt)'),
    remedy: expect.stringContaining('--data'),
  });
  expect(await modeOf(place.folder)).toBe('777');
});

test('a folder that is missing is made by nobody who only looks', async () => {
  await using place = await scratch();
  await ownFolder(join(place.folder, 'none'));
  await expect(stat(join(place.folder, 'none'))).rejects.toThrow('ENOENT');
});
