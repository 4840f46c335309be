import { z } from 'zod';

/**
 * The register of everything Daylight can collect. A field that is not registered here has no schema, no storage and no
 * switch, and a frame that carries it is refused. Wire schema, agent gate, ingest gate, console, notice and record of
 * processing are all read from it.
 *
 * What is never collected has no entry and cannot be given one by a setting: key content or codes, pointer
 * coordinates, clipboard, webcam, audio, location, file contents, background windows.
 */
export const catalog = {
  session: {
    levels: ['off', 'on'],
    default: 'on',
    source: 'entered',
    sensitivity: 'low',
    purpose: 'working_time',
    retentionDays: { default: 365, ceiling: 1_095 },
    label: 'Working sessions',
    named: 'working sessions',
    notice: { on: 'When you start and stop tracking, when you pause, and gaps such as a locked or sleeping computer.' },
  },
  activity: {
    levels: ['off', 'active', 'counts'],
    default: 'off',
    source: 'observed',
    sensitivity: 'medium',
    purpose: 'workload_review',
    retentionDays: { default: 90, ceiling: 365 },
    label: 'Activity level',
    named: 'activity level',
    notice: {
      active: 'Whether there was any keyboard or mouse input in each ten minutes: yes or no.',
      counts: 'How many key presses, clicks, scrolls and pointer moves there were in each minute. Never which keys.',
    },
  },
  app: {
    levels: ['off', 'category', 'name'],
    default: 'off',
    source: 'observed',
    sensitivity: 'medium',
    purpose: 'project_costing',
    retentionDays: { default: 60, ceiling: 365 },
    label: 'Active application',
    named: 'active application',
    notice: {
      category: 'The kind of application in front, such as "development" or "communication".',
      name: 'The name of the application in front.',
    },
  },
  title: {
    levels: ['off', 'redacted', 'full'],
    default: 'off',
    source: 'observed',
    sensitivity: 'high',
    purpose: 'project_costing',
    retentionDays: { default: 30, ceiling: 180 },
    label: 'Window title',
    named: 'window title',
    notice: {
      redacted: 'The title of the window in front, with e-mail addresses, numbers, links and quoted text removed.',
      full: 'The title of the window in front. Titles can show subjects of messages and names of documents.',
    },
  },
  url: {
    levels: ['off', 'category', 'domain', 'host_path'],
    default: 'off',
    source: 'observed',
    sensitivity: 'high',
    purpose: 'project_costing',
    retentionDays: { default: 30, ceiling: 180 },
    label: 'Active site',
    named: 'active site',
    notice: {
      category: 'The kind of site in front, such as "development" or "news".',
      domain: 'The domain of the site in front, such as example.com.',
      host_path: 'The host and path of the page in front, never what follows "?" or "#".',
    },
  },
  screenshot: {
    levels: ['off', 'blurred', 'full'],
    default: 'off',
    source: 'observed',
    sensitivity: 'high',
    purpose: 'workload_review',
    retentionDays: { default: 14, ceiling: 90 },
    label: 'Screenshots',
    named: 'screenshots',
    notice: {
      blurred: 'A blurred picture of the screen, at most one in five minutes, announced each time; you can drop it.',
      full: 'A picture of the screen, at most one in five minutes, announced each time; you can drop it.',
    },
  },
  project: {
    levels: ['off', 'on'],
    default: 'on',
    source: 'entered',
    sensitivity: 'low',
    purpose: 'project_costing',
    retentionDays: { default: 365, ceiling: 1_095 },
    label: 'Project and task',
    named: 'project and task',
    notice: { on: 'The project and the task that you choose while you track.' },
  },
  notes: {
    levels: ['off', 'on'],
    default: 'off',
    source: 'entered',
    sensitivity: 'medium',
    purpose: 'project_costing',
    retentionDays: { default: 180, ceiling: 730 },
    label: 'Notes',
    named: 'notes',
    notice: { on: 'The notes that you write while you track.' },
  },
  device: {
    levels: ['off', 'coarse', 'full'],
    default: 'off',
    source: 'observed',
    sensitivity: 'low',
    purpose: 'security',
    retentionDays: { default: 90, ceiling: 365 },
    label: 'Device',
    named: 'device',
    notice: {
      coarse: 'The operating system and processor family of your computer.',
      full: 'The operating system and its version, the hardware model, processor family and memory size of your computer.',
    },
  },
  timezone: {
    levels: ['off', 'on'],
    default: 'off',
    source: 'observed',
    sensitivity: 'low',
    purpose: 'working_time',
    retentionDays: { default: 90, ceiling: 365 },
    label: 'Time zone',
    named: 'time zone',
    notice: { on: 'The time zone that your computer is set to. Never where you are.' },
  },
  diagnostics: {
    levels: ['off', 'on'],
    default: 'off',
    source: 'observed',
    sensitivity: 'low',
    purpose: 'support',
    retentionDays: { default: 30, ceiling: 90 },
    label: 'Diagnostics',
    named: 'diagnostics',
    notice: { on: 'The version of Daylight, how much waits to be sent, and which sensors work. Nothing you do.' },
  },
} as const satisfies Record<string, CatalogEntry>;

interface CatalogEntry {
  /** From least to most; the first is always `off`. */
  readonly levels: readonly ['off', ...string[]];
  readonly default: string;
  /** `observed` by a sensor, or `entered` by the employee; the two have different leases (DESIGN, Lease). */
  readonly source: 'observed' | 'entered';
  readonly sensitivity: 'low' | 'medium' | 'high';
  readonly purpose: Purpose;
  readonly retentionDays: { readonly default: number; readonly ceiling: number };
  /** As a heading. */
  readonly label: string;
  /** Within a sentence. */
  readonly named: string;
  /** What a person is told about each level above `off`. */
  readonly notice: Readonly<Record<string, string>>;
}

export const Purpose = z.enum(['working_time', 'workload_review', 'project_costing', 'security', 'support']);
export type Purpose = z.infer<typeof Purpose>;

export type ParameterId = keyof typeof catalog;
export type LevelOf<P extends ParameterId> = (typeof catalog)[P]['levels'][number];
/** Any level of any parameter. Compare two only through `rank`, which knows whose levels they are. */
export type Level = LevelOf<ParameterId>;

export const parameterIds = Object.keys(catalog) as [ParameterId, ...ParameterId[]];
export const ParameterId = z.enum(parameterIds);

/** Position of a level in its parameter's order, 0 for `off`; -1 for a level that the parameter does not have. */
export function rank(parameter: ParameterId, level: string): number {
  return (catalog[parameter].levels as readonly string[]).indexOf(level);
}

/** True when `level` is one of the parameter's levels. */
export function hasLevel(parameter: ParameterId, level: string): level is Level {
  return rank(parameter, level) >= 0;
}

/** The lesser of two levels; a level that the parameter does not have counts as `off`. */
export function least(parameter: ParameterId, a: string, b: string): Level {
  const position = Math.max(0, Math.min(rank(parameter, a), rank(parameter, b)));
  return catalog[parameter].levels[position] ?? 'off';
}
