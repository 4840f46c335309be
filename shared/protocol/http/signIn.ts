import { z } from 'zod';
import { OrgId, PersonId, TeamId } from '../../ids.ts';
import { Role } from '../../roles.ts';
import { wellFormed } from '../../text.ts';
import { UnixMs } from '../../time.ts';
import { Email, LinkToken, Password, TotpCode } from './credentials.ts';
import { PersonName } from './people.ts';
import { empty, ok, route } from './route.ts';

export const Me = z.strictObject({
  org: z.strictObject({ id: OrgId, name: z.string() }),
  person: z.strictObject({
    id: PersonId,
    name: z.string(),
    email: z.string(),
    role: Role,
    managesTeams: z.array(TeamId),
  }),
  /** What this session still has to do before it may do anything else. */
  mustDo: z.array(z.enum(['set_password', 'set_up_second_factor'])),
  /** How the second factor of this session was given; null when it was not. */
  secondFactor: z.enum(['totp', 'recovery_code', 'host_link', 'rescue_link']).nullable(),
  expiresAt: UnixMs,
  /** Another session of this account is in use from somewhere else. */
  concurrentUse: z.boolean(),
});
export type Me = z.infer<typeof Me>;

/** What the holder of an invitation is told before they choose anything: as whom they were invited, and until when. */
export const InvitationView = z.strictObject({
  organisation: z.string(),
  name: z.string(),
  /** What they sign in with from then on. */
  email: z.string(),
  /** The name of whoever made the link that works now; null when they are gone. */
  invitedBy: z.string().nullable(),
  expiresAt: UnixMs,
});
export type InvitationView = z.infer<typeof InvitationView>;

export const signInRoutes = {
  signIn: route({
    method: 'POST',
    path: '/session',
    auth: 'public',
    params: empty,
    query: empty,
    summary: 'Sign in. `totp` or `recoveryCode` is required once the account has a second factor.',
    body: z.strictObject({
      email: Email,
      password: wellFormed(0, 200),
      totp: TotpCode.optional(),
      recoveryCode: wellFormed(0, 40).optional(),
    }),
    response: Me,
  }),
  signInWithLink: route({
    method: 'POST',
    path: '/session/link',
    auth: 'public',
    params: empty,
    query: empty,
    summary: 'Exchange a one-time link (first start, or owner recovery on the host) for a session.',
    body: z.strictObject({ token: LinkToken }),
    response: Me,
  }),
  readInvitation: route({
    method: 'POST',
    path: '/invitation',
    auth: 'public',
    params: empty,
    query: empty,
    summary: 'Whom an invitation is for, where to, from whom, and until when it can be accepted. Does not use it up.',
    body: z.strictObject({ token: LinkToken }),
    response: InvitationView,
  }),
  acceptInvitation: route({
    method: 'POST',
    path: '/session/invitation',
    auth: 'public',
    params: empty,
    query: empty,
    summary: 'Accept an invitation: sets name and password, signs in.',
    body: z.strictObject({ token: LinkToken, name: PersonName, password: Password }),
    response: Me,
  }),
  me: route({
    method: 'GET',
    path: '/session',
    auth: 'partial',
    params: empty,
    query: empty,
    summary: 'The signed-in person.',
    body: null,
    response: Me,
  }),
  signOut: route({
    method: 'DELETE',
    path: '/session',
    auth: 'partial',
    params: empty,
    query: empty,
    summary: 'End this session.',
    body: null,
    response: ok,
  }),
};
