import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';
import { ZipFile } from 'yazl';
import type { Json } from './api.ts';

export type Files = Map<string, Buffer>;

export async function unzipped(zip: Buffer): Promise<Files> {
  const files: Files = new Map();
  const opened = await fromBufferPromise(zip, { lazyEntries: true });
  for await (const entry of opened.eachEntry())
    files.set(entry.fileName, await buffer(await opened.openReadStreamPromise(entry)));
  return files;
}

export function zipped(files: Files): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content] of files) zip.addBuffer(content, name);
  zip.end();
  return buffer(zip.outputStream);
}

export function linesOf(files: Files, name: string): Json[] {
  const text = files.get(name)?.toString('utf8') ?? '';
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** The files with other content, as somebody would write them who wants the manifest to agree. */
export function resummed(files: Files, changes: Readonly<Record<string, string | Buffer>>): Files {
  const changed = new Map([
    ...files,
    ...Object.entries(changes).map(([name, text]) => [name, Buffer.from(text)] as const),
  ]);
  const manifest = JSON.parse(changed.get('manifest.json')?.toString('utf8') ?? '{}');
  for (const file of manifest.files) {
    const content = changed.get(file.name) ?? Buffer.alloc(0);
    file.bytes = content.length;
    file.sha256 = createHash('sha256').update(content).digest('hex');
    if (file.name.endsWith('.ndjson')) file.records = content.toString('utf8').split('\n').length - 1;
  }
  return changed.set('manifest.json', Buffer.from(JSON.stringify(manifest)));
}
