import { type BackupTarget, noSuchFile, requireName } from '../../server/lifecycle/backup/target.ts';

/** A place of backups as object storage is one: whole objects by name, and nothing else. It can be looked into and damaged. */
export function createMemoryTarget(now: () => number = () => Date.now()): BackupTarget & {
  readonly files: Map<string, { bytes: Uint8Array; at: number }>;
} {
  const files = new Map<string, { bytes: Uint8Array; at: number }>();
  const place = 'memory';
  return {
    place,
    files,
    async put(name, content) {
      requireName(name);
      const pieces: Uint8Array[] = [];
      for await (const piece of content) pieces.push(Uint8Array.from(piece));
      const bytes = new Uint8Array(Buffer.concat(pieces));
      files.set(name, { bytes, at: now() });
      return bytes.length;
    },
    async *get(name) {
      const file = files.get(name);
      await Promise.resolve();
      if (file === undefined) throw noSuchFile(place, name);
      // Never in the pieces that were put: whoever reads must not count on them.
      for (let at = 0; at < file.bytes.length; at += 65_537) yield file.bytes.subarray(at, at + 65_537);
    },
    async look(name) {
      requireName(name);
      const file = files.get(name);
      return file === undefined ? null : { name, size: file.bytes.length, at: file.at, isLink: false };
    },
    async *list(prefix) {
      await Promise.resolve();
      for (const [name, { bytes, at }] of [...files])
        if (name.startsWith(prefix)) yield { name, size: bytes.length, at, isLink: false };
    },
    async delete(names) {
      for (const name of names) requireName(name);
      for (const name of names) files.delete(name);
    },
    async tidy() {},
  };
}
