import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rename, rm, stat, statfs, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { backupOnHost } from '../../../../server/backupOnHost.ts';
import { systemClock } from '../../../../server/clock.ts';
import { putSetting } from '../../../../server/control/settings.ts';
import { type Foundation, openFoundation } from '../../../../server/foundation.ts';
import { eraseRound } from '../../../../server/lifecycle/erasure.ts';
import { restoreDrill, restoreOnHost, resumeRestore } from '../../../../server/restoreOnHost.ts';
import type { HoldStep } from '../../../../shared/protocol/http/holds.ts';
import { addDays, DAY, type Day, dayOf } from '../../../../shared/time.ts';
import {
  allBut,
  dayAt,
  imageFiles,
  notesOf,
  order,
  org,
  person,
  prepareErasable,
  rangeOf,
  readAll,
} from '../../../support/erasable.ts';
import { movable } from '../../../support/movableClock.ts';
import { decision, personId } from '../../../support/storeRecords.ts';
import { surroundings } from '../../../support/twoOrganisations.ts';

let folder: string;
let data: string;
let clock: ReturnType<typeof movable>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-restore-'));
  [data, clock] = [join(folder, 'data'), movable(systemClock)];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const begin = (keptUntil?: Day) => prepareErasable(data, keptUntil);
const options = () => ({ ...surroundings, clock, data, backups: join(folder, 'backups') });
const everything = notesOf(...allBut(99, 99));

async function opened<T>(work: (foundation: Foundation) => Promise<T>): Promise<T> {
  const foundation = await openFoundation({ ...surroundings, clock, data, create: false });
  try {
    return await work(foundation);
  } finally {
    await foundation.close();
  }
}

/** Notes and pictures of these days. */
async function hold({ store, vault }: Foundation, from: number, to: number): Promise<void> {
  const range = { person, parameters: ['notes' as const, 'screenshot' as const], from: dayAt(from), to: dayAt(to) };
  const why = { why: 'A claim.', authority: 'Case 7', until: addDays(dayOf(clock.now()), 30) };
  const steps: HoldStep[] = [{ kind: 'proposed', content: { ...range, ...why }, alone: false }, { kind: 'approved' }];
  for (const [before, step] of steps.entries()) {
    const place = { org, name: 'register holds', revision: before + 1, at: clock.now() };
    const author = personId(before === 0 ? 'pia' : 'ola');
    await putSetting(store, vault, place, { author, reason: 'for this test', entry: { number: 1, step } });
  }
}

it('leaves out what is past its day, and not what a legal hold keeps; the drill says the same', async () => {
  await begin(addDays(dayOf(clock.now()), -1));
  await backupOnHost(options(), 30);
  await opened((foundation) => hold(foundation, 4, 9));
  const drilled = await restoreDrill(options(), 'newest');
  const restored = await restoreOnHost(options(), 'newest');
  expect(restored).toEqual(drilled);
  expect(restored).toMatchObject({ images: 6, missingImages: 0 });
  expect(restored.expired).toBeGreaterThan(0);
  await opened(async (foundation) => {
    expect(await readAll(foundation, 'notes')).toEqual(notesOf(4, 5, 6, 7, 8, 9));
    expect(await readAll(foundation, 'screenshot')).toEqual([4, 5, 6, 7, 8, 9].map(dayAt));
    expect(await readAll(foundation, 'title')).toEqual([]);
  });
});

it.each([10, -10])('leaves out nothing by its date while the clock is in doubt, by %i days', async (days) => {
  await begin(addDays(dayOf(clock.now()), -1));
  await backupOnHost(options(), 30);
  await opened(({ keyStore }) => keyStore.raiseMark('seen_at', clock.now() - days * DAY));
  expect(await restoreDrill(options(), 'newest')).toMatchObject({ expired: null });
  expect(await restoreOnHost(options(), 'newest')).toMatchObject({ expired: null, images: 16 });
  await opened(async (foundation) => expect(await readAll(foundation, 'notes')).toEqual(everything));
});

it('takes what was sealed anew since, as a part was erased, from what is there, pictures too', async () => {
  await begin();
  await backupOnHost(options(), 30);
  await opened(async (foundation) => {
    await hold(foundation, 4, 6);
    await order(foundation, rangeOf(['notes', 'screenshot'], 2, 10));
    const failed = (cause: unknown): never => {
      throw cause;
    };
    expect(await eraseRound({ ...foundation, clock, failed })).toBe('nothing');
  });
  const stays = [...allBut(2, 10), 4, 5, 6].toSorted((a, b) => a - b);
  expect(await restoreDrill(options(), 'newest')).toMatchObject({ images: stays.length, missingImages: 0 });
  expect(await restoreOnHost(options(), 'newest')).toMatchObject({ images: stays.length, missingImages: 0 });
  await opened(async (foundation) => {
    expect((await readAll(foundation, 'notes')).toSorted()).toEqual(notesOf(...stays));
    expect(await readAll(foundation, 'screenshot')).toEqual(stays.map(dayAt));
    expect(await readAll(foundation, 'title')).toHaveLength(16);
  });
  expect(await imageFiles(data)).toBe(stays.length);
});

it('a picture that was sealed anew since and is nowhere any more is said to be missing', async () => {
  await begin();
  await backupOnHost(options(), 30);
  await opened(async (foundation) => {
    await order(foundation, rangeOf(['screenshot'], 2, 2));
    const failed = (cause: unknown): never => {
      throw cause;
    };
    await eraseRound({ ...foundation, clock, failed });
  });
  const [lost] = await newestImages();
  await unlink(join(data, 'blobs', org, lost ?? ''));
  expect(await restoreOnHost(options(), 'newest')).toMatchObject({ images: 14, missingImages: 1 });
});

it('a rebuilding goes on where the power failed between the two names of a folder', async () => {
  const [quarantine, images] = [join(folder, 'new', 'restore'), join('blobs', org)];
  for (const [place, name] of [
    [join(folder, 'new'), 'moved'],
    [quarantine, 'moved'],
    [quarantine, 'not yet'],
  ] as const) {
    await mkdir(join(place, images), { recursive: true });
    await writeFile(join(place, images, name), name);
  }
  const plan = { backup: randomUUID(), at: clock.now(), rebuilt: true };
  await writeFile(join(quarantine, 'plan.json'), JSON.stringify(plan));
  expect(await resumeRestore(join(folder, 'new'))).toEqual(plan);
  expect((await readdir(join(folder, 'new', images))).toSorted()).toEqual(['moved', 'not yet']);
  expect(await readdir(join(folder, 'new'))).not.toContain('restore');
});

it('of two restores at once one is refused, and the other is whole', async () => {
  await begin();
  await backupOnHost(options(), 30);
  const both = await Promise.allSettled([restoreOnHost(options(), 'newest'), restoreOnHost(options(), 'newest')]);
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'conflict' } });
  await opened(async (foundation) => {
    expect((await readAll(foundation, 'notes')).toSorted()).toEqual(everything);
    expect(await foundation.keyStore.mark('restore_epoch')).toBe(1);
  });
});

it.skipIf(process.platform === 'win32')('a link among the files of a backup is no file of it', async () => {
  await begin();
  await backupOnHost(options(), 30);
  const pool = join(folder, 'backups', 'images', org);
  const [image = ''] = await readdir(pool);
  await movedBehindLink(join(pool, image));
  await unlink(join(data, 'blobs', org, image));
  expect(await restoreDrill(options(), 'newest')).toMatchObject({ images: 15, missingImages: 1 });
  const [own = ''] = await readdir(join(folder, 'backups', 'backups'));
  await movedBehindLink(join(folder, 'backups', 'backups', own, 'daylight.db'));
  await expect(restoreOnHost(options(), 'newest')).rejects.toThrow('daylight.db');
  await opened(async (foundation) => expect(await readAll(foundation, 'notes')).toEqual(everything));
});

it('a decision of a person that was changed since stays changed', async () => {
  await begin();
  const [agreed, withdrawn] = [1, 2].map((revision) => decision(revision, { org, person }));
  if (agreed === undefined || withdrawn === undefined) throw new Error('there are two');
  await opened(({ store }) => store.putDecision(agreed));
  await backupOnHost(options(), 30);
  await opened(({ store }) => store.putDecision(withdrawn));
  await restoreOnHost(options(), 'newest');
  await opened(async ({ store }) => {
    const revisions = (await store.decisions(org, person)).map(({ revision }) => revision);
    expect(revisions.at(-1)).toBe(2);
  });
});

const canMount = process.platform === 'linux' && process.getuid?.() === 0;

it.runIf(canMount)('a full disk leaves the data as it was, takes no room, and is said', async () => {
  await mkdir(data, { mode: 0o700 });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m,mode=700', 'daylight-test', data]);
  try {
    await begin();
    await backupOnHost(options(), 30);
    for (const left of [100_000, 400_000]) {
      const { bavail, bsize } = await statfs(data);
      await writeFile(join(data, 'ballast'), Buffer.alloc(bavail * bsize - left));
      const full = {
        name: 'StoreError',
        code: 'full',
        message: expect.stringMatching(/the disk .*full.*try again/),
      };
      await expect(restoreOnHost(options(), 'newest')).rejects.toMatchObject(full);
      expect(await readdir(data)).not.toContain('restore');
      await expect(restoreDrill(options(), 'newest')).rejects.toMatchObject(full);
      expect(await readdir(data)).not.toContain('backup-work');
      expect(await readdir(join(data, 'blobs'))).toEqual([org]);
      await rm(join(data, 'ballast'));
      await opened(async (foundation) => expect(await readAll(foundation, 'notes')).toEqual(everything));
    }
    expect(await restoreOnHost(options(), 'newest')).toMatchObject({ images: 16, missingImages: 0 });
  } finally {
    execFileSync('umount', [data]);
  }
});

async function movedBehindLink(file: string): Promise<void> {
  const elsewhere = join(folder, randomUUID());
  await rename(file, elsewhere);
  await symlink(elsewhere, file);
}

async function newestImages(): Promise<readonly string[]> {
  const names = await readdir(join(data, 'blobs', org));
  const times = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(data, 'blobs', org, name))).mtimeMs })),
  );
  return times.toSorted((a, b) => b.at - a.at).map(({ name }) => name);
}
