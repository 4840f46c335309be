import { ErasureId, type OrgId, type PersonId } from '../../shared/ids.ts';
import type { Clock } from '../clock.ts';
import type { Erased } from '../control/erased.ts';
import { type ErasureScope, sealErasure } from '../control/erasureScope.ts';
import type { Random } from '../random.ts';
import { type ErasureRecord, type Store, StoreError } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';

export interface OrderDeps {
  readonly store: Pick<Store, 'erasures' | 'putErasures'>;
  readonly vault: Pick<Vault, 'seal'>;
  readonly erased: Pick<Erased, 'changed'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Pick<Random, 'uuid'>;
}

/** The first instant that there is for this program. */
export const BEFORE_EVERYTHING = Date.parse('2020-01-01T00:00:00Z');

/** Somebody else may have ordered something for one of them meanwhile. */
const ATTEMPTS = 5;

/**
 * Orders that the same is erased of each of these people: when it resolves it is durable for all of them, and will be done whatever happens to
 * the process. Returns the order's id.
 */
export async function orderErasures(
  deps: OrderDeps,
  org: OrgId,
  people: readonly PersonId[],
  scope: ErasureScope,
): Promise<ErasureId> {
  const { store, vault, erased, clock, random } = deps;
  const order = ErasureId.parse(random.uuid());
  for (let attempt = 1; ; attempt += 1) {
    const at = clock.now();
    const numbers = await nextNumbers(deps, org, people);
    const records = people.map(async (person): Promise<ErasureRecord> => {
      const place = { org, person, number: numbers.get(person) ?? 1, order, at };
      return { ...place, state: 'requested', changedAt: at, scope: await sealErasure(vault, place, scope) };
    });
    try {
      await store.putErasures(await Promise.all(records));
      return order;
    } catch (cause) {
      if (!(cause instanceof StoreError) || cause.code !== 'conflict' || attempt === ATTEMPTS) throw cause;
    } finally {
      for (const person of people) erased.changed({ org, person });
    }
  }
}

async function nextNumbers(
  { store }: OrderDeps,
  org: OrgId,
  people: readonly PersonId[],
): Promise<ReadonlyMap<PersonId, number>> {
  const [first] = people;
  const earlier =
    people.length === 1 && first !== undefined ? await store.erasures(org, first) : await store.erasures(org);
  return new Map(earlier.map(({ person, number }) => [person, number + 1]));
}
