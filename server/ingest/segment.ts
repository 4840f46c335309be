import { z } from 'zod';
import { type ParameterId, rank } from '../../shared/catalog.ts';
import { CorrectionFile } from '../../shared/correction.ts';
import { DaylightError } from '../../shared/errors.ts';
import type { Observation } from '../../shared/events/observation.ts';
import { SessionId } from '../../shared/ids.ts';

/** The content of one segment: observations of one parameter, as the batches brought them. */
export interface Segment {
  readonly parameter: ParameterId;
  /** One for each batch, in order of arrival: ingest stores one, compaction puts those of several segments together. */
  readonly parts: readonly SegmentPart[];
}

/** What one batch brought, in its order. */
export interface SegmentPart {
  readonly session: SessionId;
  readonly observations: readonly Observation[];
  /** What was said about some of them since; left out where nothing was. */
  readonly corrections?: readonly CorrectionFile[];
}

/**
 * A segment as bytes: one byte of version, two of how many sessions there are (big-endian), 16 of each session's id, then
 * JSON that names no key twice:
 *
 *     ["app", [0, 0, …], [12, 11, …], [["name", [[at …], [mono - at …], [span …], [name …]]], …]]
 *
 * First the session of each part, by its place among the ids, and the number of its observations. Then the observations
 * of all parts, one entry per run of one level; `at` and `mono - at` as the first value and then differences, which are
 * mostly small and alike, so that what compresses it afterwards finds little to store.
 *
 * Where something was said about records since, it is version 3, and a fifth entry has, for each part, what was said about its own.
 */
export function encodeSegment({ parameter, parts }: Segment): Uint8Array {
  const sessions = [...new Set(parts.map(({ session }) => session))];
  const places = new Map(sessions.map((session, place) => [session, place]));
  const runs = runsOf(parts.flatMap(({ observations }) => observations)).map(([level, run]) => [
    level,
    columnsOf(parameter, level, run),
  ]);
  const sizes = parts.map(({ observations }) => observations.length);
  const said = parts.map(({ corrections = [] }) => corrections);
  const hasSaid = said.some(({ length }) => length > 0);
  const content = [parameter, parts.map(({ session }) => places.get(session)), sizes, runs];
  const json = JSON.stringify(hasSaid ? [...content, said] : content);
  return Buffer.concat([
    headOf(sessions, hasSaid ? CORRECTED_VERSION : VERSION),
    ...sessions.map(uuidBytes),
    Buffer.from(json, 'utf8'),
  ]);
}

/** Reads what `encodeSegment` wrote. Throws DaylightError `internal` for bytes that are not a segment of a known version. */
export function decodeSegment(bytes: Uint8Array): Segment {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer[0] !== VERSION && buffer[0] !== CORRECTED_VERSION) throw unreadable(`version ${buffer[0] ?? 'none'}`);
  if (buffer.length < HEAD_BYTES) throw unreadable('it is cut short');
  const jsonAt = HEAD_BYTES + buffer.readUInt16BE(1) * UUID_BYTES;
  const sessions = sessionsOf(buffer.subarray(HEAD_BYTES, jsonAt));
  const content = parseJson(buffer.subarray(jsonAt));
  if (!isContent(content)) throw unreadable('its parts do not fit together');
  const [parameter, places, sizes, runs] = content;
  const said = correctionsOf(content[4], sizes.length);
  const observations = runs.flatMap(([level, columns]) => observationsOf(parameter, level, columns));
  let from = 0;
  const parts = sizes.map((size, index) => {
    const session = sessions[places[index] ?? -1];
    if (session === undefined) throw unreadable('a part names no session');
    from += size;
    const corrections = said[index] ?? [];
    const own = { session, observations: observations.slice(from - size, from) };
    return corrections.length === 0 ? own : { ...own, corrections };
  });
  if (places.length !== sizes.length || from !== observations.length) throw unreadable('its parts do not fit together');
  return { parameter, parts };
}

const VERSION = 2;
const CORRECTED_VERSION = 3;
const HEAD_BYTES = 3;
const UUID_BYTES = 16;

/**
 * The columns after `at`, `mono` and `span`, by parameter and level. Part of the stored format: a list may only grow, at
 * its end, and a test holds it against the observation schemas.
 */
export const columns = {
  session: { on: ['event', 'cause'] },
  activity: { active: ['active'], counts: ['keys', 'clicks', 'scrolls', 'moves'] },
  app: { category: ['category'], name: ['name'] },
  title: { redacted: ['title'], full: ['title'] },
  url: { category: ['category'], domain: ['domain'], host_path: ['host', 'path'] },
  screenshot: {
    blurred: ['image', 'digest', 'bytes', 'width', 'height'],
    full: ['image', 'digest', 'bytes', 'width', 'height'],
  },
  project: { on: ['project', 'task'] },
  notes: { on: ['note'] },
  device: { coarse: ['platform', 'arch'], full: ['platform', 'arch', 'osVersion', 'model', 'memoryGiB'] },
  timezone: { on: ['zone'] },
  diagnostics: { on: ['agentVersion', 'spoolBytes', 'waitingBatches', 'sensors'] },
} as const satisfies Record<ParameterId, Readonly<Record<string, readonly string[]>>>;

type Column = readonly unknown[];
type Run = readonly [level: string, columns: readonly Column[]];

function fieldsOf(parameter: ParameterId, level: string): readonly string[] {
  const ofParameter: Readonly<Record<string, readonly string[]>> = columns[parameter];
  const fields = ofParameter[level];
  if (fields === undefined) throw unreadable('its level is not in the register');
  return fields;
}

function runsOf(observations: readonly Observation[]): [level: string, run: Observation[]][] {
  const runs: [string, Observation[]][] = [];
  for (const observation of observations) {
    const last = runs.at(-1);
    if (last !== undefined && last[0] === observation.level) last[1].push(observation);
    else runs.push([observation.level, [observation]]);
  }
  return runs;
}

function columnsOf(parameter: ParameterId, level: string, run: readonly Observation[]): Column[] {
  const column = (field: string): Column => run.map((item) => (item as Readonly<Record<string, unknown>>)[field]);
  return [
    differences(run.map((item) => item.at)),
    differences(run.map((item) => item.mono - item.at)),
    run.map((item) => item.span),
    ...fieldsOf(parameter, level).map(column),
  ];
}

function observationsOf(parameter: ParameterId, level: string, stored: readonly Column[]): Observation[] {
  const [ats, monos, spans, ...rest] = stored;
  const fields = fieldsOf(parameter, level);
  if (ats === undefined || monos === undefined || spans === undefined) throw unreadable('a column is missing');
  // Compaction writes again what it read: a column that is passed over here would be gone.
  if (rest.length > fields.length) throw unreadable('it has more columns than this version knows');
  const mono = sums(monos);
  const observations = sums(ats).map((at, row): Record<string, unknown> => {
    return { parameter, level, at, mono: (mono[row] ?? 0) + at, span: spans[row] };
  });
  for (const [place, field] of fields.entries()) {
    const column = rest[place];
    for (const [row, observation] of observations.entries()) observation[field] = column?.[row];
  }
  // Sealed by this server after its gate admitted it, and authentic, or it would not have opened.
  return observations as unknown as Observation[];
}

function differences(values: readonly number[]): number[] {
  return values.map((value, index) => (index === 0 ? value : value - (values[index - 1] ?? 0)));
}

function sums(values: Column): number[] {
  let total = 0;
  return values.map((value) => {
    if (typeof value !== 'number') throw unreadable('a time is not a number');
    total += value;
    return total;
  });
}

type Content = [parameter: ParameterId, places: number[], sizes: number[], runs: Run[], said?: unknown];

function isContent(value: unknown): value is Content {
  if (!Array.isArray(value) || value.length < 4 || value.length > 5) return false;
  const [parameter, places, sizes, runs] = value as unknown[];
  if (typeof parameter !== 'string' || !Object.hasOwn(columns, parameter) || !Array.isArray(runs)) return false;
  if (!areCounts(places) || !areCounts(sizes)) return false;
  return runs.every(
    (run: unknown) =>
      Array.isArray(run) &&
      run.length === 2 &&
      typeof run[0] === 'string' &&
      rank(parameter as ParameterId, run[0]) > 0 &&
      Array.isArray(run[1]) &&
      run[1].every(Array.isArray),
  );
}

const Corrections = z.array(z.array(CorrectionFile));

/** For each part; empty where nothing was said about anything. */
function correctionsOf(said: unknown, parts: number): readonly (readonly CorrectionFile[])[] {
  if (said === undefined) return [];
  const parsed = Corrections.length(parts).safeParse(said);
  if (!parsed.success) throw unreadable('what was said about its records does not fit them');
  return parsed.data;
}

function areCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && one >= 0);
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw unreadable('it is not JSON');
  }
}

/** A day has few sessions, and a batch one. */
const MOST_SESSIONS = 65_535;

function headOf(sessions: readonly SessionId[], version: number): Buffer {
  if (sessions.length > MOST_SESSIONS) throw new RangeError(`a segment holds at most ${MOST_SESSIONS} sessions`);
  const head = Buffer.of(version, 0, 0);
  head.writeUInt16BE(sessions.length, 1);
  return head;
}

function sessionsOf(bytes: Buffer): SessionId[] {
  const sessions: SessionId[] = [];
  for (let at = 0; at + UUID_BYTES <= bytes.length; at += UUID_BYTES) {
    const session = SessionId.safeParse(uuidText(bytes.subarray(at, at + UUID_BYTES)));
    if (!session.success) throw unreadable('a session has no id');
    sessions.push(session.data);
  }
  return sessions;
}

function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

/** The text form of 16 bytes (RFC 9562 §4), lower case. */
function uuidText(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function unreadable(why: string): DaylightError {
  return new DaylightError('internal', `a stored segment cannot be read: ${why}`, {
    remedy: 'It was written by a newer version of Daylight, or the program is wrong. Nothing was changed.',
  });
}
