import { z } from 'zod';
import { PersonId, TeamId } from '../../ids.ts';
import { Role } from '../../roles.ts';
import { name } from '../../text.ts';
import { UnixMs } from '../../time.ts';
import { Email, LinkToken } from './credentials.ts';
import { empty, personPath, route } from './route.ts';

export const PersonName = name(120);

export const PersonView = z.strictObject({
  id: PersonId,
  name: z.string(),
  email: z.string(),
  role: Role,
  status: z.enum(['invited', 'active']),
  teams: z.array(TeamId),
  managesTeams: z.array(TeamId),
  secondFactor: z.boolean(),
  devices: z.int(),
});
export type PersonView = z.infer<typeof PersonView>;

/** Answered once: the link holds the token, of which the server keeps only a hash. */
export const Invitation = z.strictObject({ person: PersonView, link: z.string(), token: LinkToken, expiresAt: UnixMs });
export type Invitation = z.infer<typeof Invitation>;

/** A team named twice is one team. */
const Teams = z
  .array(TeamId)
  .max(50)
  .transform((teams) => [...new Set(teams)]);

export const peopleRoutes = {
  people: route({
    method: 'GET',
    path: '/people',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      "People in the caller's scope: everyone for owner and admin, their teams for a manager, oneself otherwise.",
    body: null,
    response: z.strictObject({ people: z.array(PersonView) }),
  }),
  invite: route({
    method: 'POST',
    path: '/people',
    auth: 'session',
    params: empty,
    query: empty,
    status: 201,
    summary:
      'Invite a person (owner, admin). Only an owner invites owners and managers. Answers with a link, valid once and for seven days.',
    body: z.strictObject({
      name: PersonName,
      email: Email,
      role: Role,
      teams: Teams.default([]),
      managesTeams: Teams.default([]),
    }),
    response: Invitation,
  }),
  invitations: route({
    method: 'GET',
    path: '/invitations',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Everyone who is invited and has not come yet (owner, admin). `expiresAt` is null when no link of theirs works any more. `invitedBy` made their latest link.',
    body: null,
    response: z.strictObject({
      invitations: z.array(
        z.strictObject({ person: PersonId, expiresAt: UnixMs.nullable(), invitedBy: PersonId.nullable() }),
      ),
    }),
  }),
  renewInvitation: route({
    method: 'POST',
    path: '/people/:person/invitation',
    auth: 'session',
    params: personPath,
    query: empty,
    status: 201,
    summary:
      'A new link for someone who has not come yet, valid once and for seven days; the earlier link stops working (owner, admin; for owners and managers an owner).',
    body: empty,
    response: Invitation,
  }),
  withdrawInvitation: route({
    method: 'DELETE',
    path: '/people/:person/invitation',
    auth: 'session',
    params: personPath,
    query: empty,
    summary: 'Make the open invitation of a person worthless (owner, admin). The person stays listed as invited.',
    body: null,
    response: PersonView,
  }),
  changePerson: route({
    method: 'PATCH',
    path: '/people/:person',
    auth: 'session',
    params: personPath,
    query: empty,
    summary:
      'Change name, role or teams (owner, admin). Only an owner makes owners and managers, gives managers more teams, and puts people into a team that has a manager. Takes effect at once on open sessions and sockets.',
    body: z.strictObject({
      name: PersonName.optional(),
      role: Role.optional(),
      teams: Teams.optional(),
      managesTeams: Teams.optional(),
    }),
    response: PersonView,
  }),
};
