import { z } from 'zod';
import { PersonId, TeamId } from '../../ids.ts';
import { PersonName } from './people.ts';
import { empty, route } from './route.ts';

export const TeamView = z.strictObject({ id: TeamId, name: z.string(), members: z.int(), managers: z.array(PersonId) });
export type TeamView = z.infer<typeof TeamView>;

export const teamsRoutes = {
  teams: route({
    method: 'GET',
    path: '/teams',
    auth: 'session',
    params: empty,
    query: empty,
    summary: "Teams in the caller's scope.",
    body: null,
    response: z.strictObject({ teams: z.array(TeamView) }),
  }),
  createTeam: route({
    method: 'POST',
    path: '/teams',
    auth: 'session',
    params: empty,
    query: empty,
    status: 201,
    summary: 'Create a team (owner, admin).',
    body: z.strictObject({ name: PersonName }),
    response: TeamView,
  }),
  changeTeam: route({
    method: 'PATCH',
    path: '/teams/:team',
    auth: 'session',
    params: z.strictObject({ team: TeamId }),
    query: empty,
    summary: 'Rename a team (owner, admin). Who is in it is changed with each person.',
    body: z.strictObject({ name: PersonName }),
    response: TeamView,
  }),
};
