import { type ParameterId, rank } from '../../shared/catalog.ts';
import { DaylightError } from '../../shared/errors.ts';
import type { Observation } from '../../shared/events/observation.ts';
import { SessionId } from '../../shared/ids.ts';

/** The content of one segment: observations of one parameter in one working session, in the order of the batch. */
export interface Segment {
  readonly parameter: ParameterId;
  readonly session: SessionId;
  readonly observations: readonly Observation[];
}

/**
 * A segment as bytes: one byte of version, 16 bytes of session id, then JSON that names no key twice:
 *
 *     ["app", [["name", [[at …], [mono - at …], [span …], [name …]]], …]]
 *
 * One entry per run of observations of one level; `at` and `mono - at` as the first value and then differences, which are
 * mostly small and alike, so that what compresses it afterwards finds little to store.
 */
export function encodeSegment(segment: Segment): Uint8Array {
  const runs = runsOf(segment.observations).map(([level, run]) => [level, columnsOf(segment.parameter, level, run)]);
  const json = Buffer.from(JSON.stringify([segment.parameter, runs]), 'utf8');
  return Buffer.concat([Buffer.of(VERSION), uuidBytes(segment.session), json]);
}

/** Reads what `encodeSegment` wrote. Throws DaylightError `internal` for bytes that are not a segment of a known version. */
export function decodeSegment(bytes: Uint8Array): Segment {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer[0] !== VERSION) throw unreadable(`version ${buffer[0] ?? 'none'}`);
  const session = SessionId.safeParse(uuidText(buffer.subarray(1, 17)));
  const content = parseJson(buffer.subarray(17));
  if (!session.success || !isContent(content)) throw unreadable('its parts do not fit together');
  const [parameter, runs] = content;
  return {
    parameter,
    session: session.data,
    observations: runs.flatMap(([level, columns]) => observationsOf(parameter, level, columns)),
  };
}

const VERSION = 1;

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
  if (ats === undefined || monos === undefined || spans === undefined) throw unreadable('a column is missing');
  const fields = fieldsOf(parameter, level);
  const at = sums(ats);
  const mono = sums(monos);
  return at.map((instant, row) => {
    const named = fields.map((field, index) => [field, rest[index]?.[row]] as const);
    const observation = {
      parameter,
      level,
      at: instant,
      mono: (mono[row] ?? 0) + instant,
      span: spans[row],
      ...Object.fromEntries(named),
    };
    // Sealed by this server after its gate admitted it, and authentic, or it would not have opened.
    return observation as unknown as Observation;
  });
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

function isContent(value: unknown): value is [ParameterId, Run[]] {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [parameter, runs] = value as unknown[];
  if (typeof parameter !== 'string' || !Object.hasOwn(columns, parameter) || !Array.isArray(runs)) return false;
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

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw unreadable('it is not JSON');
  }
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
