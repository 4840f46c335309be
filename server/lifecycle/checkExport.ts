import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { DaylightError, describeIssue } from '../../shared/errors.ts';
import { lineSchema, Manifest } from './portable.ts';

export interface CheckedExport {
  readonly manifest: Manifest;
  readonly files: number;
  /** Lines of all `.ndjson`. */
  readonly records: number;
}

/**
 * Whether an unpacked export is whole and of the form that it says: every file that its manifest names, with the bytes that it names, no
 * other file, and each line as its schema says. Throws DaylightError with the file, and the line, that is not; what stands there
 * is not repeated. Whose it is, and that nobody made it up, is not shown by this: nothing in it is signed.
 */
export async function checkExport(folder: string): Promise<CheckedExport> {
  const manifest = await manifestIn(folder);
  const named = new Set(['manifest.json', ...manifest.files.map(({ name }) => name)]);
  if (named.size !== manifest.files.length + 1) throw wrong('manifest.json', 'it names a file twice');
  const foreign = (await filesIn(folder)).find((name) => !named.has(name));
  if (foreign !== undefined) throw wrong(foreign, 'the manifest does not name it');
  let records = 0;
  for (const file of manifest.files) records += await checkFile(folder, file);
  return { manifest, files: named.size, records };
}

async function manifestIn(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch((cause: unknown) => {
    throw new DaylightError('not_found', `${folder}: there is no export here`, {
      remedy: 'Unpack the ZIP first, and give the folder that manifest.json is in.',
      cause,
    });
  });
  const parsed = Manifest.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw wrong('manifest.json', describeIssue(parsed.error, 'manifest').message);
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

async function checkFile(folder: string, file: Manifest['files'][number]): Promise<number> {
  const path = join(folder, file.name);
  const { bytes, sha256 } = await digestOf(path, file.name);
  if (bytes !== file.bytes || sha256 !== file.sha256) throw wrong(file.name, 'it was changed, or is not whole');
  if (!file.name.endsWith('.ndjson')) return 0;
  const schema = lineSchema(file.name);
  if (schema === null) throw wrong(file.name, 'an export of this version has no such file');
  let lines = 0;
  for await (const line of linesOf(path)) {
    lines += 1;
    const parsed = schema.safeParse(parseJson(line));
    if (!parsed.success) throw wrong(`${file.name}, line ${lines}`, describeIssue(parsed.error, 'line').message);
  }
  if (lines !== file.records) throw wrong(file.name, `expected ${String(file.records)} lines, found ${lines}`);
  return lines;
}

async function digestOf(path: string, name: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(path)) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
  } catch (cause) {
    throw wrong(name, 'it is not there, or cannot be read', cause);
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** A line ends with LF alone: other ends of lines may stand in a text. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of createReadStream(path, 'utf8')) {
    const lines = `${rest}${String(chunk)}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/** Undefined, which no schema takes, for what is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wrong(where: string, what: string, cause?: unknown): DaylightError {
  return new DaylightError('bad_request', `${where}: ${what}`, {
    remedy: 'Unpack the ZIP into an empty folder again, or download the export anew.',
    ...(cause === undefined ? {} : { cause }),
  });
}
