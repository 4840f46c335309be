import { z } from 'zod';
import { Mark } from '../../correction.ts';
import { TeamId } from '../../ids.ts';
import { UnixMs } from '../../time.ts';
import { DayReport } from './day.ts';
import { ReadPurposes, zone } from './reading.ts';
import { empty, route } from './route.ts';

/** What the server knows of a person's present day, from their sessions, projects and app in front. */
export const TodayRow = z.strictObject({
  person: DayReport.shape.person,
  teams: z.array(TeamId),
  /**
   * `not_connected`: a session was begun and not ended, and its device is not there to say more. `stopped`: tracked earlier
   * today. `not_today`: did not track today. `not_collected`, `not_for_you` and `other_purpose`: nothing can be known; `absent`
   * says why.
   */
  state: z.enum([
    'tracking',
    'paused',
    'not_connected',
    'stopped',
    'not_today',
    'not_collected',
    'not_for_you',
    'other_purpose',
  ]),
  /** Tracking since the session began, paused or stopped since then, last heard of; null for the other states. */
  since: UnixMs.nullable(),
  /** What the running session is for; null when none was chosen or it is not shown. */
  work: z.strictObject({ project: z.string().nullable(), task: z.string().nullable() }).nullable(),
  /** The app that was in front within the last five minutes, or its kind; only while tracking. */
  app: z.string().nullable(),
  /** Tracked today until `generatedAt`; while tracking it goes on from there. Null when sessions are not shown. */
  trackedMs: z.int().nullable(),
  /** Counted to the last that is known: it may turn out to be more. */
  atLeast: z.boolean(),
  /** Something of what stands here was corrected, completed or is disputed. */
  mark: Mark.optional(),
  /** For session, project and app: why there is nothing of it. */
  absent: DayReport.shape.absent,
});
export type TodayRow = z.infer<typeof TodayRow>;

export const TodayReport = z.strictObject({
  ...DayReport.pick({ day: true, zone: true, generatedAt: true, policyVersion: true }).shape,
  /** One entry in the access log of each of these people; null when there is none, or only the caller. */
  recordedAccess: DayReport.shape.recordedAccess,
  /** A stream ends at this time at the latest; null when this is one answer. */
  endsAt: UnixMs.nullable(),
  /** By name. */
  people: z.array(TodayRow),
});
export type TodayReport = z.infer<typeof TodayReport>;

const todayQuery = z.strictObject({ zone, purpose: ReadPurposes, team: TeamId.optional() });

export const todayRoutes = {
  today: route({
    method: 'GET',
    path: '/today',
    auth: 'session',
    params: empty,
    query: todayQuery,
    summary:
      'What the people whom the caller may see (in one team of theirs, with `team`) are doing now; with `purpose=own_data` only the caller. Recorded for each of them before it is answered.',
    body: null,
    response: TodayReport,
  }),
  todayStream: route({
    method: 'GET',
    path: '/today/stream',
    auth: 'session',
    params: empty,
    query: todayQuery,
    summary:
      'The same as server-sent events (event `today`), one at once, one after each change and at least one a minute. Recorded once for each person when it begins; ends after 15 minutes, when the session ends, and when the policy, the caller’s role and teams or the people in them change.',
    body: null,
    response: 'text/event-stream',
  }),
};
