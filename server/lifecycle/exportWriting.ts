import { createHash } from 'node:crypto';
import type { Manifest } from './portable.ts';

export interface ExportFile {
  /** Its path in the export. */
  readonly name: string;
  /** False for what is compressed already. */
  readonly compress: boolean;
  /** To be read to its end, once, before the next file is asked for. */
  readonly content: AsyncIterable<Uint8Array>;
}

type WrittenFile = Manifest['files'][number];

/** The files of an export, with the list of them. */
export interface Writing {
  file(name: string, content: Iterable<string | Uint8Array> | AsyncIterable<string>): ExportFile;
  /** The same, with how many records it holds. */
  records(name: string, records: AsyncIterable<string>, head?: string): ExportFile;
  recordsIn(name: string): number;
  /** Throws when one of the files was not read to its end. */
  written(): WrittenFile[];
}

export function createWriting(): Writing {
  const done = new Map<string, WrittenFile>();
  let begun = 0;

  const file = (
    name: string,
    content: Iterable<string | Uint8Array> | AsyncIterable<string>,
    records: () => number | null = () => null,
  ): ExportFile => {
    begun += 1;
    return {
      name,
      compress: true,
      content: measured(inChunks(content), (bytes, sha256) =>
        done.set(name, { name, bytes, sha256, records: records() }),
      ),
    };
  };
  return {
    file: (name, content) => file(name, content),
    records(name, records, head = '') {
      let count = 0;
      const counted = async function* () {
        if (head !== '') yield head;
        for await (const record of records) {
          count += 1;
          yield record;
        }
      };
      return file(name, counted(), () => count);
    },
    recordsIn: (name) => done.get(name)?.records ?? 0,
    written() {
      if (done.size !== begun) throw new Error('a file of the export was not read to its end, or twice');
      return [...done.values()];
    },
  };
}

const CHUNK = 64 * 1024;

async function* inChunks(content: Iterable<string | Uint8Array> | AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let waiting = '';
  for await (const piece of content) {
    if (typeof piece !== 'string') {
      yield piece;
      continue;
    }
    waiting += piece;
    if (waiting.length < CHUNK) continue;
    yield Buffer.from(waiting, 'utf8');
    waiting = '';
  }
  if (waiting !== '') yield Buffer.from(waiting, 'utf8');
}

async function* measured(
  chunks: AsyncIterable<Uint8Array>,
  done: (bytes: number, sha256: string) => void,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    bytes += chunk.length;
    yield chunk;
  }
  done(bytes, hash.digest('hex'));
}
