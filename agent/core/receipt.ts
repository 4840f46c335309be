import { type Level, type ParameterId, parameterIds, rank } from '../../shared/catalog.ts';
import { type EffectivePolicy, type LayerName, resolve } from '../../shared/policy/resolve.ts';
import type { ReceiptPayload, ReceiptState } from '../../shared/protocol/messages.ts';
import type { UnixMs } from '../../shared/time.ts';
import type { Gate } from './gate/gate.ts';
import type { PolicyCache } from './gate/policyCache.ts';
import type { Sampler } from './sampler.ts';
import type { Registry } from './sensors/registry.ts';
import type { Spool } from './spool/spool.ts';
import { reasonFor } from './words.ts';

export type UnsignedReceipt = Omit<ReceiptPayload, 'device'>;

export interface ReceiptDeps {
  readonly policies: PolicyCache;
  readonly registry: Registry;
  readonly spool: Spool;
  readonly gate: Gate;
  readonly sampler: Pick<Sampler, 'isBrowserUnheard'>;
}

/**
 * What this device is doing, from the sensors that run and from what waits in the spool. The policy is read only to say
 * why something does not run, and that what does run contradicts it; the gate is not believed. Null without a policy.
 */
export function receiptOf(deps: ReceiptDeps, tracking: boolean, at: UnixMs): UnsignedReceipt | null {
  const about = policyNamed(deps.policies);
  if (about === null) return null;
  const truth = resolve(deps.policies.layers(at));
  const { observations, stops } = deps.spool.waiting();
  // What ends a session that the server may have is not forbidden: it is sent although sessions are off.
  const waiting = { ...observations, session: (observations.session ?? 0) - stops };
  const parameters = {} as Record<ParameterId, ReceiptState>;
  for (const id of parameterIds) parameters[id] = stateOf(deps, id, { truth, tracking, held: waiting[id] ?? 0 });
  return {
    policyHash: about.hash,
    policyVersion: about.version,
    terms: deps.policies.lease()?.terms.revision ?? 0,
    at,
    tracking,
    parameters,
  };
}

/**
 * The receipt without what changes by the minute: its time, and how much waits of what is collected rightly. Two
 * receipts with the same gist say the same.
 */
export function gistOf(receipt: UnsignedReceipt | null): string {
  if (receipt === null) return '';
  const parameters = parameterIds.map((id) => {
    const { state, level, reason, waiting } = receipt.parameters[id];
    return [state, level, reason, reason === 'contradicts_policy' ? waiting : waiting > 0];
  });
  const { policyHash, policyVersion, terms, tracking } = receipt;
  return JSON.stringify([policyHash, policyVersion, terms, tracking, parameters]);
}

function policyNamed(policies: PolicyCache): { hash: string; version: number } | null {
  return policies.notUnderstood() ?? policies.policy();
}

interface Circumstances {
  readonly truth: EffectivePolicy;
  readonly tracking: boolean;
  /** How much of the parameter waits to be sent. */
  readonly held: number;
}

function stateOf(deps: ReceiptDeps, id: ParameterId, now: Circumstances): ReceiptState {
  const { truth, held } = now;
  const waiting = Math.min(held, 1_000_000);
  const running = deps.registry.running(id);
  const allowed = truth[id].level;
  if (running !== null) {
    const reason = contradiction(id, running, allowed);
    // It waits for the browser's extension; once that speaks, the receipt is told before what it said.
    const isUnheard = id === 'url' && reason === null && deps.sampler.isBrowserUnheard();
    if (isUnheard) return { state: 'off', level: 'off', reason: 'sensor_unavailable', waiting };
    return { state: 'active', level: running, reason, waiting };
  }
  const isForbidden = allowed === 'off' && !MAY_WAIT.has(truth[id].decidedBy);
  // Not off before the last of it is gone. What was captured before a moment that ended it may still be sent.
  if (isForbidden && waiting > 0) return { state: 'active', level: 'off', reason: 'contradicts_policy', waiting };
  return { state: 'off', level: 'off', reason: reasonOf(deps, id, now), waiting };
}

/** Layers that take away what is captured from now on, and nothing that was captured before. */
const MAY_WAIT: ReadonlySet<LayerName | null> = new Set(['lease', 'review', 'schedule']);

function contradiction(id: ParameterId, running: Level, allowed: Level): 'contradicts_policy' | null {
  return rank(id, running) > rank(id, allowed) ? 'contradicts_policy' : null;
}

function reasonOf(deps: ReceiptDeps, id: ParameterId, { truth, tracking }: Circumstances): ReceiptState['reason'] {
  const { level, decidedBy } = truth[id];
  if (level === 'off') return stateReason(deps.policies, id, decidedBy ?? 'organisation');
  const decision = deps.gate.decide(id);
  if (decision.kind === 'denied') return stateReason(deps.policies, id, decision.by);
  // Allowed, and yet nothing runs: it is the session itself that has not begun, or a sensor that could not be started.
  return tracking ? 'sensor_unavailable' : 'session';
}

function stateReason(policies: PolicyCache, id: ParameterId, layer: LayerName): ReceiptState['reason'] {
  if (layer === 'platform') return 'sensor_unavailable';
  const reason = reasonFor(policies, id, layer);
  return reason === 'organisation' ? 'policy' : reason;
}
