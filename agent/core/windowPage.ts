import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';

/** The built page, by the path that each file is asked for at. Nothing else is ever answered, whatever is asked. */
export type WindowPage = ReadonlyMap<string, PageFile>;

export interface PageFile {
  readonly type: string;
  read(): Promise<Uint8Array>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The table of the files that are in the folder now. Null when the page was not built there. */
export async function readWindowPage(folder: string): Promise<WindowPage | null> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const page = new Map<string, PageFile>();
  for (const entry of entries) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const asked = `/${relative(folder, path).split(sep).join('/')}`;
    page.set(asked === '/index.html' ? '/' : asked, { type, read: () => readFile(path) });
  }
  return page.has('/') ? page : null;
}
