import { canonical } from '../../shared/canonical.ts';
import { catalog, type ParameterId, parameterIds } from '../../shared/catalog.ts';
import { assertNever } from '../../shared/errors.ts';
import { keptRules } from '../../shared/policy/agreed.ts';
import { askedConsent, countsOf } from '../../shared/policy/askedConsent.ts';
import type { Lease } from '../../shared/policy/lease.ts';
import { untoldOf } from '../../shared/policy/untold.ts';
import type { AgentStatus, Terms } from '../../shared/protocol/window.ts';
import type { Digest } from '../../shared/signed.ts';
import type { UnixMs } from '../../shared/time.ts';
import { say } from '../strings/say.ts';
import type { AuditTrust } from './auditTrust.ts';
import { auditWords } from './auditWords.ts';
import type { Dated } from './dated.ts';
import type { Binding, PolicyCache, VerifiedPolicy } from './gate/policyCache.ts';
import type { Heard } from './heard.ts';
import type { EnrolledDevice } from './identity.ts';
import type { NoticeBox } from './noticeBox.ts';
import type { Clock, Indicator } from './ports.ts';
import type { Recorder } from './recorder.ts';
import { sha256 } from './signing.ts';
import type { Spool } from './spool/spool.ts';
import type { SpoolKey } from './spool/spoolKey.ts';
import type { Uplink, UplinkState } from './uplink/uplink.ts';
import { whyRefused } from './words.ts';

export interface StatusSources {
  readonly options: { readonly clock: Clock; readonly indicator: Indicator; readonly agentVersion: string };
  readonly device: EnrolledDevice;
  readonly policies: PolicyCache;
  readonly spool: Spool;
  readonly recorder: Recorder;
  readonly key: SpoolKey;
  readonly uplink: Uplink;
  readonly heard: Heard;
  readonly notices: Pick<NoticeBox, 'hash'>;
  readonly audit: Pick<AuditTrust, 'state' | 'fault'>;
  readonly dated: Dated;
  /** When the connection of this run of the agent last ended; null while it has not. */
  readonly connectedUntil: () => UnixMs | null;
}

/** What the employee is shown: from the recorder, the spool and the connection as they are now. */
export function statusOf(sources: StatusSources): AgentStatus {
  const { options, device, policies, spool, recorder, key, uplink, heard } = sources;
  const { state, session, since, haltedSince, work, worked, idle, parameters, sensors, calls, firstUse, days } =
    recorder.status();
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
    ...{ state, session, since, haltedSince },
    work: { project: work.project, task: work.task },
    worked: [...worked],
    idle: idle === null ? null : { ...idle },
    visible: isVisible(options.indicator),
    parameters: Object.fromEntries(
      parameterIds.map((parameter) => {
        const { level, active, needs, why } = parameters[parameter];
        const terms = termsOf(policies.binding(), parameter);
        return [parameter, { label: catalog[parameter].label, level, active, needs, why, terms }];
      }),
    ) as Record<ParameterId, AgentStatus['parameters'][ParameterId]>,
    until: lease === null ? null : { observed: lease.observedUntil, entered: lease.enteredUntil },
    sensors: sensors.map(({ sensor, works, words }) => ({ sensor, works, words })),
    calls: { ...calls },
    connection: {
      kind: connection.kind,
      ...connectionWords(connection, options.clock.now()),
      heardAt: heardAt(sources, connection),
    },
    policy: policy === null ? null : { version: policy.version, publishedAt: policy.notBefore },
    refused: auditRefusal(sources.audit) ?? refusedNow(policies),
    audit: auditState(sources.audit),
    notice: noticeNow(policies, heard, sources.notices.hash()),
    dated: sources.dated(
      { endedAt: sources.connectedUntil(), isOnline: connection.kind === 'online' },
      options.clock.now(),
    ),
    ...concernsNow(heard),
    leaving: heard.leaving()?.leaving ?? null,
    firstUse: [...firstUse],
    consents: consentsIn(policies),
    requests: uplink.asked().map((one) => ({ ...one })),
    waiting: {
      batches: waiting.batches,
      bytes: waiting.bytes,
      observations: { ...waiting.observations },
      heldBack: waiting.heldBack,
      damagedFiles: waiting.damagedFiles,
    },
    dropped: waiting.dropped.map((line) => ({ ...line, words: say(`dropWords.${line.cause}`) })),
    sent: { at: sent.at, stored: sent.stored, discarded: { ...sent.discarded }, last: sent.batch?.observations ?? [] },
    days: [...days],
    screenshots: spool.held().map(({ observation, releaseAt, isHeldBack }) => {
      const { image, at, level, width, height } = observation;
      return { image, at, releaseAt, isHeldBack, level, width, height };
    }),
    key: key.words,
  };
}

function consentsIn(policies: PolicyCache): AgentStatus['consents'] {
  const policy = policies.policy();
  if (policy === null) return [];
  const given = policies.consents();
  const bound = { ...policy, rules: policies.binding()?.rules ?? policy.rules };
  return parameterIds.flatMap((id) => {
    const asked = askedConsent(id, bound);
    if (asked === null) return [];
    const { parameter, label, level, text, purpose, retentionDays, viewers } = asked;
    const terms = { purpose, basis: 'consent' as const, retentionDays, viewers: [...viewers] };
    const counts = countsOf(asked, given[id]);
    return [{ parameter, label, level, text, terms, shown: sha256(canonical(asked)), counts }];
  });
}

function concernsNow(heard: Pick<Heard, 'concerns'>): Pick<AgentStatus, 'concerns'> {
  const said = heard.concerns();
  if (said === null) return {};
  const { incidents, operators } = said;
  return { concerns: { incidents, operators } };
}

/** Null where the policy does not collect it. */
function termsOf(policy: Binding | null, parameter: ParameterId): Terms | null {
  const rule = policy?.rules[parameter];
  if (rule === undefined || rule.level === 'off') return null;
  const { purpose, basis, retentionDays, viewers } = rule;
  return { purpose, basis, retentionDays, viewers };
}

function auditRefusal(audit: Pick<AuditTrust, 'fault'>): AgentStatus['refused'] {
  const why = audit.fault();
  return why === null ? null : { why: `audit_${why}`, words: auditWords(why), remedy: say('audit.remedy') };
}

function auditState(audit: Pick<AuditTrust, 'state' | 'fault'>): AgentStatus['audit'] {
  const state = audit.state();
  const isDoubted = audit.fault() !== null;
  return state.kind === 'none' ? { isDoubted, size: null, at: null } : { isDoubted, size: state.size, at: state.at };
}

function refusedNow(policies: PolicyCache): AgentStatus['refused'] {
  const why = policies.refusal();
  return why === null ? null : { why, ...whyRefused(why, policies.disagreement()) };
}

/** A lease is the last word of the server that outlives the process. */
function heardAt({ options, policies, connectedUntil }: StatusSources, connection: UplinkState): UnixMs | null {
  if (connection.kind === 'online') return options.clock.now();
  return connectedUntil() ?? policies.lease()?.issuedAt ?? null;
}

function isVisible(indicator: Indicator): boolean {
  try {
    return indicator.visible();
  } catch {
    return false;
  }
}

/** Whether the person has acknowledged everything that the organisation means to collect of them. Null without a policy. */
function noticeNow(
  policies: PolicyCache,
  heard: Pick<Heard, 'lastNotice'>,
  hash: Digest | null,
): AgentStatus['notice'] {
  const policy = policies.policy();
  if (policy === null) return null;
  const lease = policies.lease();
  const acknowledged = isToldOf(policy, lease);
  const coming = parameterIds.flatMap((parameter) => {
    const next = lease?.coming?.[parameter];
    return next === undefined ? [] : [{ parameter, ...next }];
  });
  const agreed = lease?.terms.agreed;
  const agreement = agreed === undefined ? null : { keeps: keptRules(policy, agreed), pending: agreed.pending ?? null };
  const read = heard.lastNotice()?.notice ?? null;
  const last = read === null ? null : { version: read.version, at: read.at };
  return { version: policy.version, hash, acknowledged, last, coming, agreement };
}

/** Whether the person has been told of all that is meant for them; what they have not agreed to is not. */
export function isToldOf(policy: VerifiedPolicy, lease: Lease | null): boolean {
  return untoldOf(policy, lease).length === 0;
}

/** Where the connection stands, in words, with what to do about it. */
export function connectionWords(state: UplinkState, now: number): { words: string; remedy: string | null } {
  switch (state.kind) {
    case 'not_started':
    case 'closed':
      return { words: say('link.notConnecting'), remedy: null };
    case 'connecting':
    case 'handshake':
      return { words: say('link.connecting'), remedy: null };
    case 'online':
      return { words: say('link.connected'), remedy: null };
    case 'waiting': {
      const seconds = Math.max(0, Math.round((state.until - now) / 1_000));
      return { words: say('link.waiting', { why: state.why, n: seconds }), remedy: null };
    }
    case 'refused':
      return { words: say('link.refused', { why: state.why }), remedy: state.remedy };
    default:
      return assertNever(state);
  }
}
