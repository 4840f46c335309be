import type { z } from 'zod';
import type { ParameterId } from '../catalog.ts';
import type { MonoMs, UnixMs } from '../time.ts';
import { type Observation, observationSchemas } from './observation.ts';

/** Of what a self-test holds up to a gate: never of a sensor, never of a person, and never to be stored. */
export interface SyntheticMoment {
  readonly at: UnixMs;
  readonly mono: MonoMs;
  /** A random UUID by which it can be searched for; stands in every reading that has room for text. */
  readonly marker: string;
}

/** One valid reading of the parameter at each of its levels above off, lowest first. */
export function syntheticReadings(parameter: ParameterId, moment: SyntheticMoment): readonly Observation[] {
  const made = fieldsOf(moment)[parameter];
  const { at, mono } = moment;
  return Object.entries<z.ZodType<Observation>>(observationSchemas[parameter]).map(([level, schema]) =>
    schema.parse({ parameter, level, at, mono, span: 0, ...made[level] }),
  );
}

/** What a person would read if one of them were ever shown. */
export function syntheticText(marker: string): string {
  return `Daylight self-test ${marker}`;
}

type Fields = Readonly<Record<ParameterId, Readonly<Record<string, object>>>>;

function fieldsOf({ marker }: SyntheticMoment): Fields {
  const text = syntheticText(marker);
  const picture = { image: marker, digest: '0'.repeat(64), bytes: 1_024, width: 64, height: 64 };
  const coarse = { platform: 'linux', arch: 'other' };
  return {
    session: { on: { event: 'pause', cause: 'employee' } },
    activity: {
      active: { active: true },
      counts: { keys: 1, clicks: 1, scrolls: 1, moves: 1 },
    },
    app: { category: { category: 'other' }, name: { name: text } },
    title: { redacted: { title: text }, full: { title: text } },
    url: {
      category: { category: 'other' },
      domain: { domain: 'example.com' },
      host_path: { host: 'example.com', path: `/daylight-self-test/${marker}` },
    },
    screenshot: { blurred: picture, full: picture },
    project: { on: { project: text, task: null } },
    notes: { on: { note: text } },
    device: { coarse, full: { ...coarse, osVersion: text, model: null, memoryGiB: 1 } },
    timezone: { on: { zone: 'Etc/UTC' } },
    diagnostics: { on: { agentVersion: '0', spoolBytes: 0, waitingBatches: 0, sensors: [] } },
  };
}
