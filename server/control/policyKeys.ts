import { DaylightError } from '../../shared/errors.ts';
import type { OrgId } from '../../shared/ids.ts';
import {
  followKeys,
  type KeyChain,
  type KeyStatement,
  readKeyStatement,
  type SignedKeyStatement,
  type VerifyKeyStatement,
} from '../../shared/policy/keys.ts';
import type { Digest, PublicKey } from '../../shared/signed.ts';
import type { PolicyKeyRecord } from '../store/store.ts';

/** Every key that an organisation's policies were signed by, each proven by those beside it. */
export interface PolicyKeys {
  readonly chain: KeyChain;
  readonly changes: readonly PolicyKeyChange[];
  /** The key that was in force when this version was published: no other may have signed it. */
  keyAt(version: number): PublicKey;
}

export type PolicyKeyChange = PolicyKeyRecord & { readonly said: KeyStatement };

/** What the sealed profile says. */
export interface SealedKeys {
  readonly serverKey: PublicKey;
  readonly policyKey: PublicKey;
  readonly sequence: number;
}

/**
 * What the store has of the changes, checked as if it came from a stranger, by the keys that are sealed. Throws DaylightError
 * `unavailable` when it does not lead to the key that signs now.
 */
export function provenKeys(
  org: OrgId,
  { serverKey, policyKey, sequence }: SealedKeys,
  records: readonly PolicyKeyRecord[],
  verify: VerifyKeyStatement,
): PolicyKeys {
  const first = firstKeyOf(records) ?? policyKey;
  const began: KeyChain = { org, serverKey, key: first, sequence: 0, retired: [], links: [] };
  const statements = records.map(({ statement }) => statement);
  const { chain, isWhole } = followKeys(began, statements, verify);
  if (!isWhole || chain.key !== policyKey || chain.sequence !== sequence || records.length !== sequence)
    throw changed();
  const changes = records.flatMap((record, at) => {
    const said = chain.links[at]?.statement;
    return said === undefined ? [] : [{ ...record, said }];
  });
  return { chain, changes, keyAt: (version) => keyAt(chain, first, version) };
}

/** The statements that lead to the key that signs now; with a version, to the one that was in force when that was published. */
export function statementsOf({ chain }: PolicyKeys, version = Number.POSITIVE_INFINITY): readonly SignedKeyStatement[] {
  return chain.links.filter(({ statement }) => statement.policyVersion < version).map(({ signed }) => signed);
}

/**
 * Whether the policy in force was published under the key before: then the key in force signs it anew. Throws DaylightError
 * `unavailable` when the last change names a policy that is not there, or another one with that version.
 */
export function isSignedBefore(version: number, hash: Digest, { chain }: PolicyKeys): boolean {
  const last = chain.links.at(-1)?.statement;
  if (last === undefined || last.policyVersion < version) return false;
  if (last.policyVersion === version && last.policyHash === hash) return true;
  throw changed();
}

/** What signed it is the key before the first change that names this version or a later one. */
function keyAt({ links, key }: KeyChain, first: PublicKey, version: number): PublicKey {
  const next = links.findIndex(({ statement }) => statement.policyVersion >= version);
  if (next === -1) return key;
  return links[next]?.statement.previousKey ?? first;
}

/** Read before it is proven: whatever it says, the chain from it must lead to the key that signs now. */
function firstKeyOf([first]: readonly PolicyKeyRecord[]): PublicKey | null {
  if (first === undefined) return null;
  return readKeyStatement(first.statement)?.previousKey ?? null;
}

function changed(): DaylightError {
  return new DaylightError('unavailable', 'the policy keys in the store were changed after they were made', {
    remedy: 'Restore the database from a backup; until then nothing is collected.',
  });
}
