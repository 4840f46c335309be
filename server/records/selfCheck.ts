import { z } from 'zod';
import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import type { OrgId } from '../../shared/ids.ts';
import { type ReviewState, reviewState } from '../../shared/policy/review.ts';
import { Finding, type SelfCheckView } from '../../shared/protocol/http/assessments.ts';
import { dayOf, type UnixMs } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import type { ReviewDates } from '../control/change.ts';
import type { PolicyControl, PublishedPolicy } from '../control/control.ts';
import { putSetting, readSetting } from '../control/settings.ts';
import type { Settings } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import { reviewDates } from './assessments.ts';
import { controllerOf } from './controller.ts';
import { type Incident, incidentsOf } from './incidents.ts';
import { unreadableOf } from './numbered.ts';
import { readRegister, registerNames } from './registers.ts';

export interface SelfCheckDeps {
  readonly store: Settings;
  readonly vault: Vault;
  readonly control: Pick<PolicyControl, 'current'>;
  readonly clock: Clock;
}

/** Whether the records of an organisation are in order now. Writes nothing. Throws VaultError `unavailable` when the keys cannot be read. */
export async function selfCheck(deps: SelfCheckDeps, org: OrgId): Promise<SelfCheckView> {
  const { store, vault, control, clock } = deps;
  const asOf = clock.now();
  const [policy, last, assessments, controller, incidents, ...others] = await Promise.all([
    control.current(org),
    readSetting(store, vault, { org, name: SELF_CHECK }, Ran),
    readRegister(store, vault, org, 'assessments'),
    readRegister(store, vault, org, 'controller'),
    readRegister(store, vault, org, 'incidents'),
    ...registerNames.map((register) => readRegister(store, vault, org, register)),
  ]);
  const findings = findingsOf({
    now: asOf,
    policy,
    reviews: reviewDates(assessments),
    unreadable: others.reduce((sum, written) => sum + unreadableOf(written), 0),
    notFilledIn: controllerOf(controller).notFilledIn.length,
    waiting: incidentsOf(incidents).filter(({ closedAt, authority }) => closedAt === null && authority === null),
  });
  return { asOf, findings, needsAttention: findings.some(({ kind }) => urgent.has(kind)), lastRun: last?.at ?? null };
}

/** Looks, and keeps what was found, once in a day of the clock. Null when it has been done today. StoreError `conflict` when another process was first. */
export async function runSelfCheck(deps: SelfCheckDeps, org: OrgId): Promise<SelfCheckView | null> {
  const { store, vault } = deps;
  const last = await store.setting(org, SELF_CHECK);
  const found = await selfCheck(deps, org);
  const { asOf: at, findings } = found;
  // A clock that was set back has days to come that are on record already.
  if (last !== null && dayOf(last.at) >= dayOf(at)) return null;
  await putSetting(store, vault, { org, name: SELF_CHECK, revision: (last?.revision ?? 0) + 1, at }, { findings });
  return { ...found, lastRun: at };
}

/** Under this name the organisation's settings keep what was found each day. */
const SELF_CHECK = 'self-check';
const Ran = z.strictObject({ findings: z.array(Finding) });

/** What somebody has to see to now; the rest may wait. */
const urgent: ReadonlySet<Finding['kind']> = new Set([
  ...(['over', 'unassessed', 'not_in_policy', 'unreadable', 'incident'] as const),
]);

interface Facts {
  readonly now: UnixMs;
  readonly policy: Pick<PublishedPolicy, 'document'>;
  readonly reviews: ReviewDates;
  readonly unreadable: number;
  readonly notFilledIn: number;
  /** Open, and the authority was not told. */
  readonly waiting: readonly Incident[];
}

function findingsOf({ now, policy: { document }, reviews, unreadable, notFilledIn, waiting }: Facts): Finding[] {
  const states = parameterIds.map((id) => [id, reviewState(id, document.parameters[id], now)] as const);
  const ofState = (kind: ReviewState & Finding['kind']): Finding[] =>
    states
      .filter(([, state]) => state === kind)
      .map(([parameter]) => about(kind, parameter, document.parameters[parameter].reviewBy ?? null));
  const unassessed = states.filter(([, state]) => state === 'never' || state === 'unassessed');
  const elsewhere = parameterIds.filter((id) => {
    const { level, reviewBy } = document.parameters[id];
    return level !== 'off' && reviews.has(id) && reviews.get(id) !== reviewBy;
  });
  return [
    ...ofState('over'),
    ...unassessed.map(([parameter]) => about('unassessed', parameter, null)),
    ...elsewhere.map((id) => about('not_in_policy', id, reviews.get(id) ?? null)),
    ...counted('unreadable', unreadable),
    ...counted('incident', waiting.length).map((one) => ({
      ...one,
      at: Math.min(...waiting.map((by) => by.authorityBy)),
    })),
    ...ofState('due'),
    ...counted('controller', notFilledIn),
  ];
}

function about(kind: Finding['kind'], parameter: ParameterId, at: UnixMs | null): Finding {
  return { kind, parameter, at, count: 1 };
}

function counted(kind: Finding['kind'], count: number): Finding[] {
  return count === 0 ? [] : [{ kind, parameter: null, at: null, count }];
}
