import { appealSentence } from '../../shared/appeal.ts';
import type { OrgId } from '../../shared/ids.ts';
import { Contacts, type ContactsView, NO_CONTACTS } from '../../shared/protocol/http/contacts.ts';
import type { Settings } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import { readSetting } from './settings.ts';

/** Under this name the organisation's settings keep them. */
export const CONTACTS = 'contacts';

/** Whom people of this organisation can turn to. What was damaged in the store counts as not named. */
export async function contactsOf(store: Pick<Settings, 'setting'>, vault: Vault, org: OrgId): Promise<ContactsView> {
  const setting = await readSetting(store, vault, { org, name: CONTACTS }, Contacts);
  const contacts = setting?.value ?? NO_CONTACTS;
  return {
    ...contacts,
    revision: setting?.revision ?? 0,
    changedAt: setting?.at ?? null,
    appeal: appealSentence(contacts),
  };
}
