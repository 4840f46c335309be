import type { ParameterId } from '../../shared/catalog.ts';
import type { PolicyDocument } from '../../shared/policy/policy.ts';
import type { ReadPurpose } from '../../shared/protocol/http/reading.ts';
import { type Authorized, readableFor } from '../authorize.ts';
import type { PublishedPolicy } from '../control/control.ts';
import { instantOf } from '../control/told.ts';
import type { PersonRecord } from '../store/store.ts';
import type { Context } from './context.ts';

/** For what each parameter may be read of a person. What has no entry may not be read by this reader at all. */
export type PurposesOf = ReadonlyMap<ParameterId, ReadonlySet<ReadPurpose>>;

/**
 * For what the reader may ask for each parameter of this person, before it is known what is stored: for the purpose that the policy
 * names, and for those under which it was collected before. Where it was collected for something else before, the purpose in force
 * counts only once the person has been told of it on one of their devices (GDPR Art. 13(3)).
 */
export async function openTo(
  context: Context,
  leave: Authorized<'data.read'>,
  person: PersonRecord,
): Promise<PurposesOf> {
  const published = await context.control.history(person.org);
  const current = published.at(-1);
  if (current === undefined) return new Map();
  const inForce = await context.control.rulesFor(person);
  const before = published.slice(0, -1).map(({ document }) => collectedBy(leave, inForce, document.parameters));
  const now = readableFor(leave, inForce, inForce);
  const earlier = mergedPurposes(before);
  const changed = [...now].filter(([id, purpose]) => isOther(earlier.get(id), purpose)).map(([id]) => id);
  const untold = changed.length === 0 ? new Set() : await untoldOf(context, person, published, changed);
  return mergedPurposes([...before, new Map([...now].filter(([id]) => !untold.has(id)))]);
}

/** All of the purposes of each parameter. */
export function mergedPurposes(maps: readonly ReadonlyMap<ParameterId, ReadPurpose>[]): PurposesOf {
  const all = new Map<ParameterId, Set<ReadPurpose>>();
  for (const [id, purpose] of maps.flatMap((map) => [...map])) {
    const known = all.get(id);
    if (known === undefined) all.set(id, new Set([purpose]));
    else known.add(purpose);
  }
  return all;
}

type Rules = PolicyDocument['parameters'];

function collectedBy(
  leave: Authorized<'data.read'>,
  inForce: Rules,
  rules: Rules,
): ReadonlyMap<ParameterId, ReadPurpose> {
  return new Map([...readableFor(leave, inForce, rules)].filter(([id]) => rules[id].level !== 'off'));
}

function isOther(earlier: ReadonlySet<ReadPurpose> | undefined, purpose: ReadPurpose): boolean {
  return earlier !== undefined && [...earlier].some((one) => one !== purpose);
}

/** Those of the parameters whose purpose in force the person has been told of on no device since it was published. */
async function untoldOf(
  { store, control, clock }: Context,
  person: PersonRecord,
  published: readonly PublishedPolicy[],
  parameters: readonly ParameterId[],
): Promise<ReadonlySet<ParameterId>> {
  const told = [...(await control.toldOn(person.org, await store.devices(person.org, [person.person]))).values()];
  return new Set(
    parameters.filter((id) => {
      const instants = lastInstants(published, id, clock.now());
      return !instants.some((at) => told.some((one) => one.at(at)[id] !== 'off'));
    }),
  );
}

/** The last instant of each version since which the parameter has had the purpose in force: until the next one, telling only adds. */
function lastInstants(published: readonly PublishedPolicy[], id: ParameterId, now: number): number[] {
  const purpose = published.at(-1)?.document.parameters[id].purpose;
  const change = published.findLastIndex(({ document }) => document.parameters[id].purpose !== purpose);
  return published
    .slice(change + 1)
    .map((one, index, since) => (since[index + 1]?.publishedAt ?? instantOf(now, one) + 1) - 1);
}
