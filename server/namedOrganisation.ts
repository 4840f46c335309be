import { DaylightError } from '../shared/errors.ts';
import type { OrgId } from '../shared/ids.ts';
import type { Foundation } from './foundation.ts';
import { StoreError } from './store/store.ts';

export interface Named {
  readonly org: OrgId;
  readonly name: string;
}

/**
 * The organisation that whoever has the host means by a name or an id. What cannot be opened has its id for a name. Throws
 * DaylightError `not_found`, and `bad_request` where several have the name.
 */
export async function namedOrganisation(given: string, foundation: Foundation): Promise<Named> {
  const which = given.trim();
  return (await withId(which, foundation)) ?? withName(which, foundation);
}

async function withId(which: string, { organisations, store }: Foundation): Promise<Named | null> {
  const found = (await store.organisations()).find(({ org }) => org === which);
  if (found === undefined) return null;
  const all = await organisations.all().catch(() => []);
  return all.find(({ org }) => org === found.org) ?? { org: found.org, name: found.org };
}

async function withName(which: string, { organisations }: Foundation): Promise<Named> {
  const all = await organisations.all();
  const named = all.filter(({ name }) => name === which);
  const [one, another] = named;
  if (one === undefined) throw noneNamed(all.map(({ name }) => name));
  if (another !== undefined) throw severalNamed(named.map(({ org }) => org));
  return one;
}

/** For whoever needs the data folder to themself and does not get it. */
export function folderBusy(data: string): (cause: unknown) => never {
  return (cause) => {
    if (!(cause instanceof StoreError) || cause.code !== 'busy') throw cause;
    throw new DaylightError('conflict', `${data}: a server or another command has this data folder open`, {
      remedy: 'Stop it first, then try again.',
      cause,
    });
  };
}

export function noneNamed(names: readonly string[]): DaylightError {
  const there = names.length === 0 ? 'There is none here.' : `There is: ${names.join(', ')}.`;
  return new DaylightError('not_found', '--organisation: no organisation has this name or id', {
    field: 'organisation',
    remedy: there,
  });
}

function severalNamed(orgs: readonly OrgId[]): DaylightError {
  return new DaylightError('bad_request', '--organisation: several organisations have this name', {
    field: 'organisation',
    remedy: `Give the id of the one that you mean: ${orgs.join(' or ')}.`,
  });
}
