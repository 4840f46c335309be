import { z } from 'zod';
import { PersonId } from '../../ids.ts';
import { KeyReason, SignedKeyStatement } from '../../policy/keys.ts';
import { Digest, PublicKey } from '../../signed.ts';
import { UnixMs } from '../../time.ts';
import { proof } from './credentials.ts';
import { empty, route } from './route.ts';

/** Changes of the key within a day: every one is kept for ever, on every device. */
export const ROTATIONS_IN_A_DAY = 5;

export const PolicyKeyView = z.strictObject({
  /** 0 for the key that the organisation began with. */
  sequence: z.int().min(0),
  key: PublicKey,
  keyId: Digest,
  /** From when on it signed. */
  since: UnixMs,
  /** The version that was in force when it came, which it has signed anew; it has signed those after it. */
  policyVersion: z.int().min(1),
  /** Null for the first. */
  reason: KeyReason.nullable(),
  /** Who had it changed; null for the first, and for a change on the host. */
  author: PersonId.nullable(),
  /** What proves it; null for the first. */
  statement: SignedKeyStatement.nullable(),
});
export type PolicyKeyView = z.infer<typeof PolicyKeyView>;

export const PolicyKeysView = z.strictObject({
  /** By which every statement is signed too. */
  serverKey: PublicKey,
  /** Newest first: the one in force. Never empty. */
  keys: z.array(PolicyKeyView),
});
export type PolicyKeysView = z.infer<typeof PolicyKeysView>;

export const policyKeysRoutes = {
  policyKeys: route({
    method: 'GET',
    path: '/policy/keys',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Every key that has signed policies, newest first, with the signed statements by which one followed the other. Everyone in the organisation may read them.',
    body: null,
    response: PolicyKeysView,
  }),
  rotatePolicyKey: route({
    method: 'POST',
    path: '/policy/keys',
    auth: 'session',
    params: empty,
    query: empty,
    summary: `Puts a new key in the place of the one that signs policies (owner, with the password again and a new code of the second factor, without which it is 403). What is collected stays as it is. 409 when \`sequence\` is not the one in force, 429 after ${ROTATIONS_IN_A_DAY} within 24 hours.`,
    body: z.strictObject({
      /** The key in force as whoever asks has seen it. */
      sequence: z.int().min(0),
      reason: KeyReason,
      ...proof,
    }),
    response: PolicyKeysView,
  }),
};
