import type { ParameterId } from '../../../shared/catalog.ts';
import type { Observation } from '../../../shared/events/observation.ts';
import { SessionId } from '../../../shared/ids.ts';
import type { Gate } from '../gate/gate.ts';
import type { Entry, Outbox } from '../outbox.ts';
import type { Clock, Random } from '../ports.ts';
import { createSampler, type Moment } from '../sampler.ts';
import type { Reductions } from '../sensors/reductions.ts';
import { createRegistry } from '../sensors/registry.ts';
import type { BatchContext } from '../spool/spool.ts';
import { createSyntheticPlatform } from './syntheticPlatform.ts';

export interface TrialDeps {
  readonly gate: Gate;
  readonly reductions: Reductions;
  readonly clock: Clock;
  readonly random: Random;
  readonly context: Pick<BatchContext, 'boot' | 'policyVersion'>;
}

export interface Trial {
  /** How often a made-up sensor was called for the parameter. */
  readonly calls: number;
  /** How many readings of it came out. */
  readonly came: number;
}

/**
 * Runs the agent's own sampler, once through everything that it does, on a computer that there is not. What comes out goes
 * nowhere.
 */
export async function tryToSample(deps: TrialDeps, parameter: ParameterId, marker: string): Promise<Trial> {
  const { gate, reductions, clock, random } = deps;
  const [at, mono] = [clock.now(), clock.mono()];
  const came: Observation[] = [];
  const registry = createRegistry(clock);
  const moment: Moment = { at, mono, sessionStart: mono, epoch: 0 };
  const sampler = createSampler({
    ...{ gate, registry, reductions, clock },
    outbox: intoNothing(deps, came),
    platform: createSyntheticPlatform(marker, mono),
    indicator: { visible: () => true, say: () => undefined },
    random: { ...random, fraction: () => 0 }, // a picture is due at once
    moment: () => moment,
    wall: () => at,
    reviewSeconds: () => 0,
    diagnostics: () => ({ agentVersion: '0', spoolBytes: 0, waitingBatches: 0, sensors: [] }),
    onReading: () => undefined,
    onInput: () => undefined,
    onChange: () => undefined,
  });
  const entries = [
    ...(await sampler.refresh()),
    ...(await sampler.round()),
    ...(await sampler.occasional()),
    ...sampler.open(),
    ...sampler.cut(mono + 1),
  ];
  came.push(...entries.map(({ observation }) => observation));
  return {
    calls: registry.calls()[parameter] ?? 0,
    came: came.filter((one) => one.parameter === parameter).length,
  };
}

/** Asks the gate as the real one does, and writes nothing anywhere. */
function intoNothing({ gate, context, random }: TrialDeps, came: Observation[]): Outbox {
  const trial: BatchContext = { ...context, session: SessionId.parse(random.uuid()) };
  return {
    permit<T extends Observation>(observation: T): Entry<T> | null {
      const permit = gate.permit(observation);
      return permit.kind === 'permitted' ? { context: trial, observation: permit.observation } : null;
    },
    write: async () => true,
    keep: async () => true,
    async hold(_, { observation }) {
      came.push(observation);
      return true;
    },
    cutOut: async () => true,
    settled: async () => undefined,
    isFailing: () => false,
  };
}
