import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';

/** A word that is nowhere else: 16 letters that can be spoken, so that nothing takes it for a token. */
export function newMarker(): string {
  const letter = (from: string): string => from[randomInt(from.length)] ?? '';
  return Array.from({ length: 8 }, () => letter('bdfgklmnprstvz') + letter('aeiou')).join('');
}

/** Where a marker was found, and in which form. */
export interface Hit {
  readonly place: string;
  readonly marker: string;
  readonly form: string;
}

export type Markers = Readonly<Record<string, string>>;

/** Looks for markers in bytes: as UTF-8, UTF-16, hexadecimal and base64, also inside of what is deflated there. */
export function hitsIn(place: string, bytes: Buffer, markers: Markers): Hit[] {
  const inside = inflated(bytes);
  return Object.entries(markers).flatMap(([marker, text]) =>
    formsOf(text).flatMap(({ form, needle }) => [
      ...(bytes.includes(needle) ? [{ place, marker, form }] : []),
      ...(inside.some((content) => content.includes(needle)) ? [{ place, marker, form: `deflated ${form}` }] : []),
    ]),
  );
}

function formsOf(text: string): { form: string; needle: Buffer }[] {
  const bytes = Buffer.from(text, 'utf8');
  const forms = [
    { form: 'UTF-8', needle: bytes },
    { form: 'UTF-16LE', needle: Buffer.from(text, 'utf16le') },
    { form: 'UTF-16BE', needle: Buffer.from(text, 'utf16le').swap16() },
    { form: 'hexadecimal', needle: Buffer.from(bytes.toString('hex')) },
  ];
  for (const [encoding, source] of [
    ['base64', bytes],
    ['base64 of UTF-16LE', Buffer.from(text, 'utf16le')],
  ] as const) {
    // Base64 reads three bytes at a time, so the same text looks different at each of three places. The characters at
    // either end depend on the neighbours and are left out; letters of ASCII never give the two that base64url changes.
    for (const before of [0, 1, 2]) {
      const whole = Buffer.concat([Buffer.alloc(before), source])
        .toString('base64')
        .replaceAll('=', '');
      const needle = Buffer.from(whole.slice(before === 0 ? 0 : before + 1, -2));
      forms.push({ form: `${encoding}, shifted by ${before}`, needle });
    }
  }
  return forms;
}

const STARTS = [
  Buffer.from([0x1f, 0x8b, 0x08]),
  ...[0x01, 0x5e, 0x9c, 0xda].map((level) => Buffer.from([0x78, level])),
];
/** A compressed part that begins by chance is noise: only so many beginnings are tried. */
const TRIED = 2_000;

function inflated(bytes: Buffer): Buffer[] {
  const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 64 * 1024 * 1024 };
  const found: Buffer[] = [];
  const attempt = (open: () => Buffer): void => {
    try {
      const content = open();
      if (content.length >= 16) found.push(content);
    } catch {
      // It only looked like the beginning of something compressed.
    }
  };
  attempt(() => inflateRawSync(bytes, options));
  for (const start of STARTS) {
    let tried = 0;
    for (let at = bytes.indexOf(start); at >= 0 && tried < TRIED; at = bytes.indexOf(start, at + 1), tried += 1) {
      const part = bytes.subarray(at);
      attempt(() => (start.length === 3 ? gunzipSync(part, options) : inflateSync(part, options)));
    }
  }
  return found;
}

/** Every file below a folder, its name included. Files that go away while this looks are gone. */
export function hitsBelow(folder: string, markers: Markers): Hit[] {
  const hits: Hit[] = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    hits.push(...hitsIn(`name of ${path}`, Buffer.from(path.slice(folder.length)), markers));
    if (!entry.isFile()) continue;
    const bytes = readOrNull(path);
    if (bytes !== null) hits.push(...hitsIn(path, bytes, markers));
  }
  return hits;
}

/** Every regular file that a process has open, those without a name included (Linux). */
export function hitsInOpenFiles(pid: number, markers: Markers): { hits: Hit[]; looked: number } {
  const hits: Hit[] = [];
  let looked = 0;
  for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
    const link = `/proc/${pid}/fd/${descriptor}`;
    try {
      if (!statSync(link).isFile()) continue;
      hits.push(...hitsIn(`${link} -> ${readlinkSync(link)}`, readFileSync(link), markers));
      looked += 1;
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
  return { hits, looked };
}

function readOrNull(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH');
}
