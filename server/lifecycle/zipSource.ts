import { Readable } from 'node:stream';
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from 'yauzl';
import { DaylightError } from '../../shared/errors.ts';
import type { ArrivedFile } from './arrivedFile.ts';
import { FileName } from './portable.ts';
import { type ExportSource, wrongExport } from './readExport.ts';

/**
 * The files of a ZIP that somebody sent, each read from where the directory at its end says that it is. Nothing of it is ever written under a name
 * from the ZIP. A file ends with an error as soon as it is longer than the directory says, and whoever reads it stops when it is longer than they
 * expect: what two files share, or what grows a thousandfold, costs no more. Throws DaylightError with `remedy`.
 */
export async function zipSource(file: ArrivedFile, mostFiles: number, remedy: string): Promise<ExportSource> {
  const noZip = (cause: unknown): never => {
    throw wrongExport('the file', 'it is no ZIP, or it is not whole', remedy, cause);
  };
  const zip = await fromRandomAccessReaderPromise(new ArrivedReader(file), file.bytes, {
    autoClose: false,
    lazyEntries: true,
    decodeStrings: true,
    strictFileNames: true,
    validateEntrySizes: true,
  }).catch(noZip);
  if (zip.entryCount > mostFiles + 1) throw wrongExport('the file', `it holds more than ${mostFiles} files`, remedy);
  const entries = new Map<string, Entry>();
  try {
    for await (const entry of zip.eachEntry()) {
      const name = nameOf(entry, entries, remedy);
      entries.set(name, entry);
    }
  } catch (cause) {
    if (cause instanceof DaylightError) throw cause;
    noZip(cause);
  }
  return {
    names: [...entries.keys()],
    content(name) {
      const entry = entries.get(name);
      if (entry === undefined) throw wrongExport(name, 'it is not there', remedy);
      return contentOf(zip, entry, remedy);
    },
  };
}

function nameOf(entry: Entry, known: ReadonlyMap<string, Entry>, remedy: string): string {
  const { fileName } = entry;
  if (!FileName.safeParse(fileName).success)
    throw wrongExport('the file', 'one of the names in it is none that an export has', remedy);
  if (known.has(fileName)) throw wrongExport(fileName, 'it is there twice', remedy);
  if (entry.isEncrypted() || !entry.canDecodeFileData())
    throw wrongExport(fileName, 'it is encrypted, or compressed in a way that an export is not', remedy);
  return fileName;
}

async function* contentOf(zip: ZipFile, entry: Entry, remedy: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of await zip.openReadStreamPromise(entry)) yield chunk as Buffer;
  } catch (cause) {
    if (cause instanceof DaylightError) throw cause;
    throw wrongExport(entry.fileName, 'it was changed, or is not whole', remedy, cause);
  }
}

class ArrivedReader extends RandomAccessReader {
  readonly #file: ArrivedFile;

  constructor(file: ArrivedFile) {
    super();
    this.#file = file;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#file.read(start, end), { objectMode: false });
  }
}
