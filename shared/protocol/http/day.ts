import { z } from 'zod';
import { ParameterId, Purpose } from '../../catalog.ts';
import { Mark } from '../../correction.ts';
import { ImageId, PersonId } from '../../ids.ts';
import { Day, UnixMs } from '../../time.ts';
import { ReadableDay, ReadPurpose, ReadPurposes, zone } from './reading.ts';
import { personPath, route } from './route.ts';

const Interval = z.strictObject({ from: UnixMs, to: UnixMs });
/** Left out of what is as it was recorded. */
const marked = { mark: Mark.optional() };

/** One person's day, as the employee and the manager both see it. */
export const DayReport = z.strictObject({
  person: z.strictObject({ id: PersonId, name: z.string() }),
  day: Day,
  /** The zone whose calendar day this is. */
  zone: z.string(),
  from: UnixMs,
  to: UnixMs,
  generatedAt: UnixMs,
  policyVersion: z.int(),
  /**
   * With each purpose for which something was looked at: one entry in the access log for each. Null when the viewer is the
   * person: looking at one's own data is not recorded as access by others.
   */
  recordedAccess: z.strictObject({ at: UnixMs, purposes: z.array(ReadPurpose) }).nullable(),
  sessions: z.array(
    z.strictObject({
      ...Interval.shape,
      /** Still running when the report was made; `to` is then the last evidence. */
      open: z.boolean(),
      stopCause: z.string().nullable(),
      /** The same person tracked on two devices at once; the time counts once. */
      overlapping: z.boolean(),
      ...marked,
    }),
  ),
  gaps: z.array(z.strictObject({ ...Interval.shape, cause: z.string() })),
  work: z.array(
    z.strictObject({ ...Interval.shape, project: z.string().nullable(), task: z.string().nullable(), ...marked }),
  ),
  activity: z.array(
    z.strictObject({
      ...Interval.shape,
      active: z.boolean(),
      counts: z.strictObject({ keys: z.int(), clicks: z.int(), scrolls: z.int(), moves: z.int() }).nullable(),
      ...marked,
    }),
  ),
  apps: z.array(z.strictObject({ ...Interval.shape, label: z.string(), title: z.string().nullable(), ...marked })),
  sites: z.array(z.strictObject({ ...Interval.shape, label: z.string(), ...marked })),
  screenshots: z.array(
    z.strictObject({
      ...{ at: UnixMs, image: ImageId, level: z.enum(['blurred', 'full']), width: z.int(), height: z.int() },
      ...marked,
    }),
  ),
  notes: z.array(z.strictObject({ at: UnixMs, note: z.string(), ...marked })),
  device: z.array(z.strictObject({ at: UnixMs, description: z.string(), ...marked })),
  timezones: z.array(z.strictObject({ at: UnixMs, zone: z.string(), ...marked })),
  totals: z.strictObject({
    trackedMs: z.int(),
    byProject: z.array(z.strictObject({ label: z.string(), ms: z.int() })),
    byApp: z.array(z.strictObject({ label: z.string(), ms: z.int() })),
    bySite: z.array(z.strictObject({ label: z.string(), ms: z.int() })),
  }),
  /**
   * For every parameter with nothing to show: why. `not_consented` is said to the person alone; others read `rests_on_consent`, whether
   * consent was given or not. `restricted`: nothing is collected, because the person has had it restricted;
   * `withheld`: what there may be is kept, and shown to nobody but them, for the same reason. `counts_later`: the person has acknowledged the notice, and may still react until `from`.
   * `no_longer_kept`: its time is over, or, to others than the person, it was deleted; `deleted_by_you`, `deleted`: said to the person alone.
   * `not_for_you`: the viewer's role may not read it. `other_purpose`: they may,
   * for the `purpose` that stands there and for which they do not look.
   */
  absent: z.array(
    z.strictObject({
      parameter: ParameterId,
      why: z.enum([
        'off_by_policy',
        'left_out',
        'not_consented',
        'rests_on_consent',
        'objected',
        'restricted',
        'under_age',
        'not_acknowledged',
        'counts_later',
        'no_device',
        'not_tracking',
        'nothing_recorded',
        'no_longer_kept',
        'deleted_by_you',
        'deleted',
        'withheld',
        'not_for_you',
        'other_purpose',
      ]),
      since: UnixMs.nullable(),
      /** Of `counts_later` alone: from when it may be collected. */
      from: UnixMs.optional(),
      /** Of `other_purpose` alone. */
      purpose: Purpose.optional(),
    }),
  ),
});
export type DayReport = z.infer<typeof DayReport>;

export const dayRoutes = {
  day: route({
    method: 'GET',
    path: '/people/:person/day',
    auth: 'session',
    params: personPath,
    query: z.strictObject({ day: ReadableDay, zone, purpose: ReadPurposes }),
    summary:
      "A person's day. Recorded before it is answered; the person sees who looked. `purpose=own_data` is for the person alone.",
    body: null,
    response: DayReport,
  }),
};
