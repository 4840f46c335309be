import { PassThrough, Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import type { UnixMs } from '../../shared/time.ts';
import type { ExportFile } from './exportWriting.ts';

/**
 * The files as one ZIP (APPNOTE 6.3), made while it is read and no faster. When whoever reads it goes away, or a file cannot be made,
 * it ends with an error, without its directory, and so that nobody takes it for whole; `files` is ended in each case.
 */
export function zipOf(files: AsyncIterable<ExportFile>, at: UnixMs): Readable {
  const zip = new ZipFile();
  const output = new PassThrough();
  const abort = new AbortController();
  const fail = (cause: unknown) =>
    output.destroy(cause instanceof Error ? cause : new Error('the export failed', { cause }));
  zip.on('error', fail);
  output.once('close', () => abort.abort());
  pipeline(zip.outputStream, output).catch(fail);
  add(zip, files, new Date(at), abort.signal).catch(fail);
  return output;
}

async function add(zip: ZipFile, files: AsyncIterable<ExportFile>, mtime: Date, signal: AbortSignal): Promise<void> {
  for await (const { name, compress, content } of files) {
    signal.throwIfAborted();
    const source = Readable.from(content, { objectMode: false, highWaterMark: 64 * 1024, signal });
    zip.addReadStreamLazy(name, { mtime, compress, mode: 0o100600 }, (ready) => ready(null, source));
    await finished(source);
  }
  zip.end();
}
