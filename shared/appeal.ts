import { english } from './policy/phrases/en.ts';
import type { Phrases } from './policy/phrases/phrases.ts';
import type { Contacts } from './protocol/http/contacts.ts';

/**
 * Whom somebody can turn to who is not content, in one or two sentences (GDPR Art. 12(4), 13(2)(d), 77): it stands in every notice,
 * in every export, and with every refusal.
 */
export function appealSentence({ authority, privacy }: Contacts, phrases: Phrases = english): string {
  const complaint =
    authority === null
      ? phrases.complaintUnnamed
      : phrases.complaint(authority.name, [authority.address, authority.web].filter((one) => one !== '').join(', '));
  return privacy === null ? complaint : `${phrases.question(privacy)} ${complaint}`;
}
