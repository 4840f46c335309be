import type { OrgId, PersonId } from '../../shared/ids.ts';
import type { Context } from './context.ts';

/** Null for somebody who is gone. */
export async function nameOf(
  { store, accounts }: Pick<Context, 'store' | 'accounts'>,
  org: OrgId,
  person: PersonId,
): Promise<string | null> {
  const record = await store.person(org, person);
  return record === null ? null : (await accounts.profile(record)).name;
}
