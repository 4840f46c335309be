import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DaylightError } from '../shared/errors.ts';
import { isMissing, writeDurably } from './durable.ts';

/** Where people open the console of the server of this folder, as of its last start: commands beside it print links to there. */
const FILE = 'address';

export async function noteAddress(folder: string, origin: string): Promise<void> {
  // What one that was killed has left.
  await rm(join(folder, `${FILE}.tmp`), { force: true });
  await writeDurably(folder, FILE, Buffer.from(`${new URL(origin).origin}\n`));
}

/** Null before the first start. Throws DaylightError `bad_request` for a file that holds no address. */
export async function lastAddress(folder: string): Promise<string | null> {
  const file = join(folder, FILE);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    // What else is wrong with the folder is said by whoever opens it.
    if (isMissing(cause)) return null;
    throw new DaylightError('bad_request', `${file}: cannot be read`, { remedy: 'Give --public-url.', cause });
  });
  const origin = text?.trim() ?? null;
  if (origin === null || (URL.canParse(origin) && new URL(origin).origin === origin)) return origin;
  throw new DaylightError('bad_request', `${file}: expected the address at which the server listens`, {
    remedy: 'Give --public-url, or start the server once more.',
  });
}
