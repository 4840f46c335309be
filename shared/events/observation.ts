import { z } from 'zod';
import { type ParameterId, parameterIds } from '../catalog.ts';
import { ImageId } from '../ids.ts';
import { issueWords } from '../issueWords.ts';
import { AppCategory, SiteCategory } from '../policy/workCategories.ts';
import { Digest } from '../signed.ts';
import { text as anyText } from '../text.ts';
import { isTimeZone, MonoMs, SpanMs, UnixMs } from '../time.ts';

/**
 * One strict schema per parameter and level. What is not here cannot be sent: there is no field for a key, a code, a
 * coordinate or a query string. `at` is the wall clock at the start, `mono` the monotonic clock at the same moment, and
 * `span` how long it lasted (0 for a moment). Text is bounded in UTF-16 code units.
 */
const when = { at: UnixMs, mono: MonoMs, span: SpanMs };

const text = (max: number) => anyText(1, max);

const counter = z.int().min(0).max(100_000);

export const SESSION_EVENTS = ['start', 'stop', 'pause', 'resume', 'gap'] as const;

/** Why a session stopped, or why there is a gap in it. `start`, `pause` and `resume` carry `employee`. */
export const SESSION_CAUSES = [
  'employee', // they pressed the button
  'idle', // no input, and they discarded the time
  'locked',
  'asleep',
  'clock_jump',
  'crash', // the agent ended without a stop; closed at the last evidence
  'elsewhere', // started on another device of the same person
  'shutdown', // the agent was asked to end
  'not_allowed', // sessions were switched off or their terms widened, or nothing confirms any more that they may be recorded
] as const;

const session = z.strictObject({
  parameter: z.literal('session'),
  level: z.literal('on'),
  ...when,
  event: z.enum(SESSION_EVENTS),
  cause: z.enum(SESSION_CAUSES),
});

const activityActive = z.strictObject({
  parameter: z.literal('activity'),
  level: z.literal('active'),
  ...when,
  active: z.boolean(),
});
const activityCounts = z.strictObject({
  parameter: z.literal('activity'),
  level: z.literal('counts'),
  ...when,
  keys: counter,
  clicks: counter,
  scrolls: counter,
  moves: counter,
});

/** `private`: in front was something excluded, a private window, or a window whose privacy is not known. */
const appCategory = z.strictObject({
  parameter: z.literal('app'),
  level: z.literal('category'),
  ...when,
  category: z.union([AppCategory, z.literal('private')]),
});
const appName = z.strictObject({ parameter: z.literal('app'), level: z.literal('name'), ...when, name: text(128) });

const titleRedacted = z.strictObject({
  parameter: z.literal('title'),
  level: z.literal('redacted'),
  ...when,
  title: text(512),
});
const titleFull = z.strictObject({
  parameter: z.literal('title'),
  level: z.literal('full'),
  ...when,
  title: text(512),
});

const host = z
  .string()
  .max(253)
  .regex(/^(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*$/, 'expected a host name in lower case, IDNs as xn--');

const urlCategory = z.strictObject({
  parameter: z.literal('url'),
  level: z.literal('category'),
  ...when,
  category: z.union([SiteCategory, z.literal('private')]),
});
const urlDomain = z.strictObject({ parameter: z.literal('url'), level: z.literal('domain'), ...when, domain: host });
const urlHostPath = z.strictObject({
  parameter: z.literal('url'),
  level: z.literal('host_path'),
  ...when,
  host,
  path: z
    .string()
    .max(1_024)
    .regex(/^\/[^?#\s]*$/, 'expected a path that starts with / and has no query or fragment'),
});

const image = {
  ...when,
  image: ImageId,
  digest: Digest,
  bytes: z
    .int()
    .min(64)
    .max(2 * 1024 * 1024),
  width: z.int().min(16).max(16_384),
  height: z.int().min(16).max(16_384),
};
const screenshotBlurred = z.strictObject({ parameter: z.literal('screenshot'), level: z.literal('blurred'), ...image });
const screenshotFull = z.strictObject({ parameter: z.literal('screenshot'), level: z.literal('full'), ...image });

/** From here on this project and task, until the next of its kind or the end of the session. Null: none. */
const project = z.strictObject({
  parameter: z.literal('project'),
  level: z.literal('on'),
  ...when,
  project: text(200).nullable(),
  task: text(200).nullable(),
});

const notes = z.strictObject({ parameter: z.literal('notes'), level: z.literal('on'), ...when, note: text(2_000) });

const platform = z.enum(['linux', 'darwin', 'win32']);
const arch = z.enum(['x64', 'arm64', 'other']);
const deviceCoarse = z.strictObject({
  parameter: z.literal('device'),
  level: z.literal('coarse'),
  ...when,
  platform,
  arch,
});
const deviceFull = z.strictObject({
  parameter: z.literal('device'),
  level: z.literal('full'),
  ...when,
  platform,
  arch,
  osVersion: text(128),
  model: text(128).nullable(),
  memoryGiB: z.int().min(1).max(65_536),
});

const timezone = z.strictObject({
  parameter: z.literal('timezone'),
  level: z.literal('on'),
  ...when,
  zone: z
    .string()
    .max(64)
    .regex(/^[A-Za-z][A-Za-z0-9_+/-]*$/, 'expected an IANA time zone name')
    .refine((zone) => zone.length <= 64 && isTimeZone(zone), 'expected an IANA time zone name'),
});

const diagnostics = z.strictObject({
  parameter: z.literal('diagnostics'),
  level: z.literal('on'),
  ...when,
  agentVersion: text(32),
  spoolBytes: z.int().min(0),
  waitingBatches: z.int().min(0),
  sensors: z.array(z.strictObject({ parameter: z.enum(parameterIds), works: z.boolean() })).max(16),
});

/** Every observation schema, by parameter and level. A test checks it against the catalogue, level by level. */
export const observationSchemas = {
  session: { on: session },
  activity: { active: activityActive, counts: activityCounts },
  app: { category: appCategory, name: appName },
  title: { redacted: titleRedacted, full: titleFull },
  url: { category: urlCategory, domain: urlDomain, host_path: urlHostPath },
  screenshot: { blurred: screenshotBlurred, full: screenshotFull },
  project: { on: project },
  notes: { on: notes },
  device: { coarse: deviceCoarse, full: deviceFull },
  timezone: { on: timezone },
  diagnostics: { on: diagnostics },
} as const;

const variants = [
  session,
  activityActive,
  activityCounts,
  appCategory,
  appName,
  titleRedacted,
  titleFull,
  urlCategory,
  urlDomain,
  urlHostPath,
  screenshotBlurred,
  screenshotFull,
  project,
  notes,
  deviceCoarse,
  deviceFull,
  timezone,
  diagnostics,
] as const;

export type Observation = z.infer<(typeof variants)[number]>;
export type ObservationOf<P extends ParameterId> = Extract<Observation, { parameter: P }>;

const byKind = new Map<string, z.ZodType<Observation>>(
  Object.entries(observationSchemas).flatMap(([parameter, levels]) =>
    Object.entries<z.ZodType<Observation>>(levels).map(([level, schema]): [string, z.ZodType<Observation>] => [
      `${parameter}:${level}`,
      schema,
    ]),
  ),
);

/** Any observation, for documents and generated schemas; `parseObservation` is faster. */
export const Observation: z.ZodType<Observation> = z.union(variants);

/** Parses one observation by looking its schema up; returns the first problem as a sentence when it is malformed. */
export function parseObservation(
  input: unknown,
): { ok: true; observation: Observation } | { ok: false; parameter: ParameterId | null; problem: string } {
  const { parameter, level } = kindOf(input);
  const schema = byKind.get(`${parameter}:${level}`);
  const known = parameterIds.find((id) => id === parameter) ?? null;
  if (schema === undefined) {
    const problem = known === null ? 'parameter: not in the register' : `level: ${known} has no such level`;
    return { ok: false, parameter: known, problem };
  }
  const result = schema.safeParse(input);
  if (result.success) return { ok: true, observation: result.data };
  const issue = result.error.issues[0];
  const words = issue === undefined ? 'is not valid' : issueWords(issue);
  return { ok: false, parameter: known, problem: `${issue?.path.join('.') ?? ''}: ${words}` };
}

function kindOf(input: unknown): { parameter: string; level: string } {
  if (typeof input !== 'object' || input === null) return { parameter: '', level: '' };
  const { parameter, level } = input as { parameter?: unknown; level?: unknown };
  return { parameter: typeof parameter === 'string' ? parameter : '', level: typeof level === 'string' ? level : '' };
}
