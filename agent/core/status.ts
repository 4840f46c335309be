import { catalog, type ParameterId, parameterIds, rank } from '../../shared/catalog.ts';
import { assertNever } from '../../shared/errors.ts';
import { levelsOf } from '../../shared/policy/policy.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import type { PolicyCache } from './gate/policyCache.ts';
import type { EnrolledDevice } from './identity.ts';
import type { Clock, Indicator } from './ports.ts';
import type { Recorder } from './recorder.ts';
import type { Spool } from './spool/spool.ts';
import type { SpoolKey } from './spool/spoolKey.ts';
import type { Uplink, UplinkState } from './uplink/uplink.ts';

export interface StatusSources {
  readonly options: { readonly clock: Clock; readonly indicator: Indicator; readonly agentVersion: string };
  readonly device: EnrolledDevice;
  readonly policies: PolicyCache;
  readonly spool: Spool;
  readonly recorder: Recorder;
  readonly key: SpoolKey;
  readonly uplink: Uplink;
}

/** What the employee is shown: from the recorder, the spool and the connection as they are now. */
export function statusOf({ options, device, policies, spool, recorder, key, uplink }: StatusSources): AgentStatus {
  const { state, session, since, work, idle, parameters, sensors, calls } = recorder.status();
  const { organisation, personName, device: id, server } = device.identity;
  const lease = policies.lease();
  const policy = policies.policy();
  const waiting = spool.waiting();
  const sent = uplink.sent();
  const connection = uplink.state();
  return {
    organisation,
    person: personName,
    device: id,
    server,
    agentVersion: options.agentVersion,
    ...{ state, session, since },
    work: { project: work.project, task: work.task },
    idle: idle === null ? null : { ...idle },
    visible: isVisible(options.indicator),
    parameters: Object.fromEntries(
      parameterIds.map((parameter) => {
        const { level, active, why } = parameters[parameter];
        return [parameter, { label: catalog[parameter].label, level, active, why }];
      }),
    ) as Record<ParameterId, AgentStatus['parameters'][ParameterId]>,
    until: lease === null ? null : { observed: lease.observedUntil, entered: lease.enteredUntil },
    sensors: sensors.map(({ sensor, works, words }) => ({ sensor, works, words })),
    calls: { ...calls },
    connection: { kind: connection.kind, ...connectionWords(connection, options.clock.now()) },
    policy: policy === null ? null : { version: policy.version, refused: policies.refusal() },
    notice: acknowledgedNow(policies),
    waiting: {
      batches: waiting.batches,
      bytes: waiting.bytes,
      observations: { ...waiting.observations },
      heldBack: waiting.heldBack,
      damagedFiles: waiting.damagedFiles,
    },
    dropped: waiting.dropped.map((line) => ({ ...line })),
    sent: { at: sent.at, stored: sent.stored, discarded: { ...sent.discarded }, last: sent.batch?.observations ?? [] },
    screenshots: spool.held().map(({ observation, releaseAt }) => {
      const { image, at, level, width, height } = observation;
      return { image, at, releaseAt, level, width, height };
    }),
    key: key.words,
  };
}

function isVisible(indicator: Indicator): boolean {
  try {
    return indicator.visible();
  } catch {
    return false;
  }
}

/** Whether the person has acknowledged everything that the policy in force collects. Null without a policy. */
export function acknowledgedNow(policies: PolicyCache): { version: number; acknowledged: boolean } | null {
  const policy = policies.policy();
  if (policy === null) return null;
  const told = policies.lease()?.acknowledged ?? {};
  const levels = levelsOf(policy);
  const acknowledged = parameterIds.every((id) => rank(id, levels[id]) <= Math.max(0, rank(id, told[id] ?? 'off')));
  return { version: policy.version, acknowledged };
}

/** Where the connection stands, in words, with what to do about it. */
export function connectionWords(state: UplinkState, now: number): { words: string; remedy: string | null } {
  switch (state.kind) {
    case 'not_started':
    case 'closed':
      return { words: 'Not connecting.', remedy: null };
    case 'connecting':
    case 'handshake':
      return { words: 'Connecting.', remedy: null };
    case 'online':
      return { words: 'Connected.', remedy: null };
    case 'waiting': {
      const seconds = Math.max(0, Math.round((state.until - now) / 1_000));
      return { words: `Not connected: ${state.why}. Trying again in ${seconds} s.`, remedy: null };
    }
    case 'refused':
      return { words: `Not connected, and not trying again: ${state.why}.`, remedy: state.remedy };
    default:
      return assertNever(state);
  }
}
