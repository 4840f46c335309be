import { z } from 'zod';
import { ParameterId, Purpose } from '../../catalog.ts';
import { DeviceId, PersonId, TeamId } from '../../ids.ts';
import { Exclusions } from '../../policy/exclusions.ts';
import { Jurisdiction } from '../../policy/jurisdiction.ts';
import { LeftOut } from '../../policy/leftOut.ts';
import { LawfulBasis } from '../../policy/policy.ts';
import { layerNames } from '../../policy/resolve.ts';
import { TimeZone, WorkingHours } from '../../policy/workingHours.ts';
import { turnsNothing } from '../../text.ts';
import { UnixMs } from '../../time.ts';
import { ReceiptState } from '../messages.ts';
import { Reason } from './ages.ts';
import { empty, personPath, route } from './route.ts';

/** What is left of the policy for a team, or for one person. */
export const LeftOutView = z.strictObject({
  /** Whoever changes it names it; 0 as long as nothing was ever left out. */
  revision: z.int().min(0),
  ceilings: LeftOut,
  since: UnixMs.nullable(),
  by: PersonId.nullable(),
  /** Null where whoever decided it is gone. */
  byName: z.string().nullable(),
  words: z.string().nullable(),
});
export type LeftOutView = z.infer<typeof LeftOutView>;

const Layer = z.enum(layerNames);

const LayerSaid = z.strictObject({
  layer: Layer,
  /** The most that it allows; null where it does not restrict the parameter. */
  most: z.string().nullable(),
  /** The one that the effective level is owed to. */
  decides: z.boolean(),
  /** Old terms that stay for the person make it say so: by the policy alone it would say something else. */
  byOldTerms: z.boolean(),
});

export const ExplainedParameter = z.strictObject({
  parameter: ParameterId,
  /** What is collected of this person at most, on the device on which they have been told of most. */
  level: z.string(),
  /** Null where it is the highest level that there is. */
  decidedBy: Layer.nullable(),
  layers: z.array(LayerSaid),
  purpose: Purpose,
  basis: LawfulBasis,
  schedule: z.literal('working_hours').nullable(),
  reviewBy: UnixMs.nullable(),
  /** The same on each device in use, by what was acknowledged on it. */
  devices: z.array(
    z.strictObject({
      device: DeviceId,
      level: z.string(),
      decidedBy: Layer.nullable(),
      /** What was acknowledged there and counts only from then on. */
      coming: z.strictObject({ level: z.string(), from: UnixMs }).nullable(),
      /** What the device last signed of it; null when it has signed nothing. `reason` for whoever may read the person's activity. */
      reported: z.strictObject({ state: z.enum(['on', 'off']), reason: ReceiptState.shape.reason }).nullable(),
    }),
  ),
});
export type ExplainedParameter = z.infer<typeof ExplainedParameter>;

/** What is left out for one person: for them alone, and for each of their teams that leaves something out. */
export const PersonLeftOut = z.strictObject({
  person: LeftOutView,
  /** The name where the team is in the reader's scope. */
  teams: z.array(LeftOutView.extend({ team: TeamId, name: z.string().nullable() })),
});
export type PersonLeftOut = z.infer<typeof PersonLeftOut>;

export const LayersView = z.strictObject({
  person: PersonId,
  at: UnixMs,
  policyVersion: z.int().min(1),
  /** How many decisions by and for the person there are. Null for others: with each consent there is one more. */
  revision: z.int().min(0).nullable(),
  /** A decision of this person was damaged in the store: as nobody can say what it forbids, nothing is collected of them. */
  unreadable: z.boolean(),
  jurisdiction: Jurisdiction.nullable(),
  workingHours: WorkingHours.nullable(),
  /** Whose clock they go by. The zone that somebody has named is shown to nobody else. */
  clock: z.strictObject({ of: z.enum(['person', 'organisation']), zone: z.string().nullable() }),
  leftOut: PersonLeftOut,
  /** For others than the person without those that rest on consent. */
  parameters: z.array(ExplainedParameter),
});
export type LayersView = z.infer<typeof LayersView>;

const LeaveOut = z.strictObject({
  /** The one that this was made from; another one in the meantime is a conflict. */
  baseRevision: z.int().min(0),
  /** All of it: what is not named is not left out any more. */
  ceilings: LeftOut,
  words: Reason.refine(turnsNothing, 'expected words without characters that turn the direction of text'),
});

/** The applications and sites that a person has had left out for them. */
export const OwnExclusions = z.strictObject({
  /** Whoever changes it names it; 0 as long as nothing was ever named. */
  revision: z.int().min(0),
  exclusions: Exclusions,
});
export type OwnExclusions = z.infer<typeof OwnExclusions>;

const teamPath = z.strictObject({ team: TeamId });

export const layersRoutes = {
  layers: route({
    method: 'GET',
    path: '/people/:person/layers',
    auth: 'session',
    params: personPath,
    query: empty,
    summary:
      'Why each parameter is on or off for this person, layer by layer, with the one that decides (the person, their manager, owner, admin, privacy officer). Never with the grounds of an objection or a restriction; for others than the person without what rests on consent. Recorded like a look at what a device says.',
    body: null,
    response: LayersView,
  }),
  leftOutOfPerson: route({
    method: 'GET',
    path: '/people/:person/left-out',
    auth: 'session',
    params: personPath,
    query: empty,
    summary:
      'What is left out for this person and for their teams, with the reasons (the person, their manager, owner, admin, privacy officer).',
    body: null,
    response: PersonLeftOut,
  }),
  leaveOutOfPerson: route({
    method: 'PUT',
    path: '/people/:person/left-out',
    auth: 'session',
    params: personPath,
    query: empty,
    summary:
      'Says the most that is collected of this person alone, with a reason that they read (owner, admin, their manager). It only ever lowers. Holds at the server when this answers, and on each connected device within seconds; what is given back later needs a new acknowledgement. 409 when it was changed since `baseRevision`, 429 when something is given back after twenty changes within a day: to leave out more is never refused for that.',
    body: LeaveOut,
    response: LeftOutView,
  }),
  leftOutOfTeam: route({
    method: 'GET',
    path: '/teams/:team/left-out',
    auth: 'session',
    params: teamPath,
    query: empty,
    summary: 'What is left out for this team (owner, admin, its manager).',
    body: null,
    response: LeftOutView,
  }),
  leaveOutOfTeam: route({
    method: 'PUT',
    path: '/teams/:team/left-out',
    auth: 'session',
    params: teamPath,
    query: empty,
    summary:
      'Says the most that is collected of everybody in this team (owner, admin, its manager), as `PUT /people/:person/left-out`. It holds for whoever joins later, and no longer for whoever leaves; of several teams the least counts. When this answers, it holds for every member; sent again as it is, it reaches those whom a failure left out.',
    body: LeaveOut,
    response: LeftOutView,
  }),
  ownExclusions: route({
    method: 'GET',
    path: '/people/:person/exclusions',
    auth: 'session',
    params: personPath,
    query: empty,
    summary:
      'Which applications and sites are left out for oneself, besides what the policy leaves out (the person alone).',
    body: null,
    response: OwnExclusions,
  }),
  leaveOutOwn: route({
    method: 'PUT',
    path: '/people/:person/exclusions',
    auth: 'session',
    params: personPath,
    query: empty,
    summary:
      'Names the applications and sites that are left out for oneself (the person alone): of them only that something private was in front is recorded, and neither title nor picture. It only ever lowers. Holds at the server when this answers, and on each connected device within seconds, where what waits of application, title, site and picture is deleted. 409 when it was changed since `baseRevision`; 429 when something is recorded again after twenty changes within a day.',
    body: z.strictObject({ baseRevision: z.int().min(0), exclusions: Exclusions }),
    response: OwnExclusions,
  }),
  chooseZone: route({
    method: 'PUT',
    path: '/people/:person/zone',
    auth: 'session',
    params: personPath,
    query: empty,
    summary:
      "Names the time zone by whose clock one's own working hours go; null: the organisation's. For oneself alone. 429 after twenty within a day.",
    body: z.strictObject({ zone: TimeZone.nullable() }),
    response: z.strictObject({ zone: TimeZone.nullable() }),
  }),
};
