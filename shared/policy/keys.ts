import { z } from 'zod';
import { isCanonical } from '../canonical.ts';
import { OrgId } from '../ids.ts';
import { Digest, PublicKey, Signature } from '../signed.ts';
import { UnixMs } from '../time.ts';

/** Why a key was changed. No free text: statements are kept for ever, in the clear, on every device. */
export const KeyReason = z.enum([
  'scheduled',
  'staff_change', // somebody who could reach the key has left
  'suspected_theft',
]);
export type KeyReason = z.infer<typeof KeyReason>;

/** That a new key signs the policies and leases of an organisation from now on, and the one before nothing any more. */
export const KeyStatement = z.strictObject({
  schema: z.literal(1),
  org: OrgId,
  /** 1, 2, 3 … The key that the organisation began with has none; it is number 0. */
  sequence: z.int().min(1),
  previousKey: PublicKey,
  key: PublicKey,
  /** The policy in force when the key was changed: the last that the previous key has signed. The new key signs it anew. */
  policyVersion: z.int().min(1),
  policyHash: Digest,
  /** When, for people to read; the order is that of `sequence`. */
  at: UnixMs,
  reason: KeyReason,
});
export type KeyStatement = z.infer<typeof KeyStatement>;

/**
 * A KeyStatement with three signatures over the same text, in context `daylight/policy-key/v1`: by the previous policy key,
 * which hands over; by the new one, which shows that somebody holds it; and by the server's identity key, without which a thief
 * of the policy key could put one of their own in its place. `payload` is canonical JSON (RFC 8785).
 */
export const SignedKeyStatement = z.strictObject({
  payload: z.string().max(2_048),
  previous: Signature,
  next: Signature,
  server: Signature,
});
export type SignedKeyStatement = z.infer<typeof SignedKeyStatement>;

/** Statements in one frame. Whoever is behind by more has the rest in the frames after it. */
export const KEYS_IN_A_FRAME = 16;

/** The key that signs now, as far as whoever holds this knows, and how it came to that. */
export interface KeyChain {
  readonly org: OrgId;
  /** Pinned at enrolment: it signs every statement. */
  readonly serverKey: PublicKey;
  readonly key: PublicKey;
  readonly sequence: number;
  /** Keys known to be retired: none of them ever signs again. */
  readonly retired: readonly PublicKey[];
  /** What proves it, oldest first, beginning with the key that is trusted for another reason. */
  readonly links: readonly KeyLink[];
}

export interface KeyLink {
  readonly signed: SignedKeyStatement;
  readonly statement: KeyStatement;
}

/** Whether `signature` is that of `key` over `payload` in context `daylight/policy-key/v1`. Never throws. */
export type VerifyKeyStatement = (key: PublicKey, payload: string, signature: Signature) => boolean;

/**
 * The chain with the statements that follow from it. What it has passed already is left out; at the first that does not follow (a
 * gap, a fork, another organisation, a key that was retired, a signature that is not genuine) it ends, and `isWhole` is false.
 */
export function followKeys(
  chain: KeyChain,
  statements: readonly SignedKeyStatement[],
  verify: VerifyKeyStatement,
): { readonly chain: KeyChain; readonly isWhole: boolean } {
  let now = chain;
  for (const signed of statements) {
    const statement = readKeyStatement(signed);
    if (statement === null) return { chain: now, isWhole: false };
    if (isPassed(now, statement)) continue;
    if (!follows(now, statement) || !isSigned(now, { signed, statement }, verify))
      return { chain: now, isWhole: false };
    now = {
      ...now,
      key: statement.key,
      sequence: statement.sequence,
      retired: [...now.retired, statement.previousKey],
      links: [...now.links, { signed, statement }],
    };
  }
  return { chain: now, isWhole: true };
}

/** What it says, whoever signed it; null when it is not of the form. */
export function readKeyStatement({ payload }: SignedKeyStatement): KeyStatement | null {
  return isCanonical(payload) ? (KeyStatement.safeParse(JSON.parse(payload)).data ?? null) : null;
}

/** Nothing is learnt from it, and nothing of it is believed; another key in the place of the one in force is a fork. */
function isPassed({ sequence, key }: KeyChain, statement: KeyStatement): boolean {
  return statement.sequence < sequence || (statement.sequence === sequence && statement.key === key);
}

function follows({ org, serverKey, key, sequence, retired, links }: KeyChain, statement: KeyStatement): boolean {
  if (statement.org !== org || statement.sequence !== sequence + 1 || statement.previousKey !== key) return false;
  if ([key, serverKey, ...retired].includes(statement.key)) return false;
  return statement.policyVersion >= (links.at(-1)?.statement.policyVersion ?? 1);
}

function isSigned({ serverKey }: KeyChain, { signed, statement }: KeyLink, verify: VerifyKeyStatement): boolean {
  const { payload, previous, next, server } = signed;
  const by = (key: PublicKey, signature: Signature): boolean => verify(key, payload, signature);
  return by(statement.previousKey, previous) && by(statement.key, next) && by(serverKey, server);
}
