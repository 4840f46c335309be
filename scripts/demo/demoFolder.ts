import { mkdir, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { codeOf } from '../../agent/core/files.ts';

/** What marks a folder as one that the demo made, and all that it made. Readable by this account alone. */
const Marker = z.strictObject({
  daylightDemo: z.literal(1),
  /** Null while it is being made: what is there then is not whole. */
  made: z
    .strictObject({
      ownerEmail: z.string(),
      manager: z
        .strictObject({ email: z.string(), password: z.string(), recoveryCodes: z.array(z.string()) })
        .nullable(),
      employee: z.strictObject({ email: z.string(), password: z.string() }).nullable(),
    })
    .nullable(),
});
export type Made = NonNullable<z.infer<typeof Marker>['made']>;

export type DemoFolder =
  | { readonly kind: 'free' }
  | { readonly kind: 'unfinished' }
  | { readonly kind: 'made'; readonly made: Made }
  /** Something else is in it, which the demo must not touch. */
  | { readonly kind: 'foreign'; readonly what: string };

const MARKER = 'demo.json';
const [SERVER, COMPUTERS] = ['server', 'computers'];

/** Where the server's own data is. */
export function dataOf(folder: string): string {
  return path.join(folder, SERVER);
}

/** Where the computers are of those who work while the demo is served. */
export function computersOf(folder: string): string {
  return path.join(folder, COMPUTERS);
}

export async function lookInto(folder: string): Promise<DemoFolder> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw new Error(`${folder} cannot be looked into (${codeOf(error)}). Name another folder with --data.`);
  });
  if (names.length === 0) return { kind: 'free' };
  const marker = await readMarker(folder);
  if (marker === null) return { kind: 'foreign', what: names.slice(0, 3).join(', ') };
  const other = names.filter((name) => ![MARKER, SERVER, COMPUTERS].includes(name));
  if (other.length > 0) return { kind: 'foreign', what: other.slice(0, 3).join(', ') };
  return marker.made === null ? { kind: 'unfinished' } : { kind: 'made', made: marker.made };
}

/** Marks the folder before anything else is put into it, so that what a broken run leaves can be told and removed. */
export async function begin(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeMarker(folder, null);
  await mkdir(dataOf(folder), { mode: 0o700 });
  await mkdir(computersOf(folder), { mode: 0o700 });
}

export async function finish(folder: string, made: Made): Promise<void> {
  await writeMarker(folder, made);
}

/** Only what the demo put there, its marker last: a removal that is interrupted can be run again. */
export async function remove(folder: string): Promise<void> {
  await rm(computersOf(folder), { recursive: true, force: true });
  await rm(dataOf(folder), { recursive: true, force: true });
  await rm(path.join(folder, MARKER), { force: true });
  await rmdir(folder);
}

async function readMarker(folder: string): Promise<z.infer<typeof Marker> | null> {
  const text = await readFile(path.join(folder, MARKER), 'utf8').catch(() => '');
  try {
    return Marker.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

async function writeMarker(folder: string, made: Made | null): Promise<void> {
  const text = JSON.stringify({ daylightDemo: 1, made } satisfies z.infer<typeof Marker>, null, 2);
  await writeFile(path.join(folder, MARKER), `${text}\n`, { mode: 0o600 });
}
