import { type Level, type ParameterId, parameterIds } from '../../../shared/catalog.ts';
import { assertNever } from '../../../shared/errors.ts';
import { type Observation, parseObservation } from '../../../shared/events/observation.ts';
import { type Decision, decide } from '../../../shared/policy/decide.ts';
import type { Levels } from '../../../shared/policy/policy.ts';
import { type Layer, type LayerName, observedOff, offFor, resolveFor } from '../../../shared/policy/resolve.ts';
import type { UnixMs } from '../../../shared/time.ts';
import type { Clock, Indicator } from '../ports.ts';
import type { PolicyCache } from './policyCache.ts';

/** An observation that the agent's gate has permitted at the moment of capture. Minted here only. */
export type Permitted<T extends Observation = Observation> = T & { readonly __permitted: unique symbol };

export type Permit<T extends Observation> =
  | { readonly kind: 'permitted'; readonly observation: Permitted<T> }
  /** `malformed`: a sensor or a redactor gave what has no place in the register. The value is not repeated. */
  | { readonly kind: 'denied'; readonly by: LayerName | 'malformed' };

export interface Gate {
  /** Asked before a sensor is called: at which level, or which layer says no. */
  decide(parameter: ParameterId): Decision;
  /** Asked again when the value is there, because things change while a sensor works. */
  permit<T extends Observation>(observation: T): Permit<T>;
}

/** What the gate needs to know of the session. `quiet`: nobody has been seen for so long that it counts as a lock. */
export type Presence = 'stopped' | 'tracking' | 'quiet' | 'paused' | 'locked';

export interface GateDeps {
  readonly policies: PolicyCache;
  readonly indicator: Indicator;
  readonly clock: Clock;
  readonly presence: () => Presence;
  /** Parameters whose sensor cannot work here. */
  readonly unavailable: () => readonly ParameterId[];
  /**
   * Levels for which everything above has been purged, durably. A policy that raises counts only when this says so,
   * or a crash between two policies could leave behind what neither of them allows.
   */
  readonly applied: () => Levels;
  /** The most of the parameter that was introduced to the person on this computer; undefined: that need not be. */
  readonly introduced: (parameter: ParameterId) => Level | undefined;
}

export function createGate(deps: GateDeps): Gate {
  return {
    decide: (parameter) => decide(resolveFor(parameter, layersOf(deps, parameter, deps.clock.now())), parameter),
    permit<T extends Observation>(observation: T): Permit<T> {
      // A lease is judged at the moment of capture: the stop of a session whose clock jumped belongs to before the jump.
      const captured = observation.at + observation.span;
      const { parameter, level } = observation;
      const layers = layersOf(deps, parameter, captured);
      const effective = resolveFor(parameter, isEnd(observation) ? ending(layers) : layers);
      const decision = decide(effective, parameter, level);
      if (decision.kind === 'denied') return decision;
      if (!parseObservation(observation).ok) return { kind: 'denied', by: 'malformed' };
      return { kind: 'permitted', observation: observation as Permitted<T> };
    },
  };
}

function isEnd(observation: Observation): boolean {
  return observation.parameter === 'session' && observation.event === 'stop';
}

/** What was rightly begun may be ended, whatever the policy says by now; but nothing is written before there is a policy. */
function ending(layers: readonly Layer[]): readonly Layer[] {
  return layers.length === 0 ? [] : [{ name: 'organisation', ceilings: {} }];
}

/** The same observation, seen to last longer. Nothing else of what was permitted can be changed. */
export function lasting(permitted: Permitted, span: number): Permitted {
  const observation: Observation = permitted;
  return { ...observation, span } as Permitted;
}

/** What holds for the parameter; what the layers say of others is of no account. */
function layersOf(deps: GateDeps, parameter: ParameterId, at: UnixMs): readonly Layer[] {
  const policy = deps.policies.layers(at);
  if (policy.length === 0) return [];
  const layers: Layer[] = [...policy, notYetApplied(parameter, policy, deps.applied())];
  layers.push({ name: 'platform', ceilings: offFor(deps.unavailable()) });
  if (!isVisible(deps.indicator)) layers.push(observedOff('indicator'));
  const introduced = deps.introduced(parameter);
  if (introduced !== undefined) layers.push({ name: 'first_use', ceilings: { [parameter]: introduced } });
  return [...layers, ...presenceLayers(deps.presence())];
}

/** Says nothing where it is off already: that is off for a reason of its own, which a person is told. */
function notYetApplied(parameter: ParameterId, policy: readonly Layer[], applied: Levels): Layer {
  const isOn = resolveFor(parameter, policy).level !== 'off';
  return { name: 'organisation', ceilings: isOn ? { [parameter]: applied[parameter] } : {} };
}

/** An indicator that fails shows nothing. */
function isVisible(indicator: Indicator): boolean {
  try {
    return indicator.visible();
  } catch {
    return false;
  }
}

function presenceLayers(presence: Presence): readonly Layer[] {
  switch (presence) {
    case 'tracking':
      return [];
    case 'stopped':
      // The stop itself, and the stop of a session that a crash ended, are still the session's own record.
      return [{ name: 'session', ceilings: offFor(parameterIds.filter((id) => id !== 'session')) }];
    case 'paused':
      return [observedOff('pause')];
    case 'locked':
      return [observedOff('lock')];
    case 'quiet':
      // Activity must go on, or nobody would notice the return; the rest shows a screen that nobody may be sitting at.
      return [{ name: 'lock', ceilings: offFor(['title', 'url', 'screenshot']) }];
    default:
      return assertNever(presence);
  }
}
