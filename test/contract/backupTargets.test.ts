import { chmod, mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFolderTarget } from '../../server/lifecycle/backup/folderTarget.ts';
import { createMemoryTarget } from '../support/memoryTarget.ts';
import { temporaryFolder } from '../support/openedSqliteStore.ts';
import { backupTargetContract, namesOf } from './backupTarget.contract.ts';

backupTargetContract('a folder', async () => {
  const { folder, remove } = await temporaryFolder();
  const open = () => openFolderTarget(join(folder, 'backups'), join(folder, 'data'));
  return { target: await open(), again: open, dispose: remove };
});

backupTargetContract('memory', async () => {
  const target = createMemoryTarget();
  return { target, again: async () => target, dispose: async () => undefined };
});

describe('a folder as a place of backups', () => {
  it('is the account’s of the server alone, and so is each file in it', async () => {
    const { folder, remove } = await temporaryFolder();
    const place = join(folder, 'backups');
    const target = await openFolderTarget(place, join(folder, 'data'));
    await target.put('one/file', [Buffer.from('x')]);
    const modes = await Promise.all(
      ['', 'one', 'one/file'].map(async (name) => (await stat(join(place, name))).mode & 0o777),
    );
    expect(modes).toEqual([0o700, 0o700, 0o600]);
    await chmod(place, 0o755);
    await expect(openFolderTarget(place, join(folder, 'data'))).rejects.toMatchObject({ code: 'forbidden' });
    await remove();
  });

  it('is not made where the disk that it is on is not mounted, and neither in the data nor around it', async () => {
    const { folder, remove } = await temporaryFolder();
    const data = join(folder, 'data');
    await mkdir(data);
    await expect(openFolderTarget(join(folder, 'no', 'backups'), data)).rejects.toMatchObject({ code: 'unavailable' });
    await symlink(data, join(folder, 'elsewhere'));
    for (const place of [data, join(data, 'backups'), folder, join(folder, 'elsewhere', 'backups')])
      await expect(openFolderTarget(place, data)).rejects.toMatchObject({ code: 'bad_request' });
    await remove();
  });

  it('lists what others put there, and forgets what a process that was killed has left', async () => {
    const { folder, remove } = await temporaryFolder();
    const place = join(folder, 'backups');
    const target = await openFolderTarget(place, join(folder, 'data'));
    await mkdir(join(place, '.incoming'), { mode: 0o700 });
    await writeFile(join(place, '.incoming', 'half'), 'half');
    await writeFile(join(place, 'their file (1).txt'), 'theirs');
    expect(await namesOf(target.list(''))).toEqual(['their file (1).txt']);
    await target.tidy();
    await expect(stat(join(place, '.incoming', 'half'))).rejects.toMatchObject({ code: 'ENOENT' });
    await remove();
  });
});
