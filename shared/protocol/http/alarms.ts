import { z } from 'zod';
import { LeafNumber } from '../../audit/leaf.ts';
import { PersonId } from '../../ids.ts';
import { UnixMs } from '../../time.ts';
import { EntryReason } from './registerEntry.ts';
import { empty, route } from './route.ts';

/** `explained`: it was work, or meant so. `handled`: it should not have been, and what had to be done was done. `incident`: it is in the register of incidents. */
export const AlarmFinding = z.enum(['explained', 'handled', 'incident']);
export type AlarmFinding = z.infer<typeof AlarmFinding>;

export const AlarmView = z.strictObject({
  /** The leaf of the audit tree that stands for it, by which it is acknowledged. */
  seq: LeafNumber,
  at: UnixMs,
  /** Begins with `alarm_`. */
  kind: z.string(),
  /** Whose act raised it, or whose account it is about; null where nobody is known. */
  person: PersonId.nullable(),
  /** What was seen, and of how many. */
  detail: z.string(),
  /** How often within the minute of `at`. */
  count: z.int(),
  /** Null as long as it is open. */
  acknowledged: z.strictObject({ by: PersonId, at: UnixMs, finding: AlarmFinding, reason: EntryReason }).nullable(),
});
export type AlarmView = z.infer<typeof AlarmView>;

export const AlarmsView = z.strictObject({
  asOf: UnixMs,
  /** How many nobody has acknowledged, of all that are kept. */
  open: z.int(),
  /** The open ones first, then the others, each the newest first; 200 at most of either. */
  alarms: z.array(AlarmView),
});
export type AlarmsView = z.infer<typeof AlarmsView>;

export const alarmRoutes = {
  alarms: route({
    method: 'GET',
    path: '/alarms',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'What was raised as an alarm and is kept, and what was found out about each (owner, admin, privacy officer). One is open until somebody acknowledges it.',
    body: null,
    response: AlarmsView,
  }),
  acknowledgeAlarm: route({
    method: 'POST',
    path: '/alarms/:seq/acknowledgement',
    auth: 'session',
    params: z.strictObject({ seq: z.coerce.number().pipe(LeafNumber) }),
    query: empty,
    summary:
      'Puts on record what was found out about an alarm, by whom, and why it is not open any more (owner, admin, privacy officer; not the one whose act raised it, as long as anybody else may). 404 for a number that no alarm has, 409 for one that was acknowledged. It cannot be taken back.',
    body: z.strictObject({ finding: AlarmFinding, reason: EntryReason }),
    response: AlarmsView,
  }),
};
