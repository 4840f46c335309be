import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import type { OrgId } from '../../shared/ids.ts';
import type { PolicyDocument } from '../../shared/policy/policy.ts';
import type { ReceiptPayload } from '../../shared/protocol/messages.ts';
import type { PersonRecord } from '../store/store.ts';
import type { Context } from './context.ts';

type Control = Pick<Context, 'control'>;
type Whose = Pick<PersonRecord, 'org' | 'person'>;

/**
 * Who consented to what is for the person alone. What rests on consent for them, by the policy in force or by the old terms that
 * stay for them; and, of what a device said, by the version that it was about. Others are told no state, reason or count of it.
 */
export async function restsOnConsent(
  { control }: Control,
  person: Whose,
  said: Pick<ReceiptPayload, 'policyVersion'> | null = null,
): Promise<ReadonlySet<ParameterId>> {
  const [current, own, then] = await Promise.all([
    control.current(person.org),
    control.rulesFor(person),
    said === null ? null : control.version(person.org, said.policyVersion),
  ]);
  return onConsent(current.document.parameters, own, ...(then === null ? [] : [then.document.parameters]));
}

/** What rested on consent in any version: a count that never starts anew may hold what was recorded, or refused, under that one. */
export async function everRestedOnConsent({ control }: Control, org: OrgId): Promise<ReadonlySet<ParameterId>> {
  return onConsent(...(await control.history(org)).map(({ document }) => document.parameters));
}

function onConsent(...rules: readonly PolicyDocument['parameters'][]): ReadonlySet<ParameterId> {
  return new Set(parameterIds.filter((id) => rules.some((one) => one[id].basis === 'consent')));
}

export function without<T>(
  of: Readonly<Partial<Record<ParameterId, T>>>,
  hidden: ReadonlySet<ParameterId>,
): Partial<Record<ParameterId, T>> {
  return Object.fromEntries(
    parameterIds.flatMap((id) => (hidden.has(id) || of[id] === undefined ? [] : [[id, of[id]]])),
  );
}
