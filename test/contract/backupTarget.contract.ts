import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BackupTarget, TargetFile } from '../../server/lifecycle/backup/target.ts';

export interface TargetUnderTest {
  readonly target: BackupTarget;
  /** Another one on the same place, as another process would have it. */
  readonly again: () => Promise<BackupTarget>;
  readonly dispose: () => Promise<void>;
}

/** Every promise of the port, put to one implementation. */
export function backupTargetContract(name: string, open: () => Promise<TargetUnderTest>): void {
  describe(`${name} as a place of backups`, () => {
    let under: TargetUnderTest;
    let target: BackupTarget;
    beforeEach(async () => {
      under = await open();
      target = under.target;
    });
    afterEach(() => under.dispose());

    it('gives back what was put, of any size and in any pieces, also to who opens it anew', async () => {
      const large = Buffer.alloc(5_000_000, 'abcdefg');
      expect(await target.put('one/large', pieces(large, 700_001))).toBe(large.length);
      expect(await target.put('one/empty', [])).toBe(0);
      expect(await target.put('small', [Buffer.from('small')])).toBe(5);
      const other = await under.again();
      expect((await bytesOf(other.get('one/large'))).equals(large)).toBe(true);
      expect((await bytesOf(other.get('one/empty'))).length).toBe(0);
      expect((await bytesOf(target.get('small'))).toString()).toBe('small');
    });

    it('replaces a file whole', async () => {
      await target.put('a/file', [Buffer.from('the first and longer')]);
      await target.put('a/file', [Buffer.from('second')]);
      expect((await bytesOf(target.get('a/file'))).toString()).toBe('second');
      expect((await target.look('a/file'))?.size).toBe(6);
    });

    it('has nothing of a file whose content failed half-way, and what had its name before as it was', async () => {
      await target.put('a/file', [Buffer.from('before')]);
      for (const file of ['a/file', 'a/other', 'b/third']) {
        await expect(target.put(file, breaking())).rejects.toThrow('it broke');
      }
      expect(await namesOf(target.list(''))).toEqual(['a/file']);
      expect((await bytesOf(target.get('a/file'))).toString()).toBe('before');
      expect(await target.look('a/other')).toBeNull();
    });

    it('lists nothing of a file that is being put', async () => {
      let seen: readonly string[] = ['not asked'];
      const asking = async function* () {
        yield Buffer.from('half');
        seen = await namesOf(target.list(''));
        yield Buffer.from('whole');
      };
      await target.put('a/file', asking());
      expect(seen).toEqual([]);
      expect(await namesOf(target.list(''))).toEqual(['a/file']);
    });

    it('lists by the beginning of names, with sizes and times', async () => {
      const before = Date.now() - 5_000;
      for (const name of ['a/1', 'a/2/3', 'ab/1', 'b', 'a/2/4']) await target.put(name, [Buffer.from(name)]);
      expect(await namesOf(target.list('a/'))).toEqual(['a/1', 'a/2/3', 'a/2/4']);
      expect(await namesOf(target.list('a'))).toEqual(['a/1', 'a/2/3', 'a/2/4', 'ab/1']);
      expect(await namesOf(target.list('a/2/3'))).toEqual(['a/2/3']);
      expect(await namesOf(target.list('none/'))).toEqual([]);
      for await (const { name, size, at } of target.list('')) {
        expect(size).toBe(name.length);
        expect(at).toBeGreaterThan(before);
        expect(at).toBeLessThan(Date.now() + 5_000);
      }
    });

    it('takes away what is named and nothing else, also when it is asked again', async () => {
      for (const name of ['a/1', 'a/2', 'c/d/e']) await target.put(name, [Buffer.from(name)]);
      await target.delete(['a/1', 'c/d/e', 'never/there']);
      await target.delete(['a/1']);
      expect(await namesOf((await under.again()).list(''))).toEqual(['a/2']);
      await target.put('c/d/e', [Buffer.from('again')]);
      expect(await namesOf(target.list(''))).toEqual(['a/2', 'c/d/e']);
    });

    it('says of a file that is not there that it is not', async () => {
      expect(await target.look('a/file')).toBeNull();
      await expect(bytesOf(target.get('a/file'))).rejects.toMatchObject({ code: 'not_found' });
    });

    it('takes many at once', async () => {
      const names = Array.from({ length: 40 }, (_, at) => `${at % 4}/${at}`);
      await Promise.all(names.map((name) => target.put(name, [Buffer.from(name)])));
      expect(await namesOf(target.list(''))).toEqual([...names].sort());
    });

    it('takes no name that leads elsewhere', async () => {
      for (const name of ['../out', '/etc/file', 'a/../../b', '.hidden', 'a//b', '', 'a/', 'a\0b', 'a/.b']) {
        await expect(target.put(name, [])).rejects.toThrow('plain names');
        await expect(target.delete([name])).rejects.toThrow('plain names');
        await expect(target.look(name)).rejects.toThrow('plain names');
      }
    });

    it('keeps every whole file when it is tidied', async () => {
      await target.put('a/file', [Buffer.from('whole')]);
      await target.tidy();
      await target.put('b/file', [Buffer.from('whole')]);
      expect(await namesOf(target.list(''))).toEqual(['a/file', 'b/file']);
    });
  });
}

export async function bytesOf(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await all(content));
}

export async function namesOf(files: AsyncIterable<TargetFile>): Promise<readonly string[]> {
  return (await all(files)).map(({ name }) => name).sort();
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

function* pieces(bytes: Uint8Array, size: number): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function* breaking(): AsyncIterable<Uint8Array> {
  yield Buffer.alloc(100_000);
  await Promise.resolve();
  throw new Error('it broke');
}
