import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import { DaylightError } from '../../shared/errors.ts';
import type { PersonId } from '../../shared/ids.ts';
import type { PolicyControl } from '../control/control.ts';
import type { PersonRecord } from '../store/store.ts';

/**
 * What the person has had restricted, which nobody but themself is shown, and nobody else erases (GDPR Art. 18). Where one of their decisions was damaged nobody
 * can say what it forbids: then that is everything.
 */
export async function withheldFrom(
  { control }: { readonly control: Pick<PolicyControl, 'standing'> },
  { person: reader }: { readonly person: PersonId | null },
  subject: Pick<PersonRecord, 'org' | 'person'>,
): Promise<ReadonlySet<ParameterId>> {
  if (reader === subject.person) return new Set();
  const { restrictions, isReadable } = await control.standing(subject);
  return new Set(isReadable ? restrictions.keys() : parameterIds);
}

/** `field` tells it from other refusals. */
export const RESTRICTED_FIELD = 'parameter';

export function restrictedByThem(): DaylightError {
  return new DaylightError(
    'forbidden',
    'parameter: the person has had this restricted: it is kept, and shown to nobody',
    {
      field: RESTRICTED_FIELD,
      remedy:
        'A privacy officer can tell them that it is to be lifted, and why; until it is lifted, or they end it, ask the person themself.',
    },
  );
}
