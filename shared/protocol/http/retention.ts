import { z } from 'zod';
import { EntryKind } from '../../audit/leaf.ts';
import { ParameterId } from '../../catalog.ts';
import { Day, UnixMs } from '../../time.ts';
import { proof } from './credentials.ts';
import { empty, route } from './route.ts';

const count = z.int().min(0);

/** What is stored of a parameter, of everyone; by what is in the clear alone. */
const KeptView = z.strictObject({
  parameter: ParameterId,
  /** How many days the policy in force keeps it for, and the most that any may. */
  days: count,
  most: count,
  /** Null: nothing. */
  stored: z
    .strictObject({
      /** Days of people: two people on one day are two. */
      days: count,
      pieces: count,
      images: count,
      oldest: Day,
      /** The last day of what goes next; it goes on the day after. */
      next: Day,
      /** Days of which something is past its day, and not deleted yet. */
      past: count,
    })
    .nullable(),
});
export type KeptView = z.infer<typeof KeptView>;

const ClockView = z.strictObject({
  /** `ahead` and `behind`: it is in doubt, and nothing is deleted because of the date. */
  state: z.enum(['right', 'ahead', 'behind']),
  now: UnixMs,
  /** What it should say at least by what was seen last; null where it is not in doubt. */
  expected: UnixMs.nullable(),
});
export type ClockView = z.infer<typeof ClockView>;

const SweepView = z.strictObject({
  at: UnixMs,
  endedAt: UnixMs,
  parameters: z.array(z.strictObject({ parameter: ParameterId, segments: count, images: count })),
  keys: count,
  tokens: count,
  /** Of who looked, and of the security events, what was let go because of its age. */
  looks: count,
  events: count,
});

/** Who looked at whom, and the security events. */
const EntriesView = z.strictObject({
  kind: EntryKind,
  /** For how many days each is kept, and between what the owner may choose. */
  days: count,
  least: count,
  most: count,
  /** What there is; null times: nothing. */
  count,
  oldest: UnixMs.nullable(),
  newest: UnixMs.nullable(),
});
export type EntriesView = z.infer<typeof EntriesView>;

export const RetentionView = z.strictObject({
  asOf: UnixMs,
  clock: ClockView,
  /** `clock` and `failed`: what holds it up; `failed` is tried again. */
  sweeping: z.enum(['now', 'waits', 'clock', 'failed']),
  parameters: z.array(KeptView),
  entries: z.array(EntriesView),
  /** Why none of them is let go now, however old: an incident is open, or an operator of the host is let in. */
  entriesHeld: z.enum(['incident', 'operator']).nullable(),
  /** The last ones that deleted something, and one of each day; the newest first. */
  sweeps: z.array(SweepView),
});
export type RetentionView = z.infer<typeof RetentionView>;

export const RetentionPreview = z.strictObject({
  parameter: ParameterId,
  /** What would be past its day at once, and is not now. */
  goes: z.strictObject({ days: count, pieces: count, images: count, oldest: Day.nullable(), newest: Day.nullable() }),
});
export type RetentionPreview = z.infer<typeof RetentionPreview>;

export const retentionRoutes = {
  retention: route({
    method: 'GET',
    path: '/retention',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'How long each parameter is kept, how much is stored of everyone, what goes next, the last sweeps, and whether the clock is in doubt (owner, admin, privacy officer).',
    body: null,
    response: RetentionView,
  }),
  previewRetention: route({
    method: 'GET',
    path: '/retention/preview',
    auth: 'session',
    params: empty,
    // How many a policy can have goes by the parameter, and is refused with what it can.
    query: z.strictObject({ parameter: ParameterId, days: z.coerce.number().pipe(z.int()) }),
    summary:
      'What of a parameter would go at once, of everyone, if it were kept for so many days from now on (whoever may publish).',
    body: null,
    response: RetentionPreview,
  }),
  previewEntries: route({
    method: 'GET',
    path: '/retention/entries/preview',
    auth: 'session',
    params: empty,
    query: z.strictObject({ kind: EntryKind, days: z.coerce.number().pipe(z.int().min(1).max(9_999)) }),
    summary:
      'What of who looked (`access`) or of the security events would be let go if it were kept for so many days (owner). `count` 0: nothing.',
    body: null,
    response: z.strictObject({ kind: EntryKind, count, oldest: UnixMs.nullable(), newest: UnixMs.nullable() }),
  }),
  keepEntries: route({
    method: 'PUT',
    path: '/retention/entries',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Says for how many days who looked (`access`) or the security events are kept (owner, with the password again and a new code of the second factor): what is older is deleted by the next sweep.',
    body: z.strictObject({ kind: EntryKind, days: z.int().min(1).max(9_999), ...proof }),
    response: EntriesView,
  }),
  clock: route({
    method: 'GET',
    path: '/clock',
    auth: 'session',
    params: empty,
    query: empty,
    summary: 'Whether the clock of the server is in doubt (owner, admin, privacy officer).',
    body: null,
    response: ClockView,
  }),
  releaseClock: route({
    method: 'POST',
    path: '/clock/release',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Says that the clock of the server is right as it is: what is past its day by it is deleted from then on (owner, admin, with the password again and a new code of the second factor).',
    body: z.strictObject(proof),
    response: ClockView,
  }),
};
