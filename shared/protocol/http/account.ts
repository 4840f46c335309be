import { z } from 'zod';
import { Digest } from '../../signed.ts';
import { wellFormed } from '../../text.ts';
import { UnixMs } from '../../time.ts';
import { Password, TotpCode } from './credentials.ts';
import { empty, ok, route } from './route.ts';
import { Me } from './signIn.ts';

export const accountRoutes = {
  setPassword: route({
    method: 'PUT',
    path: '/account/password',
    auth: 'partial',
    params: empty,
    query: empty,
    summary:
      'Set or change the password; ends every other session. `current` is required when there is one, except in a session from a host link.',
    body: z.strictObject({ current: wellFormed(0, 200).optional(), password: Password }),
    response: Me,
  }),
  beginTotp: route({
    method: 'POST',
    path: '/account/totp',
    auth: 'partial',
    params: empty,
    query: empty,
    summary:
      'Begin setting up a second factor (RFC 6238: SHA-1, 30 s, 6 digits). Takes effect with the first right code. Needs a fresh second factor when there already is one.',
    body: empty,
    response: z.strictObject({ secret: z.string(), uri: z.string() }),
  }),
  confirmTotp: route({
    method: 'PUT',
    path: '/account/totp',
    auth: 'partial',
    params: empty,
    query: empty,
    summary: 'Confirm the second factor with its first code; answers with recovery codes, shown once.',
    body: z.strictObject({ totp: TotpCode }),
    response: z.strictObject({ recoveryCodes: z.array(z.string()), me: Me }),
  }),
  secondFactor: route({
    method: 'GET',
    path: '/account/second-factor',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Whether this account has a second factor, whether its role needs one, and how many recovery codes are left.',
    body: null,
    response: z.strictObject({ set: z.boolean(), needed: z.boolean(), recoveryCodesLeft: z.int() }),
  }),
  removeTotp: route({
    method: 'DELETE',
    path: '/account/totp',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Remove the second factor and its recovery codes, where the role needs none (employee). Ends every other session. Needs a fresh second factor.',
    body: null,
    response: Me,
  }),
  renewRecoveryCodes: route({
    method: 'POST',
    path: '/account/recovery-codes',
    auth: 'session',
    params: empty,
    query: empty,
    summary: 'New recovery codes, shown once; the old ones stop working. Needs a fresh second factor.',
    body: empty,
    response: z.strictObject({ recoveryCodes: z.array(z.string()) }),
  }),
  sessions: route({
    method: 'GET',
    path: '/account/sessions',
    auth: 'session',
    params: empty,
    query: empty,
    summary: 'Sessions of this account.',
    body: null,
    response: z.strictObject({
      sessions: z.array(
        z.strictObject({
          id: Digest,
          current: z.boolean(),
          createdAt: UnixMs,
          lastSeenAt: UnixMs,
          network: z.string(),
          client: z.string(),
          concurrentUse: z.boolean(),
        }),
      ),
    }),
  }),
  endSession: route({
    method: 'DELETE',
    path: '/account/sessions/:id',
    auth: 'session',
    params: z.strictObject({ id: Digest }),
    query: empty,
    summary: 'End one session of this account.',
    body: null,
    response: ok,
  }),
  endOtherSessions: route({
    method: 'DELETE',
    path: '/account/sessions',
    auth: 'session',
    params: empty,
    query: empty,
    summary: 'End every session of this account but this one.',
    body: null,
    response: z.strictObject({ ended: z.int() }),
  }),
};
