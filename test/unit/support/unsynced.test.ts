import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import sqlite3 from 'sqlite3';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { startUnsynced, type UnsyncedProcess } from '../../support/unsynced/unsynced.ts';

const folder = await mkdtemp(join(tmpdir(), 'daylight-unsynced-'));
afterEach(async () => {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs a module body, with `say(line)` and `folder` at hand, until it has said `lines` lines. */
async function runUntil(lines: number, body: string): Promise<{ unsynced: UnsyncedProcess; said: string[] }> {
  const program = `
    import * as fs from 'node:fs/promises';
    import { createRequire } from 'node:module';
    const require = createRequire(process.cwd() + '/test.js');
    const folder = process.env.UNSYNCED_FOLDER;
    const say = (line) => process.stdout.write(line + '\\n');
    const syncFolder = async (path) => { const f = await fs.open(path, 'r'); await f.sync(); await f.close(); };
    const writeSynced = async (path, text) => { const f = await fs.open(path, 'w'); await f.writeFile(text); await f.sync(); await f.close(); };
    ${body}
    setInterval(() => {}, 1000);
  `;
  const unsynced = await startUnsynced(process.execPath, ['--input-type=module', '-e', program], { folder });
  const errors: Buffer[] = [];
  unsynced.child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk));
  const said: string[] = [];
  if (unsynced.child.stdout === null) throw new Error('the program has no output');
  for await (const line of createInterface({ input: unsynced.child.stdout })) {
    said.push(line);
    if (said.length >= lines) return { unsynced, said };
  }
  await unsynced.release();
  throw new Error(`the program ended early: ${Buffer.concat(errors).toString('utf8')}`);
}

async function afterCut(body: string): Promise<Record<string, string>> {
  const { unsynced } = await runUntil(1, `${body}\nsay('done');`);
  await unsynced.powerCut();
  return contents();
}

async function contents(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) found[path.slice(folder.length + 1)] = await readFile(path, 'utf8');
  }
  return found;
}

describe.runIf(process.platform === 'linux')('after a power cut', () => {
  test('a file that was written and not synced is gone', async () => {
    expect(await afterCut(`await fs.writeFile(folder + '/a', 'written');`)).toEqual({});
  });

  test('a file whose content was synced and whose name was not is gone', async () => {
    expect(await afterCut(`await writeSynced(folder + '/a', 'written');`)).toEqual({});
  });

  test('a file whose name was synced and whose content was not is empty', async () => {
    expect(await afterCut(`await fs.writeFile(folder + '/a', 'written'); await syncFolder(folder);`)).toEqual({
      a: '',
    });
  });

  test.each(['sync', 'datasync'])('a file with both synced is kept, by %s', async (sync) => {
    const kept = await afterCut(`
      const f = await fs.open(folder + '/a', 'w'); await f.writeFile('written'); await f.${sync}(); await syncFolder(folder);
      await f.writeFile(' and more');`);
    expect(kept).toEqual({ a: 'written' });
  });

  test('only what was written before the last sync is kept, however it was written', async () => {
    await writeFile(join(folder, 'a'), '0123456789');
    const kept = await afterCut(`
      const f = await fs.open(folder + '/a', 'r+');
      await f.write('AB', 2); await f.writev([Buffer.from('C'), Buffer.from('D')], 4); await f.truncate(8); await f.sync();
      await f.write('xx', 0); await f.truncate(1);`);
    expect(kept).toEqual({ a: '01ABCD67' });
  });

  test('what was there at the start is there again, with its mode', async () => {
    await mkdir(join(folder, 'inner'));
    await writeFile(join(folder, 'inner/key'), 'secret');
    await chmod(join(folder, 'inner/key'), 0o600);
    expect(await afterCut(`await fs.rm(folder + '/inner', { recursive: true });`)).toEqual({ 'inner/key': 'secret' });
    expect((await stat(join(folder, 'inner/key'))).mode & 0o777).toBe(0o600);
  });

  test('a rename or removal that was not synced did not happen, one that was did', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await writeFile(join(folder, name), name);
    const kept = await afterCut(`
      await fs.rename(folder + '/a', folder + '/b'); await fs.unlink(folder + '/c'); await syncFolder(folder);
      await fs.rename(folder + '/b', folder + '/e'); await fs.unlink(folder + '/d');`);
    expect(kept).toEqual({ b: 'a', d: 'd' });
  });

  test('a folder needs its own name and those in it synced', async () => {
    const kept = await afterCut(`
      for (const name of ['x', 'y', 'z']) { await fs.mkdir(folder + '/' + name); await writeSynced(folder + '/' + name + '/f', name); }
      await syncFolder(folder + '/x'); await syncFolder(folder + '/y'); await syncFolder(folder);
      await fs.rename(folder + '/y', folder + '/moved');
      await fs.mkdir(folder + '/late'); await writeSynced(folder + '/late/f', 'late'); await syncFolder(folder + '/late');`);
    expect(kept).toEqual({ 'x/f': 'x', 'y/f': 'y' });
    expect((await readdir(folder)).toSorted()).toEqual(['x', 'y', 'z']);
  });

  test('many files synced at once from several threads are all kept whole', async () => {
    const kept = await afterCut(`
      await Promise.all(Array.from({ length: 200 }, (_, n) => writeSynced(folder + '/' + n, String(n).repeat(1000))));
      await syncFolder(folder);`);
    expect(kept).toEqual(Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`${n}`, `${n}`.repeat(1_000)])));
  });

  test('the processes that the process started are dead, and their unsynced writes gone', async () => {
    const { unsynced, said } = await runUntil(
      1,
      `const { spawn } = await import('node:child_process');
       const child = spawn('sh', ['-c', 'while :; do echo x >> ' + folder + '/log; sleep 0.01; done']); say(String(child.pid));`,
    );
    await unsynced.powerCut();
    expect(() => process.kill(Number(said[0]), 0)).toThrow('ESRCH');
    expect(await contents()).toEqual({});
  });
});

describe.runIf(process.platform === 'linux')('a power cut fails, and does not pass for one,', () => {
  test('when the program could not be started', async () => {
    const missing = await startUnsynced('/nowhere/to/be/found', [], { folder });
    await expect(missing.powerCut()).rejects.toThrow('ENOENT');
  });

  test('when the process ran without the layer', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'daylight-static-'));
    const [source, program] = [join(elsewhere, 'static.c'), join(elsewhere, 'static')];
    await writeFile(source, 'int main(void) { return 0; }');
    await promisify(execFile)('gcc', ['-static', '-o', program, source]);
    await writeFile(join(folder, 'kept'), 'as it was');
    const escaped = await startUnsynced(program, [], { folder });
    await expect(escaped.powerCut()).rejects.toThrow('ran without the file layer');
    expect(await contents()).toEqual({ kept: 'as it was' });
    await rm(elsewhere, { recursive: true });
  });
});

describe.runIf(process.platform === 'linux')('SQLite after a power cut, with one transaction a row', () => {
  const ROWS = 60;

  /**
   * Cuts the power after the 60th acknowledged commit, in the middle of further ones unless there are to be none, and
   * tells what a new process finds.
   */
  async function acknowledgedThenCut(journal: string, synchronous: string, commits = Number.MAX_SAFE_INTEGER) {
    const { unsynced, said } = await runUntil(
      ROWS,
      `const sqlite3 = require('sqlite3');
       const db = new sqlite3.Database(folder + '/db.sqlite');
       const run = (sql) => new Promise((done, fail) => db.exec(sql, (error) => (error ? fail(error) : done())));
       await run('PRAGMA journal_mode=${journal}; PRAGMA synchronous=${synchronous}; PRAGMA wal_autocheckpoint=7;');
       await run('CREATE TABLE t (n INTEGER PRIMARY KEY, payload BLOB)');
       for (let n = 1; n <= ${commits}; n++) { await run('INSERT INTO t VALUES (' + n + ', randomblob(3000))'); say(String(n)); }`,
    );
    await unsynced.powerCut();
    return { acknowledged: said.length, found: await rowsFound(join(folder, 'db.sqlite')) };
  }

  test.each(['FULL', 'EXTRA'])(
    'every acknowledged commit is there, with a write-ahead log and %s',
    async (synchronous) => {
      const { acknowledged, found } = await acknowledgedThenCut('WAL', synchronous);
      expect(found.integrity).toBe('ok');
      expect(found.rows).toBeGreaterThanOrEqual(acknowledged);
      expect(found.last).toBe(found.rows);
    },
  );

  test('acknowledged commits are lost with a write-ahead log and NORMAL, and the rest is whole', async () => {
    const { acknowledged, found } = await acknowledgedThenCut('WAL', 'NORMAL', ROWS);
    expect(found.integrity).toBe('ok');
    expect(found.rows).toBeLessThan(acknowledged);
  });

  test.each(['WAL', 'DELETE'])('acknowledged commits are lost with %s and OFF', async (journal) => {
    const { acknowledged, found } = await acknowledgedThenCut(journal, 'OFF', ROWS);
    expect(found.rows).toBeLessThan(acknowledged);
  });

  test('with a rollback journal FULL is not enough: its removal must be made durable, as EXTRA does', async () => {
    const full = await acknowledgedThenCut('DELETE', 'FULL', ROWS);
    await rm(join(folder, 'db.sqlite'), { force: true });
    await rm(join(folder, 'db.sqlite-journal'), { force: true });
    const extra = await acknowledgedThenCut('DELETE', 'EXTRA', ROWS);
    expect([full.found.integrity, extra.found.integrity]).toEqual(['ok', 'ok']);
    expect([full.found.rows, extra.found.rows]).toEqual([ROWS - 1, ROWS]);
  });
});

interface Found {
  readonly integrity: string;
  readonly rows: number;
  readonly last: number;
}

/** A database that is missing, empty or unreadable has no rows. */
async function rowsFound(path: string): Promise<Found> {
  const none = { integrity: 'unreadable', rows: 0, last: 0 };
  const opened = await new Promise<sqlite3.Database | null>((resolve) => {
    const database = new sqlite3.Database(path, sqlite3.OPEN_READWRITE, (error) =>
      resolve(error === null ? database : null),
    );
  });
  if (opened === null) return none;
  const sql =
    'SELECT (SELECT group_concat(integrity_check) FROM pragma_integrity_check) AS integrity, count(*) AS rows, max(n) AS last FROM t';
  const found = await new Promise<Found>((resolve) =>
    opened.get<Found>(sql, (error, row) => resolve(error === null ? row : none)),
  );
  await new Promise((resolve) => opened.close(resolve));
  return found;
}
