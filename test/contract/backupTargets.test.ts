import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFolderTarget } from '../../server/lifecycle/backup/folderTarget.ts';
import { strangersAt } from '../../server/lifecycle/backup/strangers.ts';
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

async function read(content: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of content);
}

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

  it('follows no link in it: each is named, and what it leads to is neither read, nor written, nor deleted', async () => {
    const { folder, remove } = await temporaryFolder();
    await mkdir(join(folder, 'disk'), { mode: 0o700 });
    await symlink(join(folder, 'disk'), join(folder, 'backups')); // the place itself may be one
    const target = await openFolderTarget(join(folder, 'backups'), join(folder, 'data'));
    await target.put('backups/1/manifest', [Buffer.from('ours')]);
    const elsewhere = join(folder, 'elsewhere');
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, 'file'), 'theirs');
    await symlink(elsewhere, join(folder, 'disk', 'backups', '2'));
    await symlink(join(elsewhere, 'file'), join(folder, 'disk', 'backups', '1', 'database'));

    const refused = (link: string) => ({ code: 'forbidden', message: expect.stringContaining(`${link} is a link`) });
    const behind = 'backups/2/file';
    await expect(read(target.get(behind))).rejects.toMatchObject(refused('backups/2'));
    await expect(target.put(behind, [Buffer.from('x')])).rejects.toMatchObject(refused('backups/2'));
    await expect(target.put('backups/2/new', [Buffer.from('x')])).rejects.toMatchObject(refused('backups/2'));
    await expect(target.delete([behind])).rejects.toMatchObject(refused('backups/2'));
    await expect(read(target.get('backups/1/database'))).rejects.toMatchObject(refused('backups/1/database'));
    expect(await target.look(behind)).toMatchObject({ name: 'backups/2', isLink: true });
    const listed: [string, boolean][] = [];
    for await (const { name, isLink } of target.list('')) listed.push([name, isLink]);
    expect(listed.toSorted()).toEqual([
      ['backups/1/database', true],
      ['backups/1/manifest', false],
      ['backups/2', true],
    ]);
    const { orphanNames, newestUnknownBackup } = await strangersAt(target, [], Date.now());
    expect(orphanNames).toEqual(expect.arrayContaining(['backups/1/database (link)', 'backups/2 (link)']));
    expect(newestUnknownBackup).not.toBeNull(); // the manifest

    await target.put('backups/1/database', [Buffer.from('a file again')]);
    expect(await target.look('backups/1/database')).toMatchObject({ isLink: false, size: 12 });
    await symlink(join(elsewhere, 'file'), join(folder, 'disk', 'own'));
    await target.delete(['own']);
    expect(await target.look('own')).toBeNull();
    expect([await readdir(elsewhere), await readFile(join(elsewhere, 'file'), 'utf8')]).toEqual([['file'], 'theirs']);
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
