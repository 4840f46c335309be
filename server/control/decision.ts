import { z } from 'zod';
import { ParameterId, Purpose } from '../../shared/catalog.ts';
import { DeviceId, PersonId } from '../../shared/ids.ts';
import { Exclusions } from '../../shared/policy/exclusions.ts';
import { TimeZone } from '../../shared/policy/workingHours.ts';
import { Reason } from '../../shared/protocol/http/ages.ts';
import { AnswerWords, Grounds } from '../../shared/protocol/http/objections.ts';
import { RestrictionGround } from '../../shared/protocol/http/restrictions.ts';
import { Role } from '../../shared/roles.ts';
import { Digest, Signed } from '../../shared/signed.ts';
import { Day, UnixMs } from '../../shared/time.ts';
import type { PersonalDecision } from '../store/store.ts';
import { type Sealed, type SealScope, type Vault, VaultError } from '../vault/vault.ts';
import type { Decided } from './standing.ts';

const level = z.string().max(32);

/**
 * One decision by or for a person.
 *
 * The person's own: `objected` and `ended` (they withdraw, or have read that they were refused); `consented` (to this level, for this
 * purpose, after the notice of that version with that text was shown) and `consent_withdrawn`; `restricted`, `restriction_ended` and
 * `restriction_lift_read` (they know that it is to be lifted; it agrees to nothing); `zone`, whose clock their working hours go by; `left_out`, the applications and
 * sites that are left out for them, in place of what they named before; `agreed`,
 * to a policy that takes something from them, signed by the device on which they did.
 *
 * The organisation's: `upheld` and `refused` answer an objection, and switch nothing on; `held` says the most that is left of the policy
 * for a team of theirs or for them alone, in place of what it said before; `restriction_lift_told` and, once the person has known
 * of it for a while, `restriction_lifted` (Art. 18(3)); `minor` and `adult`; `leaving_set`,
 * with which day the account ends by itself, in place of what was set before, and `leaving_cancelled`.
 */
export const Decision = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('objected'), parameter: ParameterId, grounds: Grounds }),
  z.strictObject({ kind: z.literal('ended'), parameter: ParameterId }),
  z.strictObject({ kind: z.literal('upheld'), parameter: ParameterId, by: PersonId, words: AnswerWords }),
  z.strictObject({ kind: z.literal('refused'), parameter: ParameterId, by: PersonId, words: AnswerWords }),
  z.strictObject({
    kind: z.literal('consented'),
    parameter: ParameterId,
    level,
    purpose: Purpose,
    noticeVersion: z.int().min(1),
    /** What they were told of how long it is kept and who sees it; left out in one from before it was kept with the consent. */
    retentionDays: z.int().min(0).optional(),
    viewers: z.array(z.string().max(32)).max(16).optional(),
    /** SHA-256 of the words that the person was shown. */
    shown: Digest,
    /** What their device signed; left out: they gave it in the console. */
    signed: Signed.optional(),
  }),
  z.strictObject({ kind: z.literal('consent_withdrawn'), parameter: ParameterId, signed: Signed.optional() }),
  z.strictObject({
    kind: z.literal('restricted'),
    parameter: ParameterId,
    ground: RestrictionGround,
    words: Grounds,
  }),
  z.strictObject({ kind: z.literal('restriction_ended'), parameter: ParameterId }),
  z.strictObject({
    kind: z.literal('restriction_lift_told'),
    parameter: ParameterId,
    by: PersonId,
    words: AnswerWords,
  }),
  z.strictObject({ kind: z.literal('restriction_lift_read'), parameter: ParameterId }),
  z.strictObject({ kind: z.literal('restriction_lifted'), parameter: ParameterId, by: PersonId }),
  z.strictObject({
    kind: z.literal('held'),
    layer: z.enum(['team', 'person']),
    ceilings: z.partialRecord(ParameterId, level),
    by: PersonId,
    words: Reason,
  }),
  z.strictObject({ kind: z.literal('zone'), zone: TimeZone.nullable() }),
  z.strictObject({ kind: z.literal('left_out'), exclusions: Exclusions }),
  z.strictObject({ kind: z.literal('minor'), by: PersonId, words: Reason }),
  z.strictObject({ kind: z.literal('adult'), by: PersonId, words: Reason }),
  z.strictObject({
    kind: z.literal('leaving_set'),
    day: Day,
    zone: TimeZone,
    /** The end of that day by that clock, as it was worked out and told when it was set. */
    endsAt: UnixMs,
    by: PersonId,
    role: Role,
  }),
  z.strictObject({ kind: z.literal('leaving_cancelled'), by: PersonId }),
  z.strictObject({ kind: z.literal('agreed'), version: z.int().min(1), device: DeviceId, agreement: Signed }),
]);
export type Decision = z.infer<typeof Decision>;

type Place = Pick<PersonalDecision, 'org' | 'person' | 'revision' | 'at'>;

/** Seals a decision for its person, with its place in the order of theirs and the instant from which it counts. */
export function sealDecision(vault: Vault, place: Place, decision: Decision): Promise<Sealed> {
  return vault.seal(scopeOf(place), Buffer.from(JSON.stringify(decision), 'utf8'));
}

/** What is kept of a decision; null in it when it was changed since. Throws VaultError `unavailable` when the keys cannot be read. */
export async function openDecision(vault: Vault, record: PersonalDecision): Promise<Decided> {
  const { revision, at } = record;
  return { revision, at, decision: await opened(vault, record) };
}

async function opened(vault: Vault, record: PersonalDecision): Promise<Decision | null> {
  try {
    const bytes = await vault.open(scopeOf(record), record.decision);
    return Decision.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    if (error instanceof VaultError && error.code === 'unavailable') throw error;
    return null;
  }
}

function scopeOf({ org, person, revision, at }: Place): SealScope {
  const part = `decision ${revision} at ${at}`;
  return { org, person, parameter: 'profile', epoch: 0, record: person, part, policyVersion: 0 };
}
