import fc from 'fast-check';
import { catalog, type ParameterId, parameterIds } from '../../shared/catalog.ts';
import type { Observation } from '../../shared/events/observation.ts';
import { sha256, webp } from './ingestKit.ts';

/** One valid observation of every parameter and level, without its times. */
export const examples = {
  session: { on: { event: 'start', cause: 'employee' } },
  activity: { active: { active: true }, counts: { keys: 120, clicks: 8, scrolls: 3, moves: 400 } },
  app: { category: { category: 'development' }, name: { name: 'Code' } },
  title: { redacted: { title: 'Quarterly plan' }, full: { title: 'Quarterly plan.odt — Writer' } },
  url: {
    category: { category: 'reference' },
    domain: { domain: 'example.com' },
    host_path: { host: 'docs.example.com', path: '/guide' },
  },
  screenshot: { blurred: screenshot(1), full: screenshot(2) },
  project: { on: { project: 'Website', task: null } },
  notes: { on: { note: 'called the printer' } },
  device: {
    coarse: { platform: 'linux', arch: 'x64' },
    full: { platform: 'linux', arch: 'x64', osVersion: 'Debian 13', model: null, memoryGiB: 16 },
  },
  timezone: { on: { zone: 'Europe/Berlin' } },
  diagnostics: {
    on: { agentVersion: '0.1.0', spoolBytes: 10, waitingBatches: 0, sensors: [{ parameter: 'app', works: true }] },
  },
} as const satisfies Record<ParameterId, Record<string, Record<string, unknown>>>;

function screenshot(fill: number) {
  const bytes = webp(4_096, fill);
  return {
    image: `aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaa${fill}`,
    digest: sha256(bytes),
    bytes: bytes.length,
    width: 640,
    height: 480,
  };
}

export interface Example {
  readonly parameter: ParameterId;
  readonly level: string;
  readonly fields: Record<string, unknown>;
}

export const everyExample: readonly Example[] = parameterIds.flatMap((parameter) =>
  Object.entries<Record<string, unknown>>(examples[parameter]).map(([level, fields]) => ({ parameter, level, fields })),
);

/** The highest level of a parameter that it has. */
export function highest(parameter: ParameterId): string {
  return catalog[parameter].levels.at(-1) ?? 'off';
}

/** Valid observations of one parameter at any of its levels, at random times. */
export function observationsOf(parameter: ParameterId): fc.Arbitrary<Observation[]> {
  const one = fc.record({
    example: fc.constantFrom(...everyExample.filter((example) => example.parameter === parameter)),
    at: fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 }),
    mono: fc.nat({ max: 2 ** 40 }),
    span: fc.nat({ max: 60_000 }),
  });
  return fc.array(
    one.map(({ example, ...when }) => ({ parameter, level: example.level, ...when, ...example.fields }) as Observation),
    { maxLength: 40 },
  );
}
