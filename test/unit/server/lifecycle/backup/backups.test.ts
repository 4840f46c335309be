import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeBackup } from '../../../../../server/lifecycle/backup/makeBackup.ts';
import { folderOf, readSealed } from '../../../../../server/lifecycle/backup/manifest.ts';
import { openedBackup } from '../../../../../server/lifecycle/backup/parts.ts';
import { strangersAt } from '../../../../../server/lifecycle/backup/strangers.ts';
import { aloneWithBackups } from '../../../../../server/lifecycle/backup/workFolder.ts';
import { connect } from '../../../../../server/store/sqlite/connection.ts';
import { type BackedUp, backedUp, days } from '../../../../support/backedUp.ts';

describe('a backup', () => {
  let backed: BackedUp;
  beforeEach(async () => {
    backed = await backedUp();
  });
  afterEach(() => backed.dispose());
  const names = (): readonly string[] => [...backed.target.files.keys()].sort();
  const file = (name: string) => {
    const found = backed.target.files.get(name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  };

  it('is whole, and is found to be so byte by byte', async () => {
    const made = await backed.make();
    expect(made).toMatchObject({ state: 'complete', detail: { images: 6, missing: 0, left: false } });
    expect(names()).toHaveLength(1 + 3 + 6);
    expect(await backed.check(made, 'structure')).toEqual([]);
    expect(await backed.check(made, 'all')).toEqual([]);
    expect((await backed.all())[0]?.detail).toMatchObject({ checked: { how: 'all', damage: [] } });
    expect(await readdir(backed.data)).not.toContain('backup-work');
  });

  it('has images once for all backups, and copies only what is new', async () => {
    const first = await backed.make();
    const second = await backed.make();
    expect(first.detail.newImageBytes).toBeGreaterThan(0);
    expect(second.detail).toMatchObject({ newImageBytes: 0, images: 6 });
    expect(names().filter((name) => name.startsWith('images/'))).toHaveLength(6);
    expect(await backed.check(second, 'all')).toEqual([]);
  });

  it('holds no byte of any key, neither open nor wrapped, and nothing that is not sealed', async () => {
    const made = await backed.make();
    const opened = openedBackup(backed.parts.vault, made);
    const contents = [...backed.target.files.values()].map(({ bytes }) => Buffer.from(bytes));
    for (const name of ['daylight.db', 'images', 'manifest']) {
      const pieces: Uint8Array[] = [];
      for await (const piece of readSealed(backed.target, opened, name)) pieces.push(piece);
      contents.push(Buffer.concat(pieces));
    }
    const keys = [
      await readFile(join(backed.data, 'root.key')),
      Buffer.from(opened.key),
      ...(await wrappedIn(backed.data)),
    ];
    expect(keys.length).toBeGreaterThan(6);
    const whole = Buffer.concat(contents);
    for (const key of keys) expect(whole.includes(key.subarray(-24))).toBe(false);
    const outside = Buffer.concat([...backed.target.files.values()].map(({ bytes }) => Buffer.from(bytes)));
    for (const word of ['SQLite format 3', 'CREATE TABLE', 'storeFormat', backed.acme.replaceAll('-', '')])
      expect(outside.includes(word)).toBe(false);
    // What was looked for is there where it may be: the search does find.
    expect(whole.includes('CREATE TABLE')).toBe(true);
  });

  it('is refused when a bit of it is changed, when it is cut, extended, or mixed from two', async () => {
    const [one, other] = [await backed.make(), await backed.make()];
    const database = `${folderOf(one)}/daylight.db`;
    const whole = file(database);
    const damage = async (bytes: Uint8Array): Promise<readonly string[]> => {
      backed.target.files.set(database, { ...whole, bytes });
      return backed.check(one, 'all');
    };
    const flipped = Uint8Array.from(whole.bytes);
    flipped[flipped.length >> 1] = (flipped[flipped.length >> 1] ?? 0) ^ 1;
    for (const bytes of [
      flipped,
      whole.bytes.subarray(0, -1),
      Buffer.concat([whole.bytes, whole.bytes]),
      file(`${folderOf(other)}/daylight.db`).bytes,
    ])
      expect((await damage(bytes)).join()).toMatch(/daylight.db (was altered|is cut)/);
    backed.target.files.delete(database);
    expect(await backed.check(one, 'structure')).toEqual(['daylight.db is missing']);
    backed.target.files.set(database, whole);
    expect(await backed.check(one, 'all')).toEqual([]);
    backed.target.files.set(`${folderOf(one)}/manifest`, file(`${folderOf(other)}/manifest`));
    expect((await backed.check(one, 'structure')).join()).toMatch(/manifest was altered/);
  });

  it('is found damaged by an image that is missing, cut or changed', async () => {
    const made = await backed.make();
    const name = names().find((one) => one.startsWith('images/')) ?? '';
    const whole = file(name);
    backed.target.files.set(name, {
      ...whole,
      bytes: Uint8Array.from(whole.bytes, (byte, at) => (at === 9 ? byte ^ 1 : byte)),
    });
    expect(await backed.check(made, 'structure')).toEqual([]);
    expect((await backed.check(made, 'all')).join()).toMatch(/image [0-9a-f]{32} was altered/);
    backed.target.files.set(name, { ...whole, bytes: whole.bytes.subarray(1) });
    expect((await backed.check(made, 'structure')).join()).toMatch(/image [0-9a-f]{32} is cut/);
    backed.target.files.delete(name);
    expect((await backed.check(made, 'structure')).join()).toMatch(/image [0-9a-f]{32} is missing/);
    // The next one does not take the loss along.
    expect(await backed.check(await backed.make(), 'all')).toEqual([]);
  });

  it('ends on its day, also the last one: its key first, then its files; the entry stays', async () => {
    const made = await backed.make(30);
    backed.pass(days(30) - 1);
    expect((await backed.expire()).ended).toEqual([]);
    backed.pass(1);
    expect((await backed.expire()).ended.map(({ backup }) => backup)).toEqual([made.backup]);
    expect(names()).toEqual(['daylight-backups.json']);
    const [left] = await backed.all();
    expect(left).toMatchObject({ backup: made.backup, state: 'expired', wrapped: null, detail: { left: false } });
    expect(() => openedBackup(backed.parts.vault, left ?? made)).toThrow('destroyed');
  });

  it('takes its images along when no other backup has them, and leaves those that another has', async () => {
    await backed.make(10);
    backed.pass(days(5));
    const second = await backed.make(10);
    backed.pass(days(6));
    expect(await backed.expire()).toMatchObject({ images: 0, imagesStay: null });
    expect(await backed.check(second, 'all')).toEqual([]);
    backed.pass(days(6));
    expect(await backed.expire()).toMatchObject({ images: 6 });
    expect(names()).toEqual(['daylight-backups.json']);
  });

  it('waits while the clock is in doubt, and is taken for ended as soon as it is not', async () => {
    await backed.make(30);
    backed.pass(days(365));
    expect(await backed.expire('the clock is in doubt')).toMatchObject({ ended: [], heldBack: 1 });
    expect((await backed.expire()).ended).toHaveLength(1);
  });

  it('that broke off is given up: key and files go, and it says that it failed', async () => {
    await backed.make();
    backed.pass(1_000);
    const broken = {
      ...backed.parts,
      target: {
        ...backed.target,
        put: async (name: string, content: Parameters<typeof backed.target.put>[1]) => {
          if (name.endsWith('manifest')) throw new Error('the disk is gone');
          return backed.target.put(name, content);
        },
      },
    };

    await expect(aloneWithBackups(backed.data, (work) => makeBackup(broken, work, { keepDays: 30 }))).rejects.toThrow(
      'the disk is gone',
    );
    expect((await backed.all())[0]).toMatchObject({ state: 'failed', detail: { failure: 'it broke off' } });
    await backed.expire();
    expect((await backed.all()).map(({ state, wrapped }) => [state, wrapped === null])).toEqual([
      ['failed', true],
      ['complete', false],
    ]);
    expect(names().filter((name) => name.startsWith('backups/'))).toHaveLength(3);
  });

  it('is not complete before the recovery set is written', async () => {
    let written = 0;
    const parts = {
      ...backed.parts,
      writeRecoverySet: async () => {
        written += 1;
        expect((await backed.all())[0]?.state).toBe('begun');
        throw new Error('no disk for it');
      },
    };

    await expect(aloneWithBackups(backed.data, (work) => makeBackup(parts, work, { keepDays: 30 }))).rejects.toThrow(
      'no disk',
    );
    expect(written).toBe(1);
    expect((await backed.all())[0]?.state).toBe('failed');
  });

  it('leaves alone, and names, what somebody else put there and what is from the future', async () => {
    await backed.make(10);
    const stranger = { bytes: new Uint8Array(3), at: backed.parts.clock.now() };
    const unknown = 'backups/20260101T000000Z_00000000-0000-4000-8000-000000000000/daylight.db';
    backed.target.files.set('theirs.txt', stranger);
    backed.target.files.set(unknown, { ...stranger, at: stranger.at + days(40) });
    const found = async () => strangersAt(backed.target, await backed.all(), backed.parts.clock.now());
    expect(await found()).toMatchObject({
      orphans: 2,
      orphanNames: ['theirs.txt', unknown],
      future: 1,
      futureNames: [unknown],
    });
    backed.pass(days(11));
    // As long as somebody may bring the key of the unknown one back, its images may be needed.
    expect(await backed.expire()).toMatchObject({ images: 0, imagesStay: 'unknown_backups' });
    backed.pass(days(150));
    expect(await backed.expire()).toMatchObject({ images: 6, imagesStay: null });
    expect(names()).toEqual([unknown, 'daylight-backups.json', 'theirs.txt']);
  });

  it('is made and checked by one at a time', async () => {
    await aloneWithBackups(backed.data, async () => {
      await expect(backed.make()).rejects.toMatchObject({ code: 'conflict' });
    });
  });

  it('leaves nothing lying in the data folder that a process was killed with', async () => {
    const work = join(backed.data, 'backup-work');
    await mkdir(work);
    await writeFile(join(work, 'daylight.db'), 'half a copy');
    expect(await backed.check(await backed.make(), 'all')).toEqual([]);
    expect(await readdir(backed.data)).not.toContain('backup-work');
    await rm(work, { force: true, recursive: true });
  });

  it('keeps away from the place of another server', async () => {
    const other = await backedUp(1);
    await backed.make();

    const parts = { ...other.parts, target: backed.target };
    await expect(
      aloneWithBackups(other.data, (work) => makeBackup(parts, work, { keepDays: 30 })),
    ).rejects.toMatchObject({ code: 'conflict' });
    await other.dispose();
  });
});

/** Every wrapped key of the key store. */
async function wrappedIn(data: string): Promise<readonly Buffer[]> {
  const connection = await connect(join(data, 'keys.db'));
  const rows = await connection.all(
    'SELECT wrapped FROM org_key UNION ALL SELECT wrapped FROM data_key UNION ALL SELECT wrapped FROM backup WHERE wrapped IS NOT NULL',
  );
  await connection.close();
  return rows.map(({ wrapped }) => wrapped as Buffer);
}
