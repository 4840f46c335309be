import { z } from 'zod';
import { PersonId } from '../../ids.ts';
import { TimeZone } from '../../policy/workingHours.ts';
import { Role } from '../../roles.ts';
import { Day, UnixMs } from '../../time.ts';
import { proof } from './credentials.ts';
import { empty, ok, personPath, route } from './route.ts';

/** So far ahead at the most: what is set for longer nobody remembers, and a person may have another role by then. */
export const LEAVING_DAYS_AHEAD = 366;

/** An account that ends by itself with a day. */
export const LeavingDate = z.strictObject({
  /** The last day of the account. */
  day: Day,
  /** By whose clock that day ends. */
  zone: TimeZone,
  /** When that is: from then on it is ended. */
  endsAt: UnixMs,
  setAt: UnixMs,
  /** As what somebody set it; who it was is in `setByName`, null when they have gone. */
  setBy: Role,
  setByName: z.string().nullable(),
});
export type LeavingDate = z.infer<typeof LeavingDate>;

/**
 * What keeps the account from being ended on its day. `only_owner`: the organisation would have none · `owner_since`: an admin set it, who
 * may end no owner · `unreadable`: a decision of the person was damaged in the store, and may have taken the date back · `clock`: it is past
 * the day, and the clock of the server is in doubt · `unconfirmed`: a newer decision may have been lost, as all was rebuilt from a recovery set or
 * rows are missing; set it again. Whoever shows it has words for each.
 */
export const LeavingObstacle = z.enum(['only_owner', 'owner_since', 'unreadable', 'unconfirmed', 'clock']);
export type LeavingObstacle = z.infer<typeof LeavingObstacle>;

export const LeavingDateView = z.strictObject({
  person: PersonId,
  name: z.string(),
  /** Null: none is set. */
  leaving: LeavingDate.nullable(),
  /** Its day is over: it is ended within the minute, unless there is an `obstacle`. */
  isDue: z.boolean(),
  /** As things are now, also before the day. */
  obstacle: LeavingObstacle.nullable(),
});
export type LeavingDateView = z.infer<typeof LeavingDateView>;

export const leavingDatesRoutes = {
  leavingDates: route({
    method: 'GET',
    path: '/leaving-dates',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'The people of this organisation whose account ends by itself with a day, the next first, and what keeps it from that (owner, admin, privacy officer).',
    body: null,
    response: z.strictObject({ asOf: UnixMs, people: z.array(LeavingDateView) }),
  }),
  leavingDate: route({
    method: 'GET',
    path: '/people/:person/leaving-date',
    auth: 'session',
    params: personPath,
    query: empty,
    summary:
      'Whether the account of this person ends by itself with a day, who set that and when, and what keeps it from it (the person, owner, admin, privacy officer).',
    body: null,
    response: LeavingDateView,
  }),
  setLeavingDate: route({
    method: 'PUT',
    path: '/people/:person/leaving-date',
    auth: 'session',
    params: personPath,
    query: empty,
    summary:
      'Sets the last day of the account, in place of one that was set before (owner; admin, but not of an owner or themself), with the password again and a new code of the second factor: when that day is over in `zone` it is ended as by `POST /people/{id}/ending`, by itself. From today on, a year ahead at the most. The person is told at once.',
    body: z.strictObject({ day: Day, zone: TimeZone, ...proof }),
    response: LeavingDateView,
  }),
  postponeLeavingDate: route({
    method: 'POST',
    path: '/people/:person/leaving-date/later',
    auth: 'session',
    params: personPath,
    query: empty,
    summary:
      'Moves the last day to a later one, by the same clock (whoever may set it). Nothing goes earlier by it, so the password is not asked again. 404 where none is set, 409 for a day that is not later.',
    body: z.strictObject({ day: Day }),
    response: LeavingDateView,
  }),
  cancelLeavingDate: route({
    method: 'DELETE',
    path: '/people/:person/leaving-date',
    auth: 'session',
    params: personPath,
    query: empty,
    summary: 'Takes the date back: the account stays (whoever may set it). 404 where none is set.',
    body: null,
    response: ok,
  }),
};
