import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { quickFolder, removeLeftBehind } from '../../../scripts/demo/quickFolder.ts';
import { scratch } from '../../support/agentKit.ts';
import { finished, startNode } from '../../support/nodeProcess.ts';

let place: Awaited<ReturnType<typeof scratch>>;
beforeEach(async () => {
  place = await scratch();
});
afterEach(() => place[Symbol.asyncDispose]());

it('what a demo left that was killed is removed, with what is in it', async () => {
  const left = `daylight-demo-${await endedProcess()}-aB3dE6`;
  await mkdir(join(place.folder, left, '0', '7'), { recursive: true });
  await writeFile(join(place.folder, left, '0', '7', 'identity.json'), '{}');
  expect(await removeLeftBehind([place.folder, place.folder])).toEqual([join(place.folder, left)]);
  expect(await readdir(place.folder)).toEqual([]);
});

it('the folder of a demo that is being made stays, and so does everything that the demo does not name like that', async () => {
  const ended = await endedProcess();
  const own = basename(await quickFolder([join(place.folder, 'missing'), place.folder]));
  expect(own).toMatch(new RegExp(`^daylight-demo-${process.pid}-`));
  await mkdir(join(place.folder, 'elsewhere'));
  await mkdir(join(place.folder, `daylight-demo-${ended}`));
  await mkdir(join(place.folder, `my-daylight-demo-${ended}-aB3dE6`));
  await writeFile(join(place.folder, `daylight-demo-${ended}-aB3dE6`), 'a file');
  await symlink(join(place.folder, 'elsewhere'), join(place.folder, `daylight-demo-${ended}-zY9xW8`));
  const before = await readdir(place.folder);
  expect(await removeLeftBehind([place.folder])).toEqual([]);
  expect(await readdir(place.folder)).toEqual(before);
});

it('a computer without a place for it is told what to do', async () => {
  await expect(quickFolder([join(place.folder, 'missing')])).rejects.toThrow(
    /No folder can be made in .*missing\. Make/,
  );
});

async function endedProcess(): Promise<number> {
  const started = startNode(['--eval', '']);
  await finished(started);
  return started.process.pid ?? 0;
}
