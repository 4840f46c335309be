import { z } from 'zod';
import { DeviceId, OrgId, PersonId, TeamId } from '../../../shared/ids.ts';
import { Role } from '../../../shared/roles.ts';
import { Digest } from '../../../shared/signed.ts';
import { KeyPage } from '../../store/sqlite/keyDump.ts';

// What a recovery set holds, one line of JSON each, in this order: what begins it, the keys, the rights, the ledger, what ends it.

const count = z.int().nonnegative(); // and times: what was stored must be found again, whatever the clock said

export const RecoveryLine = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('begin'), format: z.literal(1), at: count, rootKey: z.base64(), keyFormat: count }),
  z.strictObject({ kind: z.literal('keys'), page: KeyPage }),
  /** What must not go back: the highest version of a policy and of its key, and how far the audit tree had come. */
  z.strictObject({
    kind: z.literal('organisation'),
    org: OrgId,
    policy: z.strictObject({ version: count, hash: Digest }).nullable(),
    policyKeys: count,
    audit: z.strictObject({ size: count, peaks: z.array(z.base64()) }),
  }),
  z.strictObject({
    kind: z.literal('person'),
    org: OrgId,
    person: PersonId,
    role: Role,
    status: z.enum(['invited', 'active']),
    teams: z.array(TeamId),
    managesTeams: z.array(TeamId),
  }),
  z.strictObject({ kind: z.literal('retired'), org: OrgId, device: DeviceId }),
  /** What somebody decided for themselves, sealed as it is in the store: withdrawals, objections, restrictions. */
  z.strictObject({
    kind: z.literal('decision'),
    org: OrgId,
    person: PersonId,
    revision: count,
    at: count,
    decision: z.base64(),
  }),
  z.strictObject({ kind: z.literal('ledger'), line: z.string() }),
  z.strictObject({ kind: z.literal('end'), ledger: z.strictObject({ entries: count, head: Digest }) }),
]);
export type RecoveryLine = z.infer<typeof RecoveryLine>;
