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

/** The same is erased of each of these people. */
export interface WantedErasure {
  readonly people: readonly PersonId[];
  readonly scope: ErasureScope;
}

/**
 * Orders them in one transaction: when it resolves they are durable for everybody whom they concern, and will be done whatever happens to the
 * process. Nobody is in two of them. Returns the id of each order.
 */
export async function orderErasures(
  deps: OrderDeps,
  org: OrgId,
  wanted: readonly WantedErasure[],
): Promise<readonly ErasureId[]> {
  const { store, vault, erased, clock, random } = deps;
  const orders = wanted.map((one) => ({ ...one, order: ErasureId.parse(random.uuid()) }));
  const each = orders.flatMap(({ people, ...one }) => people.map((person) => ({ ...one, person })));
  for (let attempt = 1; ; attempt += 1) {
    const at = clock.now();
    const numbers = await nextNumbers(
      deps,
      org,
      each.map(({ person }) => person),
    );
    const records = each.map(async ({ person, order, scope }): Promise<ErasureRecord> => {
      const place = { org, person, number: numbers.get(person) ?? 1, order, at };
      return { ...place, state: 'requested', changedAt: at, scope: await sealErasure(vault, place, scope) };
    });
    try {
      await store.putErasures(await Promise.all(records));
      return orders.map(({ order }) => order);
    } catch (cause) {
      if (!(cause instanceof StoreError) || cause.code !== 'conflict' || attempt === ATTEMPTS) throw cause;
    } finally {
      for (const { person } of each) erased.changed({ org, person });
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
