import { z } from 'zod';
import { Mark } from '../../correction.ts';
import { DayReport } from './day.ts';
import { ReadableDay, ReadPurposes, zone } from './reading.ts';
import { personPath, route } from './route.ts';

/** The first of seven of them. */
const ReadableWeek = ReadableDay.refine((day) => day <= '2099-12-24', 'expected a day from 2020-01-02 to 2099-12-24');

/** Seven days of one person, from the same records as each of the days. */
export const WeekReport = z.strictObject({
  ...DayReport.pick({ person: true, zone: true, generatedAt: true, policyVersion: true, recordedAccess: true }).shape,
  days: z
    .array(
      z.strictObject({
        ...DayReport.pick({ day: true, from: true, to: true, absent: true }).shape,
        totals: DayReport.shape.totals.omit({ bySite: true }),
        /** A session of the day has no end on record, and is counted to the last that is known of it. */
        unfinished: z.boolean(),
        /** How long it was recorded whether there is input, and for how much of that there was some. */
        activity: z.strictObject({ recordedMs: z.int(), activeMs: z.int() }).nullable(),
        /** Something that the totals are made of was corrected, completed or is disputed. */
        mark: Mark.optional(),
      }),
    )
    .length(7),
});
export type WeekReport = z.infer<typeof WeekReport>;

export const weekRoutes = {
  week: route({
    method: 'GET',
    path: '/people/:person/week',
    auth: 'session',
    params: personPath,
    query: z.strictObject({ from: ReadableWeek, zone, purpose: ReadPurposes }),
    summary:
      "Totals of a person's seven days from `from`, of sessions, projects, apps and activity. Recorded like a day, as one access.",
    body: null,
    response: WeekReport,
  }),
};
