import type { OrgId } from '../../shared/ids.ts';
import type { HoldView } from '../../shared/protocol/http/holds.ts';
import { DAY, HOUR, type UnixMs } from '../../shared/time.ts';
import { daysOf, type Erased, type OpenedErasure } from '../control/erased.ts';
import type { ErasureScope } from '../control/erasureScope.ts';
import { startPeriodic } from '../periodic.ts';
import { holdsView } from '../records/holds.ts';
import { readRegister } from '../records/registers.ts';
import type { Store } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import type { ClockBrake } from './clockBrake.ts';
import type { ErasureEngine } from './erasure.ts';
import { type OrderDeps, orderErasures } from './erasureOrder.ts';

export interface HeldBackDeps extends OrderDeps {
  readonly store: OrderDeps['store'] & Pick<Store, 'organisations' | 'settingRevisions'>;
  readonly vault: OrderDeps['vault'] & Pick<Vault, 'open'>;
  readonly erased: Erased;
  readonly brake: Pick<ClockBrake, 'check'>;
  readonly failed: (cause: unknown) => void;
}

/**
 * Orders anew what a legal hold had kept from being erased, of every hold that has ended: each erasure once for each hold, as far as the two
 * meet. Resolves with how many it ordered. It can be called at any time, and again.
 */
export async function orderHeldBack(deps: HeldBackDeps): Promise<number> {
  let ordered = 0;
  for (const { org } of await deps.store.organisations()) {
    try {
      ordered += await orderOf(deps, org);
    } catch (error) {
      deps.failed(error); // the others' go on
    }
  }
  return ordered;
}

/** At the start and every hour: what a hold kept that is over since. */
export function startHeldBack(deps: HeldBackDeps, erasures: Pick<ErasureEngine, 'wake'>): { close(): Promise<void> } {
  const round = async (): Promise<void> => {
    if ((await orderHeldBack(deps)) > 0) erasures.wake();
  };
  return startPeriodic(() => round().catch(deps.failed), { quietMs: 0, everyMs: HOUR });
}

async function orderOf(deps: HeldBackDeps, org: OrgId): Promise<number> {
  const { holds } = holdsView(await readRegister(deps.store, deps.vault, org, 'holds'), deps.clock.now());
  let ordered = 0;
  for (const hold of holds) {
    // What ends by its date waits, as everything does that the date destroys, while the date is in doubt.
    const hasEnded = hold.state === 'released' || (hold.state === 'over' && deps.brake.check() === 'free');
    if (!hasEnded) continue;
    deps.erased.changed({ org, person: hold.person });
    for (const scope of await heldBackBy(deps, org, hold)) {
      await orderErasures(deps, org, [{ people: [hold.person], scope }]);
      ordered += 1;
    }
  }
  return ordered;
}

async function heldBackBy(
  { erased }: HeldBackDeps,
  org: OrgId,
  { number, person, parameters, from, to, holdsFrom }: HoldView,
): Promise<readonly ErasureScope[]> {
  if (holdsFrom === null) return [];
  const { erasures } = await erased.of({ org, person });
  const again = new Set(erasures.flatMap(({ scope }) => (scope?.after?.hold === number ? [scope.after.erasure] : [])));
  return erasures.flatMap((one): ErasureScope[] => {
    const { scope } = one;
    // What another hold kept of one that was ordered anew is within both: the first order has it.
    if (scope === null || scope.after !== undefined || again.has(one.number)) return [];
    const orders = [one, ...erasures.filter((other) => other.scope?.after?.erasure === one.number)];
    if (orders.every((order) => wasDoneBefore(order, holdsFrom))) return [];
    const parts = scope.parts.filter((part) => {
      const [first, last] = daysOf(part);
      return parameters.includes(part.parameter) && first <= to && last >= from;
    });
    return parts.length === 0 ? [] : [{ ...scope, parts, counted: [], after: { hold: number, erasure: one.number } }];
  });
}

/** With a day for clocks that were set back. */
function wasDoneBefore({ state, changedAt }: OpenedErasure, holdsFrom: UnixMs): boolean {
  return state === 'verified' && changedAt < holdsFrom - DAY;
}
