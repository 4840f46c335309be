import { parameterIds } from '../../shared/catalog.ts';
import type { PersonId } from '../../shared/ids.ts';
import { limits } from '../../shared/protocol/limits.ts';
import type { PolicyControl } from '../control/control.ts';
import type { Erased } from '../control/erased.ts';
import type { Store } from '../store/store.ts';
import { BEFORE_EVERYTHING, type OrderDeps, orderErasures } from './erasureOrder.ts';

export interface MinorDeps extends OrderDeps {
  readonly store: OrderDeps['store'] & Pick<Store, 'organisations' | 'people'>;
  readonly control: Pick<PolicyControl, 'standing' | 'undisturbed'>;
  readonly erased: Erased;
}

/**
 * Orders that all that was recorded of somebody who is said not to be of age is erased, as far as that has not been ordered since it was
 * said. Not what they have had restricted (GDPR Art. 18): that goes when it is restricted no more. Resolves with whether there was
 * anything to order.
 */
export function eraseMinor(deps: MinorDeps, of: Parameters<PolicyControl['standing']>[0]): Promise<boolean> {
  // What is restricted meanwhile is either seen here, or was confirmed to nobody yet.
  return deps.control.undisturbed(of.org, () => order(deps, of));
}

async function order(deps: MinorDeps, { org, person }: Parameters<PolicyControl['standing']>[0]): Promise<boolean> {
  const { minor, restrictions, isReadable } = await deps.control.standing({ org, person });
  // With a decision that nobody can read nobody knows what is restricted.
  if (minor === null || !isReadable) return false;
  const ordered = (await deps.erased.of({ org, person })).erasures.flatMap(({ at, scope }) =>
    scope?.kind === 'minor' && at >= minor.since ? scope.parts.map(({ parameter }) => parameter) : [],
  );
  const due = parameterIds.filter((id) => !restrictions.has(id) && !ordered.includes(id));
  if (due.length === 0) return false;
  // What a clock that is ahead has stamped, as far as it is taken at all.
  const to = deps.clock.now() + limits.clockSkewMs + 1;
  const parts = due.map((parameter) => ({ parameter, from: BEFORE_EVERYTHING, to, above: 'off' }));
  const scope = { kind: 'minor' as const, by: minor.by, parts, image: null, counted: [] };
  await orderErasures(deps, org, [{ people: [person], scope }]);
  return true;
}

/** Of everybody: what was said, and not followed by its order because the process ended in between. */
export async function eraseMinors(
  deps: MinorDeps & { readonly failed: (cause: unknown) => void },
): Promise<readonly PersonId[]> {
  const found: PersonId[] = [];
  for (const { org } of await deps.store.organisations()) {
    for (const { person } of await deps.store.people(org)) {
      try {
        if (await eraseMinor(deps, { org, person })) found.push(person);
      } catch (error) {
        deps.failed(error); // the others' go on
      }
    }
  }
  return found;
}
