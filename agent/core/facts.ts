import type { ParameterId } from '../../shared/catalog.ts';
import type { Observation } from '../../shared/events/observation.ts';
import { HOUR, MINUTE, type MonoMs } from '../../shared/time.ts';
import type { Entry } from './outbox.ts';
import type { Moment, SamplerDeps } from './sampler.ts';

/** What is said once in a session (device), when it changes (time zone) or once an hour (diagnostics). */
export interface Facts {
  gather(moment: () => Moment, levelOf: (parameter: ParameterId) => string): Promise<Entry[]>;
  /** A new session: everything is to be said again. */
  begin(): void;
}

const ZONE_EVERY_MS = MINUTE;
const DIAGNOSTICS_EVERY_MS = HOUR;

interface Said {
  /** The level at which the device was described; null when it was not. */
  readonly device: string | null;
  readonly zone: string | null;
  readonly zoneAt: MonoMs | null;
  readonly diagnosticsAt: MonoMs | null;
}

const NOTHING_SAID: Said = { device: null, zone: null, zoneAt: null, diagnosticsAt: null };

export function createFacts(deps: SamplerDeps): Facts {
  const { platform, registry, outbox } = deps;
  let said = NOTHING_SAID;

  function tell(observation: Observation): Entry[] {
    const entry = outbox.permit(observation);
    return entry === null ? [] : [entry];
  }

  async function device(moment: () => Moment, level: string): Promise<Entry[]> {
    if ((level !== 'coarse' && level !== 'full') || said.device === level) return [];
    const begun = moment();
    said = { ...said, device: level };
    const reading = await registry.call('machine', ['device'], () => platform.machine.device());
    // Interrupted, not answered: it is asked again in the next round.
    if (moment().epoch !== begun.epoch) said = { ...said, device: null };
    if (!reading.ok || moment().epoch !== begun.epoch) return [];
    const { platform: system, arch, osVersion, model, memoryGiB } = reading.value;
    const coarse = { parameter: 'device', at: begun.at, mono: begun.mono, span: 0, platform: system, arch } as const;
    return tell(level === 'coarse' ? { ...coarse, level } : { ...coarse, level, osVersion, model, memoryGiB });
  }

  async function timezone(moment: () => Moment, level: string): Promise<Entry[]> {
    const begun = moment();
    if (level !== 'on' || !isTime(said.zoneAt, begun.mono, ZONE_EVERY_MS)) return [];
    said = { ...said, zoneAt: begun.mono };
    const reading = await registry.call('machine', ['timezone'], async () => platform.machine.timezone());
    if (moment().epoch !== begun.epoch) said = { ...said, zoneAt: null };
    if (!reading.ok || reading.value === said.zone || moment().epoch !== begun.epoch) return [];
    said = { ...said, zone: reading.value };
    return tell({ parameter: 'timezone', level, at: begun.at, mono: begun.mono, span: 0, zone: reading.value });
  }

  function diagnostics({ at, mono }: Moment, level: string): Entry[] {
    if (level !== 'on' || !isTime(said.diagnosticsAt, mono, DIAGNOSTICS_EVERY_MS)) return [];
    said = { ...said, diagnosticsAt: mono };
    return tell({ parameter: 'diagnostics', level, at, mono, span: 0, ...deps.diagnostics() });
  }

  return {
    begin: () => void (said = NOTHING_SAID),
    async gather(moment, levelOf) {
      return [
        ...(await device(moment, levelOf('device'))),
        ...(await timezone(moment, levelOf('timezone'))),
        ...diagnostics(moment(), levelOf('diagnostics')),
      ];
    },
  };
}

function isTime(last: MonoMs | null, now: MonoMs, every: number): boolean {
  return last === null || now - last >= every;
}
