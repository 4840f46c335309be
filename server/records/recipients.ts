import { DaylightError } from '../../shared/errors.ts';
import type { DisclosureView } from '../../shared/protocol/http/disclosures.ts';
import { dayOf } from '../../shared/time.ts';
import type { Located } from '../lifecycle/corrections.ts';
import type { Telling } from '../reports/corrected.ts';

/** Somebody outside who was given what was corrected since. */
export interface Recipient extends Pick<DisclosureView, 'recipient' | 'givenOn' | 'isSecret'> {
  readonly disclosure: number;
  /** What was done about it since the newest correction; null: nothing. */
  readonly told: Telling | null;
}

/** By the register of disclosures: of this person, this parameter and this day, and given before it was corrected (GDPR Art. 19). */
export function recipientsOf(
  { person, parameter, day, corrected }: Pick<Located, 'person' | 'parameter' | 'day' | 'corrected'>,
  disclosures: readonly DisclosureView[],
): readonly Recipient[] {
  const change = corrected.changes.at(-1);
  if (change === undefined) return [];
  return disclosures
    .filter(({ state, people, parameters, from, to, givenOn }) => {
      const isOfThem = people === 'everyone' || people.includes(person);
      const isOfThis = parameters.includes(parameter) && from <= day && day <= to;
      return state === 'counts' && isOfThem && isOfThis && givenOn <= dayOf(change.at);
    })
    .map(({ number: disclosure, recipient, givenOn, isSecret }) => {
      const last = corrected.told.get(disclosure);
      const told = last === undefined || last.number < change.number ? null : last;
      return { disclosure, recipient, givenOn, isSecret, told };
    });
}

/** Throws DaylightError `not_found` where this disclosure gave nobody what was corrected. */
export function requireRecipient(recipients: readonly Recipient[], disclosure: number): Recipient {
  const found = recipients.find((one) => one.disclosure === disclosure);
  if (found !== undefined) return found;
  throw new DaylightError('not_found', 'number: by this disclosure nobody was given what was corrected', {
    field: 'number',
    remedy: 'Look at the recipients of this correction.',
  });
}
