import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { DaylightError } from '../../shared/errors.ts';
import { type CheckedExport, type ExportSource, readExport, wrongExport } from './readExport.ts';

const REMEDY = 'Unpack the ZIP into an empty folder again, or download the export anew.';

/** Whether an unpacked export is whole and of the form that it says: see `readExport`. */
export async function checkExport(folder: string): Promise<CheckedExport> {
  await stat(join(folder, 'manifest.json')).catch((cause: unknown) => {
    throw new DaylightError('not_found', `${folder}: there is no export here`, {
      remedy: 'Unpack the ZIP first, and give the folder that manifest.json is in.',
      cause,
    });
  });
  return readExport(await folderSource(folder), { remedy: REMEDY });
}

async function folderSource(folder: string): Promise<ExportSource> {
  return {
    names: await filesIn(folder),
    async *content(name) {
      try {
        for await (const chunk of createReadStream(join(folder, name))) yield chunk as Buffer;
      } catch (cause) {
        throw wrongExport(name, 'it is not there, or cannot be read', REMEDY, cause);
      }
    },
  };
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
}
