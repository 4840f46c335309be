import type { ParameterId } from '../../shared/catalog.ts';
import { syntheticReadings } from '../../shared/events/syntheticReading.ts';
import { BootId, SessionId } from '../../shared/ids.ts';
import type { MonoMs, UnixMs } from '../../shared/time.ts';
import type { Judge } from '../control/control.ts';
import type { Random } from '../random.ts';
import { createDensity } from './density.ts';
import { admit } from './gate.ts';

export interface SyntheticTrial {
  readonly judge: Judge;
  readonly policyVersion: number;
  readonly random: Random;
  readonly now: UnixMs;
}

/**
 * Whether the gate would let any level of the parameter in, were it to arrive now in a running session. Holds made-up readings
 * up to the real gate, one by one; what it says is all that is taken of them, and nothing of them is stored.
 */
export function wouldAdmit({ judge, policyVersion, random, now }: SyntheticTrial, parameter: ParameterId): boolean {
  const mono: MonoMs = 0;
  const [session, boot] = [SessionId.parse(random.uuid()), BootId.parse(random.uuid())];
  const readings = syntheticReadings(parameter, { at: now, mono, marker: random.uuid() });
  return readings.some((reading) => {
    const { outcomes } = admit({
      ...{ observations: [reading], session, boot, policyVersion, judge, now },
      mono: () => mono, // made up like the readings: no time passes
      clocks: { boot, at: now, mono, serverAt: now, serverMono: mono },
      sessions: { sessions: [{ session, start: now, stop: null, pauses: [] }], screenshots: [] },
      erased: { covers: () => false }, // whether the parameter is on does not depend on what was erased of it
      counting: createDensity().begin(),
      hasImage: () => true,
    });
    return outcomes.some(({ kind }) => kind === 'stored');
  });
}
