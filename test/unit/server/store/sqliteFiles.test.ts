import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sqlite3 from 'sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteKeyStore } from '../../../../server/store/sqlite/keyStore.ts';
import type { Store } from '../../../../server/store/store.ts';
import { outcome } from '../../../contract/store.contract.ts';
import { enrolIn } from '../../../support/enrolIn.ts';
import { openStoreIn, temporaryFolder } from '../../../support/openedSqliteStore.ts';
import { sealedText } from '../../../support/sealedForTest.ts';
import {
  batch,
  blob,
  dataKey,
  device,
  imageId,
  NINE,
  orgId,
  personId,
  policy,
  segment,
} from '../../../support/storeRecords.ts';

describe('the files of the SQLite store', () => {
  let folder: string;
  let remove: () => Promise<void>;
  const open: Store[] = [];
  const opened = async (): Promise<Store> => {
    const store = await openStoreIn(folder);
    open.push(store);
    return store;
  };
  beforeEach(async () => ({ folder, remove } = await temporaryFolder()));
  afterEach(async () => {
    for (const store of open.splice(0)) await store.close();
    await remove();
  });
  const database = (): string => join(folder, 'daylight.db');
  const blobFiles = async (): Promise<string[]> => readdir(join(folder, 'blobs', orgId('acme'))).catch(() => []);

  it('are readable by their owner alone', async () => {
    folder = join(folder, 'data');
    const store = await opened();
    await enrolIn(store, device('laptop'));
    await store.appendBatch(batch(1, { blobs: [blob('x')] }));
    const modes = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);
    expect(await modes(folder)).toBe('700');
    expect(await modes(join(folder, 'blobs'))).toBe('700');
    for (const name of ['daylight.db', 'daylight.db-wal', 'daylight.db-shm', 'daylight.lock']) {
      expect([name, await modes(join(folder, name))]).toEqual([name, '600']);
    }
    const [file] = await blobFiles();
    expect(await modes(join(folder, 'blobs', orgId('acme'), file ?? 'none'))).toBe('600');
    folder = dirname(folder);
  });

  it('begin the write-ahead log anew once the last snapshot is closed, though another one is opened at once', async () => {
    const store = await opened();
    await enrolIn(store, device('laptop'));
    const held = await store.snapshot();
    for (let seq = 1; seq <= 40; seq += 1) await store.appendBatch(batch(seq, { blobs: [blob(`x${seq}`)] }));
    const before = (await stat(`${database()}-wal`)).size;
    await held.close();
    const next = await store.snapshot();
    for (let seq = 41; seq <= 60; seq += 1) await store.appendBatch(batch(seq, { blobs: [blob(`x${seq}`)] }));
    expect((await stat(`${database()}-wal`)).size).toBe(before);
    await next.close();
  });

  it('are closed at once though snapshots are being opened, which fail', async () => {
    const store = await opened();
    const opening = [outcome(store.snapshot()), outcome(store.snapshot())];
    const began = performance.now();
    await store.close();
    expect(performance.now() - began).toBeLessThan(3_000);
    expect(await Promise.all(opening)).toEqual(['closed', 'closed']);
  });

  it('leave no write-ahead log behind after close', async () => {
    const store = await opened();
    await enrolIn(store, device('laptop'));
    await store.close();
    expect((await readdir(folder)).sort()).toEqual(['blobs', 'daylight.db', 'daylight.lock']);
  });

  it('of a newer format are refused with the remedy, unchanged', async () => {
    await (await opened()).close();
    await raw(database(), 'PRAGMA user_version = 99');
    const before = await readFile(database());
    await expect(opened()).rejects.toMatchObject({
      code: 'incompatible',
      message: expect.stringMatching(
        /daylight\.db: it was written by a newer Daylight \(format 99.*start the newer one/,
      ),
    });
    expect((await readFile(database())).equals(before)).toBe(true);
  });

  it('from before the first release, which held receipts in the clear, are refused with the remedy, unchanged', async () => {
    await (await opened()).close();
    await raw(database(), 'PRAGMA user_version = 1');
    const before = await readFile(database());
    await expect(opened()).rejects.toMatchObject({
      code: 'incompatible',
      message: expect.stringMatching(
        /before the first release \(format 1, this one knows \d+ and cannot bring it there\); choose another folder/,
      ),
    });
    expect((await readFile(database())).equals(before)).toBe(true);
  });

  it('that are not SQLite are refused and not overwritten', async () => {
    await writeFile(database(), 'this is a letter and not a database '.repeat(200));
    await expect(opened()).rejects.toMatchObject({
      code: 'damaged',
      message: expect.stringMatching(/not a Daylight store/),
    });
    expect(await readFile(database(), 'utf8')).toMatch(/^this is a letter/);
  });

  it('of another program or of the key store are refused', async () => {
    await writeFile(database(), '');
    await raw(database(), 'CREATE TABLE song (title TEXT)');
    await expect(opened()).rejects.toMatchObject({
      code: 'damaged',
      message: expect.stringMatching(/not a Daylight store/),
    });
    const file = join(folder, 'keys.db');
    await (await openSqliteKeyStore({ file })).close();
    await expect(openStoreIn(folder)).rejects.toMatchObject({ code: 'damaged' });
    await mkdir(join(folder, 'swapped'));
    await writeFile(join(folder, 'swapped', 'daylight.db'), await readFile(file));
    await expect(openStoreIn(join(folder, 'swapped'))).rejects.toMatchObject({ code: 'damaged' });
  });

  it('that are cut short are refused as damaged', async () => {
    await (await opened()).close();
    await truncate(database(), 3 * 4096);
    await expect(opened()).rejects.toMatchObject({
      code: 'damaged',
      message: expect.stringMatching(/restore it from a/),
    });
  });

  it('that lack a table are refused by its name', async () => {
    await (await opened()).close();
    await raw(database(), 'DROP TABLE segment');
    await expect(opened()).rejects.toMatchObject({ code: 'damaged', message: expect.stringMatching(/tables segment/) });
  });

  it('hold no image of a batch that was a duplicate, refused, out of order or in conflict', async () => {
    const store = await opened();
    await enrolIn(store, device('laptop'));
    await store.appendBatch(batch(1, { blobs: [blob('x')] }));
    const before = await blobFiles();
    expect(before).toHaveLength(1);
    await store.appendBatch(batch(1, { blobs: [blob('x')] }));
    await store.appendBatch(batch(5, { blobs: [blob('y')] }));
    expect(await outcome(store.appendBatch(batch(2, { blobs: [blob('z'), blob('x')] })))).toBe('conflict');
    await store.changeDevice(orgId('acme'), device('laptop').device, { status: 'retired' });
    await store.appendBatch(batch(2, { blobs: [blob('w')] }));
    expect(await blobFiles()).toEqual(before);
  });

  it('that a crash left without a row, whole or half written, are swept when the store opens; named ones stay', async () => {
    const store = await opened();
    await enrolIn(store, device('laptop'));
    await store.appendBatch(batch(1, { blobs: [blob('x')] }));
    const [named] = await blobFiles();
    const orphan = join(folder, 'blobs', orgId('acme'), 'f'.repeat(32));
    await store.close();
    await writeFile(orphan, 'orphan');
    await writeFile(`${orphan}.tmp`, 'half');
    const again = await opened();
    expect(await blobFiles()).toEqual([named]);
    expect(await again.blob(orgId('acme'), personId('ann'), imageId('x'))).toEqual(blob('x'));
  });

  it('of a store that is open elsewhere are not swept, because someone may be in the middle of writing one', async () => {
    const first = await opened();
    await enrolIn(first, device('laptop'));
    await first.appendBatch(batch(1, { blobs: [blob('x')] }));
    const unfinished = join(folder, 'blobs', orgId('acme'), 'e'.repeat(32));
    await writeFile(unfinished, 'about to be named');
    const second = await opened();
    expect(await blobFiles()).toContain('e'.repeat(32));
    await Promise.all([first.publishPolicy(policy(1)), second.recordSecurityEvent(event)]);
    expect(await first.securityEvents(orgId('acme'), 1)).toEqual([{ ...event, count: 1, seq: 1 }]);
    expect(await second.policies(orgId('acme'))).toEqual([policy(1)]);
  });

  it('name an image by random digits and not by its id', async () => {
    const store = await opened();
    await enrolIn(store, device('laptop'));
    await store.appendBatch(batch(1, { blobs: [blob('x')] }));
    const [file] = await blobFiles();
    expect(file).toMatch(/^[0-9a-f]{32}$/);
    expect(file).not.toBe(imageId('x').replaceAll('-', ''));
  });

  it('report an image whose file is gone as damage', async () => {
    const store = await opened();
    await enrolIn(store, device('laptop'));
    await store.appendBatch(batch(1, { blobs: [blob('x')] }));
    await truncate(join(folder, 'blobs', orgId('acme'), (await blobFiles())[0] ?? ''), 0);
    expect((await store.blob(orgId('acme'), personId('ann'), imageId('x')))?.sealed).toHaveLength(0);
    await rm(join(folder, 'blobs'), { recursive: true });
    expect(await outcome(store.blob(orgId('acme'), personId('ann'), imageId('x')))).toBe('damaged');
  });

  it('hold no byte of keys that were destroyed, however often what lies beside them was moved, and all of the others', async () => {
    const file = join(folder, 'keys.db');
    const keys = await openSqliteKeyStore({ file });
    const made = Array.from({ length: 2_000 }, (_, at) => {
      const whose = { org: orgId(at % 2 === 0 ? 'acme' : 'other'), person: personId(`${at}`) };
      return dataKey(at, `key ${at}`, { ...whose, wrapped: randomBytes(60) });
    });
    for (const org of ['acme', 'other'])
      await keys.putOrgKey({ org: orgId(org), version: 1, wrapped: randomBytes(60) });
    for (let at = 0; at < made.length; at += 7) await keys.putDataKeys(made.slice(at, at + 7));
    const found = async (org: string): Promise<number> => {
      const bytes = await readFile(file);
      return made.filter((key) => key.org === orgId(org) && bytes.includes(Buffer.from(key.wrapped.slice(0, 24))))
        .length;
    };
    await keys.destroyKeys(orgId('acme'));
    await keys.close();
    expect([await found('acme'), await found('other')]).toEqual([0, 1_000]);
    expect((await readdir(folder)).filter((name) => name.startsWith('keys.db'))).toEqual(['keys.db']);
  });

  it('keep at most 60 bytes an event at twelve events a segment, indexes included', async () => {
    const store = await opened();
    const people = Array.from({ length: 40 }, (_, at) => personId(`${at}`));
    for (const [at, person] of people.entries()) await enrolIn(store, device(`${at}`, { person }));
    const parameters = ['session', 'activity', 'app', 'title', 'url'] as const;
    const seqs = Array.from({ length: 100 }, (_, at) => at + 1);
    for (const seq of seqs) {
      const units = people.map((person, at) => {
        const own = { person, device: device(`${at}`).device };
        const segments = parameters.map((one) => ({ ...segment(`${at} ${seq} ${one}`, one), ...own }));
        return batch(seq, { ...own, segments, sessionState: sealedText(`${at}`, 300) });
      });
      await Promise.all(units.map((unit) => store.appendBatch(unit)));
    }
    await store.close();
    const events = people.length * seqs.length * parameters.length * 12;
    expect((await stat(database())).size / events).toBeLessThanOrEqual(60);
  });

  it('hold what a process that was killed had been told is committed', async () => {
    const script = join(import.meta.dirname, '../../../support/appendUntilKilled.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', script, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      told = Number(text.trim().split('\n').at(-1));
      if (told >= 200) child.kill('SIGKILL');
    });
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
    const store = await opened();
    const found = await store.segments(orgId('acme'), personId('ann'), 'app', '2026-03-02', '2026-03-02');
    expect(found.length).toBeGreaterThanOrEqual(told);
    expect(found.map((one) => one.segment)).toEqual(found.map((_, at) => segment(`seq ${at + 1}`).segment));
    expect((await store.device(device('laptop').device))?.committedSeq).toBe(found.length);
  });
});

const event = { org: orgId('acme'), at: NINE + 1, kind: 'invited' as const, person: null, detail: 'a sentence' };

/** Statements of another program, past the store. */
function raw(file: string, sql: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const connection = new sqlite3.Database(file, (error) => {
      if (error) return reject(error);
      connection.exec(sql, (failure) => connection.close(() => (failure ? reject(failure) : resolve())));
    });
  });
}
