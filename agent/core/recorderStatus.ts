import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import type { SessionId } from '../../shared/ids.ts';
import type { LayerName } from '../../shared/policy/resolve.ts';
import type { FirstUseView, NotRecordedDay } from '../../shared/protocol/window.ts';
import type { UnixMs } from '../../shared/time.ts';
import type { WorkedStretch } from '../../shared/worked.ts';
import { LOCK_UNSEEN } from './availability.ts';
import type { DayCounts } from './dayCounts.ts';
import type { FirstUse } from './firstUse.ts';
import type { Gate } from './gate/gate.ts';
import type { PolicyCache } from './gate/policyCache.ts';
import type { Clock } from './ports.ts';
import type { Sampler } from './sampler.ts';
import type { Sensing } from './sensing.ts';
import type { Registry } from './sensors/registry.ts';
import { ANSWER_MS } from './session.ts';
import type { Tracking, Work } from './tracking.ts';
import { EXTENSION_MISSING, EXTENSION_UNHEARD, whyActive, whyOffHere, whyQuiet } from './words.ts';

export interface RecorderStatus {
  readonly state: 'stopped' | 'tracking' | 'paused' | 'locked' | 'idle_question';
  readonly session: SessionId | null;
  readonly since: UnixMs | null;
  readonly haltedSince: UnixMs | null;
  readonly work: Work;
  /** Working time of the last two days, of earlier sessions too. */
  readonly worked: readonly WorkedStretch[];
  /** Time away that is asked about; null when no question is open. */
  readonly idle: IdleTime | null;
  readonly parameters: Readonly<Record<ParameterId, ParameterStatus>>;
  readonly firstUse: readonly FirstUseView[];
  /** What was not recorded, by day, the newest first. */
  readonly days: readonly NotRecordedDay[];
  /** In words: sensors that cannot work here, and what to do about it. */
  readonly sensors: readonly { readonly sensor: string; readonly works: boolean; readonly words: string }[];
  /** How often each sensor has been called since the process began. */
  readonly calls: Readonly<Partial<Record<ParameterId, number>>>;
  /** How often a sensor, a redactor or a write failed since the process began. Those values are gone. */
  readonly failures: Readonly<Partial<Record<ParameterId, number>>>;
}

export interface ParameterStatus {
  readonly level: string;
  readonly active: boolean;
  readonly off: LayerName | 'sensor_unavailable' | null;
  /** What would have to be there for it to be recorded; null where that is not what it lacks. */
  readonly needs: 'browser_extension' | null;
  readonly why: string;
}

export interface IdleTime {
  readonly since: UnixMs;
  /** When that time ended: with the return, or before it with a lock, a sleep or the indicator. Null while nobody is back. */
  readonly returned: UnixMs | null;
  /** What was captured meanwhile is still here, and held back. */
  readonly isHeld: boolean;
  /** When that is deleted unless it is kept; null when it is gone, or nobody has come back yet. */
  readonly deletedAt: UnixMs | null;
}

export interface StatusSources {
  readonly tracking: Tracking;
  readonly sensing: Sensing;
  readonly registry: Registry;
  readonly sampler: Sampler;
  readonly gate: Gate;
  readonly policies: PolicyCache;
  readonly clock: Clock;
  readonly firstUse: Pick<FirstUse, 'waiting'>;
  readonly dayCounts: Pick<DayCounts, 'days'>;
}

/** What is recorded now, and why the rest is not: from the sensors that run, and the gate for those that do not. */
export function recorderStatusOf(sources: StatusSources): RecorderStatus {
  const { tracking, sensing, registry } = sources;
  const session = tracking.session();
  const running = session.kind === 'stopped' ? null : session;
  return {
    state: session.kind,
    session: running?.session ?? null,
    since: running?.started.at ?? null,
    haltedSince: session.kind === 'paused' || session.kind === 'locked' ? session.since.at : null,
    work: tracking.work(),
    worked: tracking.worked(),
    idle: idleTime(sources),
    parameters: Object.fromEntries(
      parameterIds.map((id) => [id, parameterStatus(sources, id)]),
    ) as RecorderStatus['parameters'],
    firstUse: sources.firstUse.waiting(),
    days: sources.dayCounts.days(),
    sensors: sensing
      .sensors()
      .words.map((one) => (one.sensor === 'lock' && sensing.isLockUnseen() ? LOCK_UNSEEN : one)),
    calls: registry.calls(),
    failures: registry.failures(),
  };
}

function idleTime({ tracking, clock }: StatusSources): IdleTime | null {
  const session = tracking.session();
  if (session.kind !== 'idle_question') return null;
  const { since, until, returned, isHeld } = session;
  const left = returned === null || !isHeld ? null : Math.max(0, returned.mono + ANSWER_MS - clock.mono());
  const deletedAt = left === null ? null : clock.now() + left;
  return { since: since.at, returned: returned === null ? null : (until?.at ?? null), isHeld, deletedAt };
}

function parameterStatus(sources: StatusSources, id: ParameterId): ParameterStatus {
  const { tracking, registry, sampler, gate } = sources;
  if (id === 'url' && sampler.isBrowserUnheard()) return withoutExtension('sensor_unavailable', EXTENSION_UNHEARD);
  const level = registry.running(id);
  if (level !== null) return { level, active: true, off: null, needs: null, why: whyActive(id, level) };
  const decision = gate.decide(id);
  const isStopped = tracking.session().kind === 'stopped';
  const off = decision.kind === 'denied' ? decision.by : isStopped ? 'session' : 'sensor_unavailable';
  if (id === 'url' && off === 'platform' && isUnpaired(sources)) return withoutExtension(off, EXTENSION_MISSING);
  return { level: 'off', active: false, off, needs: null, why: whyNotActive(sources, id, off) };
}

function withoutExtension(off: 'platform' | 'sensor_unavailable', why: string): ParameterStatus {
  return { level: 'off', active: false, off, needs: 'browser_extension', why };
}

function isUnpaired({ sensing }: StatusSources): boolean {
  return sensing.sensors().words.some(({ sensor, works }) => sensor === 'browser' && !works);
}

function whyNotActive(sources: StatusSources, id: ParameterId, off: LayerName | 'sensor_unavailable'): string {
  const { tracking, policies, clock } = sources;
  if (off === 'lock' && tracking.presence() === 'quiet') return whyQuiet(signs(sources));
  return whyOffHere(policies, id, off, clock.now());
}

/** What would show that the person is here. */
function signs({ tracking, sampler, gate }: StatusSources): Parameters<typeof whyQuiet>[0] {
  const session = tracking.session();
  const input = sampler.watchesInput();
  const woke = session.kind !== 'stopped' && session.absent;
  return { woke, input, app: !input && gate.decide('app').kind === 'allowed' };
}
