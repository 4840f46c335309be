import { DaylightError } from '../shared/errors.ts';
import type { OrgId } from '../shared/ids.ts';
import { type AccountDeps, createAccounts } from './api/accounts.ts';
import type { PersonRecord } from './store/store.ts';

/** The person of an organisation that whoever has the host means by an e-mail address. Throws DaylightError `not_found`. */
export async function personNamed(deps: AccountDeps, org: OrgId, email: string): Promise<PersonRecord> {
  const found = await createAccounts(deps).byEmail(email.trim());
  if (found?.org === org) return found;
  throw new DaylightError('not_found', '--person: nobody in this organisation has this address', {
    field: 'person',
    remedy: 'Give the e-mail address that the person signs in with.',
  });
}
