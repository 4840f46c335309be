import { createHash } from 'node:crypto';
import { z } from 'zod';
import { DaylightError, describeIssue } from '../../shared/errors.ts';
import { EXPORT_FORMAT, EXPORT_VERSION, lineSchema, Manifest } from './portable.ts';

/** What an export is read from: an unpacked folder, or a ZIP. */
export interface ExportSource {
  /** The paths of all files. */
  readonly names: readonly string[];
  /** Fails with DaylightError for what is not there or cannot be read. */
  content(name: string): AsyncIterable<Uint8Array>;
}

export interface ReadingOptions {
  /** What to do about an export that is not right. */
  readonly remedy: string;
  readonly limits?: ReadLimits;
  /** False for what was read before, and cannot have changed since. */
  readonly digests?: boolean;
  /** Told of the manifest, before any file of it is read. */
  readonly begun?: (manifest: Manifest) => void;
  /** Told of each line of each `.ndjson`, once it is as its schema says; those of one file in order. */
  readonly line?: (file: ExportLine) => void | Promise<void>;
  /** Told of each other file, once the lines are done, with its bytes, which are as the manifest says. */
  readonly file?: (name: string, content: () => AsyncIterable<Uint8Array>) => Promise<void>;
  /** Told how many bytes were read since. */
  readonly read?: (bytes: number) => void;
}

export interface ReadLimits {
  readonly files: number;
  readonly manifestBytes: number;
  /** All files together. */
  readonly unpackedBytes: number;
  readonly lineBytes: number;
}

export interface ExportLine {
  readonly name: string;
  /** From 1. */
  readonly number: number;
  readonly value: unknown;
}

export interface CheckedExport {
  readonly manifest: Manifest;
  readonly files: number;
  /** Lines of all `.ndjson`. */
  readonly records: number;
}

/** More than any export of ours has, so that a disk or a memory is not filled by one that nobody made. */
const widest: ReadLimits = {
  files: 10_000_000,
  manifestBytes: 1_024 * 1024 * 1024,
  unpackedBytes: Number.MAX_SAFE_INTEGER,
  lineBytes: 16 * 1024 * 1024,
};

/**
 * Whether an export is whole and of the form that it says: every file that its manifest names, with the bytes that it names, no
 * other file, and each line as its schema says. No more of it is in memory at once than its manifest and one line. Throws DaylightError with the
 * file, and the line, that is not; what stands there is not repeated. Whose it is, and that nobody made it up, is not shown by this: nothing in it is signed.
 */
export async function readExport(source: ExportSource, options: ReadingOptions): Promise<CheckedExport> {
  const { limits = widest, digests = true, remedy } = options;
  const wrong = (where: string, what: string): DaylightError => wrongExport(where, what, remedy);
  const manifest = await manifestOf(source, options, limits);
  const named = new Set(['manifest.json', ...manifest.files.map(({ name }) => name)]);
  if (named.size !== manifest.files.length + 1) throw wrong('manifest.json', 'it names a file twice');
  const foreign = source.names.find((name) => !named.has(name));
  if (foreign !== undefined) throw wrong(shown(foreign), 'the manifest does not name it');
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  if (manifest.files.some((file) => file.bytes < 0) || bytes > limits.unpackedBytes)
    throw wrong('manifest.json', `its files are longer than ${limits.unpackedBytes} bytes together`);
  options.begun?.(manifest);
  let records = 0;
  const areLines = ({ name }: Manifest['files'][number]): boolean => name.endsWith('.ndjson');
  for (const file of manifest.files.filter(areLines)) {
    if (digests) await requireDigest(source, file, options);
    records += await linesOfFile(source, file, options, limits);
  }
  for (const file of manifest.files.filter((one) => !areLines(one))) {
    if (digests) await requireDigest(source, file, options);
    await options.file?.(file.name, () => source.content(file.name));
  }
  return { manifest, files: named.size, records };
}

/** What is said of an export that is not right: where, what, and what to do. */
export function wrongExport(where: string, what: string, remedy: string, cause?: unknown): DaylightError {
  return new DaylightError('bad_request', `${where}: ${what}`, {
    remedy,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A name that somebody else chose may be anything. */
function shown(name: string): string {
  return /^[\w./-]{1,100}$/.test(name) ? name : 'a file';
}

/** The name of a field that should not be there is somebody else's word too. */
function briefly(error: z.ZodError, subject: string): string {
  const { message } = describeIssue(error, subject);
  return message.replace(/[^\x20-\x7e]/g, '?').slice(0, 200);
}

const AnyExport = z.looseObject({ format: z.literal(EXPORT_FORMAT), version: z.int() });

async function manifestOf(source: ExportSource, options: ReadingOptions, limits: ReadLimits): Promise<Manifest> {
  const wrong = (what: string): DaylightError => wrongExport('manifest.json', what, options.remedy);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of source.content('manifest.json')) {
    bytes += chunk.length;
    if (bytes > limits.manifestBytes) throw wrong(`it is longer than ${limits.manifestBytes} bytes`);
    chunks.push(chunk);
  }
  const json = parseJson(Buffer.concat(chunks));
  const known = AnyExport.safeParse(json);
  if (!known.success) throw wrong(`it is not the manifest of a ${EXPORT_FORMAT}`);
  if (known.data.version !== EXPORT_VERSION) {
    const what = `it is of version ${known.data.version}, and this Daylight reads version ${EXPORT_VERSION}`;
    throw wrongExport('manifest.json', what, 'Bring one of the two servers to the other’s version of Daylight.');
  }
  const parsed = Manifest.safeParse(json);
  if (!parsed.success) throw wrong(briefly(parsed.error, 'manifest'));
  if (parsed.data.files.length > limits.files) throw wrong(`it names more than ${limits.files} files`);
  return parsed.data;
}

async function requireDigest(
  source: ExportSource,
  file: Manifest['files'][number],
  { remedy, read }: ReadingOptions,
): Promise<void> {
  const changed = (): DaylightError => wrongExport(file.name, 'it was changed, or is not whole', remedy);
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of source.content(file.name)) {
    bytes += chunk.length;
    if (bytes > file.bytes) throw changed(); // and not read on: it may never end
    hash.update(chunk);
    read?.(chunk.length);
  }
  if (bytes !== file.bytes || hash.digest('hex') !== file.sha256) throw changed();
}

async function linesOfFile(
  source: ExportSource,
  file: Manifest['files'][number],
  { remedy, line: tell, read }: ReadingOptions,
  { lineBytes }: ReadLimits,
): Promise<number> {
  const { name } = file;
  const schema = lineSchema(name);
  if (schema === null) throw wrongExport(name, 'an export of this version has no such file', remedy);
  let number = 0;
  for await (const line of linesIn(source.content(name), lineBytes, read)) {
    number += 1;
    const where = `${name}, line ${number}`;
    if (line.length > lineBytes) throw wrongExport(where, `it is longer than ${lineBytes} bytes`, remedy);
    const parsed = schema.safeParse(parseJson(line));
    if (!parsed.success) throw wrongExport(where, briefly(parsed.error, 'line'), remedy);
    await tell?.({ name, number, value: parsed.data });
  }
  if (number === file.records) return number;
  throw wrongExport(name, `expected ${String(file.records)} lines, found ${number}`, remedy);
}

const LF = 0x0a;

/** A line ends with LF alone: other ends of lines may stand in a text. One that is longer than `most` is given up early, too long. */
async function* linesIn(
  chunks: AsyncIterable<Uint8Array>,
  most: number,
  read: ReadingOptions['read'],
): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, from)) {
      yield bytes.subarray(from, end);
      from = end + 1;
    }
    rest = bytes.subarray(from);
    if (rest.length > most) break;
    read?.(chunk.length);
  }
  if (rest.length > 0) yield rest;
}

/** Undefined, which no schema takes, for what is no JSON, or no UTF-8. */
function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
