import type { ParameterId } from '../../../shared/catalog.ts';
import { syntheticReadings } from '../../../shared/events/syntheticReading.ts';
import type { BootId } from '../../../shared/ids.ts';
import { resolveFor } from '../../../shared/policy/resolve.ts';
import {
  type DeviceCheck,
  deviceChecks,
  isAboutWaiting,
  type SelfTestReport,
} from '../../../shared/protocol/selfTest.ts';
import { levelsAllowed } from '../gate/applied.ts';
import type { Gate } from '../gate/gate.ts';
import type { PolicyCache } from '../gate/policyCache.ts';
import type { Clock, Random } from '../ports.ts';
import type { Reductions } from '../sensors/reductions.ts';
import type { Registry } from '../sensors/registry.ts';
import type { Spool } from '../spool/spool.ts';
import { tryToSample } from './trialSampler.ts';

export interface SelfTestDeps {
  readonly policies: PolicyCache;
  /** The gate that everything here goes through. */
  readonly gate: Gate;
  /** The same gate for somebody who tracks, before a computer that hides nothing and can observe everything. */
  readonly gateWhileTracking: Gate;
  readonly registry: Registry;
  readonly reductions: Reductions;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly random: Random;
  readonly boot: BootId;
}

export type SelfTestFindings = Omit<SelfTestReport, 'device' | 'org' | 'nonce'>;

/** A policy that arrives in the middle makes what was found before it worth nothing: then once more, at most so often. */
const ATTEMPTS = 3;

/**
 * Proves, as far as this agent can, that nothing of the parameter comes into being here: it tries every way by which a reading
 * could, with readings that it made up, and looks for what there is. No real sensor is called and nothing is written.
 */
export async function selfTest(deps: SelfTestDeps, parameter: ParameterId): Promise<SelfTestFindings> {
  const { policies, clock } = deps;
  for (let attempt = 1; ; attempt += 1) {
    const basis = basisOf(policies);
    const { level, decidedBy } = resolveFor(parameter, policies.layers(clock.now()));
    const about = { parameter, ...basis, level };
    if (level !== 'off') return { ...about, verdict: 'on', decidedBy: null, checks: [], at: clock.now() };
    const checks = await tryEverything(deps, parameter);
    const isSettled = JSON.stringify(basisOf(policies)) === JSON.stringify(basis);
    if (!isSettled && attempt < ATTEMPTS) continue;
    const verdict = checks.every(({ passed }) => passed) && isSettled ? 'off' : 'not_off';
    return { ...about, verdict, decidedBy: decidedBy ?? 'organisation', checks, at: clock.now() };
  }
}

function basisOf(policies: PolicyCache): Pick<SelfTestFindings, 'policyHash' | 'policyVersion' | 'terms'> {
  const named = policies.notUnderstood() ?? policies.policy();
  const terms = policies.lease()?.terms.revision ?? 0;
  return { policyHash: named?.hash ?? null, policyVersion: named?.version ?? 0, terms };
}

async function tryEverything(deps: SelfTestDeps, parameter: ParameterId): Promise<SelfTestFindings['checks']> {
  const { gate, gateWhileTracking, registry, reductions, spool, clock, random, boot, policies } = deps;
  const marker = random.uuid();
  const callsBefore = registry.calls()[parameter] ?? 0;
  const context = { boot, policyVersion: Math.max(1, policies.policy()?.version ?? 1) };
  const trial = { reductions, clock, random, context };
  const [now, tracking] = [
    await tryToSample({ ...trial, gate }, parameter, marker),
    await tryToSample({ ...trial, gate: gateWhileTracking }, parameter, marker),
  ];
  const readings = syntheticReadings(parameter, { at: clock.now(), mono: clock.mono(), marker });
  const refuses = (one: Gate): boolean => readings.every((reading) => one.permit(reading).kind === 'denied');
  const found = await spool.inspect(parameter, marker);
  const passed: Readonly<Record<DeviceCheck, boolean>> = {
    gate_refuses: gate.decide(parameter).kind === 'denied',
    gate_refuses_while_tracking: gateWhileTracking.decide(parameter).kind === 'denied',
    not_running: registry.running(parameter) === null,
    sensor_not_asked: now.calls + tracking.calls === 0,
    reading_refused: refuses(gate) && refuses(gateWhileTracking) && now.came + tracking.came === 0,
    nothing_in_batches: found.inBatches === 0,
    nothing_held: found.held === 0,
    nothing_kept: found.kept === 0,
    marker_nowhere: found.marked === 0,
    sensors_left_alone: (registry.calls()[parameter] ?? 0) === callsBefore,
  };
  // Where it is off for a time only, what was rightly recorded before may wait to be sent.
  const mayWait = (levelsAllowed(policies, clock.now(), null)?.[parameter] ?? 'off') !== 'off';
  return deviceChecks
    .filter((check) => !(mayWait && isAboutWaiting(check)))
    .map((check) => ({ check, passed: passed[check], at: clock.now() }));
}
