import type { OrgId } from '../../shared/ids.ts';
import { HOUR, SECOND } from '../../shared/time.ts';
import { type PeriodicTiming, startPeriodic } from '../periodic.ts';
import { type Store, StoreError } from '../store/store.ts';
import { runSelfCheck, type SelfCheckDeps } from './selfCheck.ts';

export interface SelfCheckJobDeps extends SelfCheckDeps {
  readonly store: SelfCheckDeps['store'] & Pick<Store, 'organisations'>;
  /** Told of each organisation in which something has to be done, with how much. */
  readonly found: (org: OrgId, count: number) => void;
  /** Told what kept one from being looked at; it is tried again with the next round. */
  readonly failed: (cause: unknown) => void;
}

/** First people are served. In each round only those are looked at that were not yet on this day. */
const timing: PeriodicTiming = { quietMs: 30 * SECOND, everyMs: HOUR };

/** Looks once a day, by the clock given, whether the records of each organisation are in order, until it is closed. */
export function startSelfChecks(deps: SelfCheckJobDeps, when = timing): { close(): Promise<void> } {
  return startPeriodic(() => selfCheckRound(deps), when);
}

async function selfCheckRound(deps: SelfCheckJobDeps): Promise<void> {
  try {
    for (const { org } of await deps.store.organisations()) await lookAt(deps, org);
  } catch (cause) {
    deps.failed(cause);
  }
}

async function lookAt(deps: SelfCheckJobDeps, org: OrgId): Promise<void> {
  try {
    const ran = await runSelfCheck(deps, org);
    if (ran?.needsAttention === true) deps.found(org, ran.findings.length);
  } catch (cause) {
    const wasFirst = cause instanceof StoreError && cause.code === 'conflict'; // another process looked
    if (!wasFirst) deps.failed(cause);
  }
}
