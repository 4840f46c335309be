import { z } from 'zod';
import { ParameterId, Purpose } from '../catalog.ts';
import { Observation } from '../events/observation.ts';
import { DeviceId, ImageId, OrgId, PersonId, TeamId } from '../ids.ts';
import { LawfulBasis, PolicyDocument, policyTimes, ruleChangeSchemas } from '../policy/policy.ts';
import { Role } from '../roles.ts';
import { Digest, PublicKey, Signed } from '../signed.ts';
import { line, text, wellFormed } from '../text.ts';
import { Day, UnixMs } from '../time.ts';
import { ReceiptState } from './messages.ts';

/** Every path below is under this prefix. */
export const API_PREFIX = '/api/v1';
/**
 * Name of the cookie of a signed-in session: HttpOnly, SameSite=Strict. Outside plain loopback it is Secure, and its prefix makes
 * browsers refuse one that another host of the same domain has set (RFC 6265bis, section 4.1.3.2).
 */
export function sessionCookie(secure: boolean): '__Host-daylight_session' | 'daylight_session' {
  return secure ? '__Host-daylight_session' : 'daylight_session';
}
/** Every request that changes something must carry this header with any value; a form on another site cannot. */
export const CSRF_HEADER = 'x-daylight';

/** Event of a stream that says nothing but that the line is alive. Whoever hears none for three times this long has lost it. */
export const STREAM_ALIVE = 'alive';
export const STREAM_ALIVE_MS = 15_000;

// ── Shapes ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export const Email = z
  .email()
  .max(254)
  .transform((address) => address.toLowerCase());
export const PersonName = line(1, 120);
/** At least 12 characters; the longest is bounded so that hashing it cannot be used to exhaust the server. */
export const Password = wellFormed(12, 200, 'expected at least 12 characters');
export const TotpCode = z.string().regex(/^\d{6}$/, 'expected the six digits of your authenticator');
/** 32 random bytes in base64url: sign-in links, invitations. */
export const LinkToken = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'expected the whole link');
/** 20 characters of Crockford base32 in groups of five (100 random bits), e.g. `7K2QM-XV4ZD-N8TRC-0A5BE`. */
export const EnrolmentCode = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){3}$/, 'expected a code like 7K2QM-XV4ZD-N8TRC-0A5BE');

/** A team named twice is one team. */
const Teams = z
  .array(TeamId)
  .max(50)
  .transform((teams) => [...new Set(teams)]);
/** A day that begins and ends between 2020 and 2100 in every time zone. */
const ReadableDay = Day.refine(
  (day) => day >= '2020-01-02' && day <= '2099-12-30',
  'expected a day from 2020-01-02 to 2099-12-30',
);

/** The first of seven of them. */
const ReadableWeek = ReadableDay.refine((day) => day <= '2099-12-24', 'expected a day from 2020-01-02 to 2099-12-24');

/** Why someone looks at a person's data. Recorded, and shown to that person. */
export const ReadPurpose = z.union([Purpose, z.literal('own_data')]);

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
  secondFactor: z.enum(['totp', 'recovery_code', 'host_link']).nullable(),
  expiresAt: UnixMs,
  /** Another session of this account is in use from somewhere else. */
  concurrentUse: z.boolean(),
});
export type Me = z.infer<typeof Me>;

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

export const TeamView = z.strictObject({ id: TeamId, name: z.string(), members: z.int(), managers: z.array(PersonId) });
export type TeamView = z.infer<typeof TeamView>;

export const DeviceView = z.strictObject({
  id: DeviceId,
  person: PersonId,
  enrolledAt: UnixMs,
  status: z.enum(['active', 'retired']),
  /** Null for everybody but the person, as all that moves when a computer comes, goes or works. */
  connected: z.boolean().nullable(),
  /** Null also when it was never connected. */
  lastSeenAt: UnixMs.nullable(),
  /** Whether it was connected within the last seven days; for everybody who may see the device. */
  seen: z.enum(['never', 'last_week', 'earlier']),
  agentVersion: z.string().nullable(),
  /** Device clock minus server clock, in milliseconds. For others than the person null, or to the minute when it is flagged. */
  clockOffsetMs: z.int().nullable(),
  clockFlagged: z.boolean(),
  /** Null for everybody but the person. */
  committedSeq: z.int().nullable(),
  /** Until when it may observe without the server. Null for everybody but the person: each renewal moves it. */
  observedUntil: UnixMs.nullable(),
});
export type DeviceView = z.infer<typeof DeviceView>;

/** As many devices as somebody would look into one by one. */
export const WAITING_NAMED = 20;

/** What the Collection page says of one parameter. `off` is never claimed before a receipt or the end of a lease. */
export const ParameterProof = z.strictObject({
  parameter: ParameterId,
  requested: z.string(),
  requestedAt: UnixMs,
  devices: z.int(),
  /** Devices whose signed receipt for the current policy agrees with it. */
  confirmed: z.int(),
  /** Of those, devices that are doing it now. */
  active: z.int(),
  /** Devices whose receipt contradicts the policy: they still collect what is off. */
  contradicting: z.array(DeviceId),
  /** Devices that have signed nothing yet about this rule: in numbers, and by name only those that are long gone. */
  waiting: z.strictObject({
    devices: z.int(),
    /** Of those, connected: they are expected to answer. */
    connected: z.int(),
    /** Of the others, those whose lease may still run, so that they go on by the rule before. */
    running: z.int(),
    /** By this full hour every one of `running` has stopped by itself, because its lease has ended. Null: none runs, or one has no known end. */
    stopsBy: UnixMs.nullable(),
    /**
     * Of those that are not connected, the first whose lease for what is observed ended at least seven days ago, in the order
     * in which they were enrolled. Sooner no device is named: when somebody's computer comes on is for that person alone.
     */
    named: z.array(DeviceId).max(WAITING_NAMED),
  }),
  /** Milliseconds from the publication to the last receipt, when all have confirmed. */
  timeToEffectMs: z.int().nullable(),
});
export type ParameterProof = z.infer<typeof ParameterProof>;

export const PolicyView = z.strictObject({
  policy: PolicyDocument,
  hash: Digest,
  publishedAt: UnixMs,
  author: PersonId.nullable(),
  reason: z.string(),
  signed: Signed,
});
export type PolicyView = z.infer<typeof PolicyView>;

export const NoticeView = z.strictObject({
  version: z.int(),
  policyHash: Digest,
  publishedAt: UnixMs,
  collected: z.array(
    z.strictObject({
      parameter: ParameterId,
      label: z.string(),
      level: z.string(),
      text: z.string(),
      purpose: Purpose,
      basis: LawfulBasis,
      retentionDays: z.int(),
      viewers: z.array(Role),
    }),
  ),
  notCollected: z.array(z.strictObject({ parameter: ParameterId, label: z.string() })),
  never: z.string(),
});
export type NoticeView = z.infer<typeof NoticeView>;

/** One change to the current policy: only the parameters named change. */
export const PolicyChange = z.strictObject({
  /** The version that this change was made from; another one in the meantime is a conflict and nothing is changed. */
  baseVersion: z.int().min(1),
  reason: text(3, 500, 'say in a few words why').trim().min(3, 'say in a few words why'),
  parameters: z.strictObject(ruleChangeSchemas).optional(),
  /** More is collected by a shorter review, a longer idle time and a longer lease: those stop until they are acknowledged. */
  screenshotReviewSeconds: policyTimes.screenshotReviewSeconds.optional(),
  idleSeconds: policyTimes.idleSeconds.optional(),
  leaseHours: policyTimes.leaseHours.optional(),
});
export type PolicyChange = z.infer<typeof PolicyChange>;

export const Interval = z.strictObject({ from: UnixMs, to: UnixMs });

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
  /** Null when the viewer is the person: looking at one's own data is not recorded as access by others. */
  recordedAccess: z.strictObject({ at: UnixMs, purpose: ReadPurpose }).nullable(),
  sessions: z.array(
    z.strictObject({
      ...Interval.shape,
      /** Still running when the report was made; `to` is then the last evidence. */
      open: z.boolean(),
      stopCause: z.string().nullable(),
      /** The same person tracked on two devices at once; the time counts once. */
      overlapping: z.boolean(),
    }),
  ),
  gaps: z.array(z.strictObject({ ...Interval.shape, cause: z.string() })),
  work: z.array(z.strictObject({ ...Interval.shape, project: z.string().nullable(), task: z.string().nullable() })),
  activity: z.array(
    z.strictObject({
      ...Interval.shape,
      active: z.boolean(),
      counts: z.strictObject({ keys: z.int(), clicks: z.int(), scrolls: z.int(), moves: z.int() }).nullable(),
    }),
  ),
  apps: z.array(z.strictObject({ ...Interval.shape, label: z.string(), title: z.string().nullable() })),
  sites: z.array(z.strictObject({ ...Interval.shape, label: z.string() })),
  screenshots: z.array(
    z.strictObject({ at: UnixMs, image: ImageId, level: z.enum(['blurred', 'full']), width: z.int(), height: z.int() }),
  ),
  notes: z.array(z.strictObject({ at: UnixMs, note: z.string() })),
  device: z.array(z.strictObject({ at: UnixMs, description: z.string() })),
  timezones: z.array(z.strictObject({ at: UnixMs, zone: z.string() })),
  totals: z.strictObject({
    trackedMs: z.int(),
    byProject: z.array(z.strictObject({ label: z.string(), ms: z.int() })),
    byApp: z.array(z.strictObject({ label: z.string(), ms: z.int() })),
    bySite: z.array(z.strictObject({ label: z.string(), ms: z.int() })),
  }),
  /** For every parameter with nothing to show: why. `not_for_you`: the viewer's role may not read it. */
  absent: z.array(
    z.strictObject({
      parameter: ParameterId,
      why: z.enum([
        'off_by_policy',
        'not_acknowledged',
        'no_device',
        'not_tracking',
        'nothing_recorded',
        'no_longer_kept',
        'not_for_you',
      ]),
      since: UnixMs.nullable(),
    }),
  ),
});
export type DayReport = z.infer<typeof DayReport>;

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
      }),
    )
    .length(7),
});
export type WeekReport = z.infer<typeof WeekReport>;

/** What the server knows of a person's present day, from their sessions, projects and app in front. */
export const TodayRow = z.strictObject({
  person: DayReport.shape.person,
  teams: z.array(TeamId),
  /**
   * `not_connected`: a session was begun and not ended, and its device is not there to say more. `stopped`: tracked earlier
   * today. `not_today`: did not track today. `not_collected` and `not_for_you`: nothing can be known; `absent` says why.
   */
  state: z.enum(['tracking', 'paused', 'not_connected', 'stopped', 'not_today', 'not_collected', 'not_for_you']),
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

export const AccessEntry = z.strictObject({
  /** The first time, where a refusal was repeated. */
  at: UnixMs,
  actor: PersonId,
  actorName: z.string(),
  actorRole: Role,
  action: z.string(),
  purpose: ReadPurpose,
  /** The day that was looked at; of a `week` the first of its seven days. Null also for refusals about different days. */
  day: Day.nullable(),
  /** Of refusals that are counted together, all that were asked for. */
  parameters: z.array(ParameterId),
  refused: z.boolean(),
  /** More than one only for refusals: how often from `at` to `lastAt`, within one hour. */
  count: z.int().min(1),
  lastAt: UnixMs,
});
export type AccessEntry = z.infer<typeof AccessEntry>;

/** Signed by the new device key in context `daylight/enrolment/v1`: proof of possession, and the shown notice. */
export const EnrolmentPayload = z.strictObject({
  code: EnrolmentCode,
  device: DeviceId,
  publicKey: PublicKey,
  /** The notice that the person was shown and acknowledged on this device; null: shown later, and until then all is off. */
  acknowledgedNotice: z.int().min(1).nullable(),
  at: UnixMs,
});
export type EnrolmentPayload = z.infer<typeof EnrolmentPayload>;

const empty = z.strictObject({});
const ok = z.strictObject({ ok: z.literal(true) });
const personPath = z.strictObject({ person: PersonId });
const zone = z.string().max(64).default('UTC');
const todayQuery = z.strictObject({ zone, purpose: ReadPurpose, team: TeamId.optional() });

// ── Routes ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface RouteShape {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Express style, under `API_PREFIX`. */
  readonly path: string;
  readonly summary: string;
  /** `public`: no session · `partial`: a session that may still have to set a password or second factor · `session`: a whole one. */
  readonly auth: 'public' | 'partial' | 'session';
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  /** Null: the request has no body. */
  readonly body: z.ZodType | null;
  /** A schema of the JSON answer, or the media type of an answer that is not JSON. */
  readonly response: z.ZodType | 'image/webp' | 'text/event-stream';
  readonly status?: 201;
}

const route = <const R extends RouteShape>(shape: R): R => shape;

export const routes = {
  // Who am I
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
  // Own account
  setPassword: route({
    method: 'PUT',
    path: '/account/password',
    auth: 'partial',
    params: empty,
    query: empty,
    summary:
      'Set or change the password; ends every other session. `current` is required when there is one, except in a session from a host link.',
    body: z.strictObject({ current: wellFormed(0, 200).optional(), password: Password }),
    response: Me,
  }),
  beginTotp: route({
    method: 'POST',
    path: '/account/totp',
    auth: 'partial',
    params: empty,
    query: empty,
    summary:
      'Begin setting up a second factor (RFC 6238: SHA-1, 30 s, 6 digits). Takes effect with the first right code. Needs a fresh second factor when there already is one.',
    body: empty,
    response: z.strictObject({ secret: z.string(), uri: z.string() }),
  }),
  confirmTotp: route({
    method: 'PUT',
    path: '/account/totp',
    auth: 'partial',
    params: empty,
    query: empty,
    summary: 'Confirm the second factor with its first code; answers with recovery codes, shown once.',
    body: z.strictObject({ totp: TotpCode }),
    response: z.strictObject({ recoveryCodes: z.array(z.string()), me: Me }),
  }),
  secondFactor: route({
    method: 'GET',
    path: '/account/second-factor',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Whether this account has a second factor, whether its role needs one, and how many recovery codes are left.',
    body: null,
    response: z.strictObject({ set: z.boolean(), needed: z.boolean(), recoveryCodesLeft: z.int() }),
  }),
  removeTotp: route({
    method: 'DELETE',
    path: '/account/totp',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Remove the second factor and its recovery codes, where the role needs none (employee). Ends every other session. Needs a fresh second factor.',
    body: null,
    response: Me,
  }),
  renewRecoveryCodes: route({
    method: 'POST',
    path: '/account/recovery-codes',
    auth: 'session',
    params: empty,
    query: empty,
    summary: 'New recovery codes, shown once; the old ones stop working. Needs a fresh second factor.',
    body: empty,
    response: z.strictObject({ recoveryCodes: z.array(z.string()) }),
  }),
  sessions: route({
    method: 'GET',
    path: '/account/sessions',
    auth: 'session',
    params: empty,
    query: empty,
    summary: 'Sessions of this account.',
    body: null,
    response: z.strictObject({
      sessions: z.array(
        z.strictObject({
          id: Digest,
          current: z.boolean(),
          createdAt: UnixMs,
          lastSeenAt: UnixMs,
          network: z.string(),
          client: z.string(),
          concurrentUse: z.boolean(),
        }),
      ),
    }),
  }),
  endSession: route({
    method: 'DELETE',
    path: '/account/sessions/:id',
    auth: 'session',
    params: z.strictObject({ id: Digest }),
    query: empty,
    summary: 'End one session of this account.',
    body: null,
    response: ok,
  }),
  endOtherSessions: route({
    method: 'DELETE',
    path: '/account/sessions',
    auth: 'session',
    params: empty,
    query: empty,
    summary: 'End every session of this account but this one.',
    body: null,
    response: z.strictObject({ ended: z.int() }),
  }),
  // People, teams, devices
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
      'Everyone who is invited and has not come yet (owner, admin). `expiresAt` is null when no link of theirs works any more.',
    body: null,
    response: z.strictObject({
      invitations: z.array(z.strictObject({ person: PersonId, expiresAt: UnixMs.nullable() })),
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
  devices: route({
    method: 'GET',
    path: '/people/:person/devices',
    auth: 'session',
    params: personPath,
    query: empty,
    summary: "A person's devices (the person, owner, admin, their manager).",
    body: null,
    response: z.strictObject({ devices: z.array(DeviceView) }),
  }),
  createEnrolmentCode: route({
    method: 'POST',
    path: '/people/:person/enrolment-codes',
    auth: 'session',
    params: personPath,
    query: empty,
    status: 201,
    summary: 'A code that enrols one device of this person (the person, owner, admin). Valid once and for 24 hours.',
    body: empty,
    response: z.strictObject({ code: EnrolmentCode, expiresAt: UnixMs }),
  }),
  enrolmentCodes: route({
    method: 'GET',
    path: '/people/:person/enrolment-codes',
    auth: 'session',
    params: personPath,
    query: empty,
    summary:
      'Codes of this person that still enrol a device, oldest first, without the codes themselves (the person, owner, admin).',
    body: null,
    response: z.strictObject({ codes: z.array(z.strictObject({ id: Digest, expiresAt: UnixMs })) }),
  }),
  withdrawEnrolmentCode: route({
    method: 'DELETE',
    path: '/people/:person/enrolment-codes/:code',
    auth: 'session',
    params: z.strictObject({ person: PersonId, code: Digest }),
    query: empty,
    summary: 'Make a code worthless before it is used (the person, owner, admin). `code` is its id in the list.',
    body: null,
    response: ok,
  }),
  retireDevice: route({
    method: 'DELETE',
    path: '/people/:person/devices/:device',
    auth: 'session',
    params: z.strictObject({ person: PersonId, device: DeviceId }),
    query: empty,
    summary:
      'Retire a device: it is told to wipe, and its id and key are refused from now on (the person, owner, admin).',
    body: null,
    response: DeviceView,
  }),
  // Enrolment, by the agent
  enrolmentNotice: route({
    method: 'POST',
    path: '/enrolment/notice',
    auth: 'public',
    params: empty,
    query: empty,
    summary: 'The notice to show before enrolling. Does not use the code up.',
    body: z.strictObject({ code: EnrolmentCode }),
    response: z.strictObject({
      organisation: z.string(),
      person: z.string(),
      notice: NoticeView,
      serverKey: PublicKey,
    }),
  }),
  enrol: route({
    method: 'POST',
    path: '/enrolment',
    auth: 'public',
    params: empty,
    query: empty,
    status: 201,
    summary:
      "Enrol a device with a code. `enrolment` is an EnrolmentPayload signed by the device's new key. A person has at most 20 devices in use and enrols at most 40 within 24 hours (409 `conflict`).",
    body: z.strictObject({ enrolment: Signed }),
    response: z.strictObject({
      org: OrgId,
      person: PersonId,
      device: DeviceId,
      organisation: z.string(),
      /** Pin both: the server proves the first in every handshake, policies and leases are signed by the second. */
      serverKey: PublicKey,
      policyKey: PublicKey,
      policy: Signed,
      lease: Signed,
    }),
  }),
  // Policy
  policy: route({
    method: 'GET',
    path: '/policy',
    auth: 'session',
    params: empty,
    query: empty,
    summary: 'The policy in force. Everyone in the organisation may read it.',
    body: null,
    response: PolicyView,
  }),
  policyVersion: route({
    method: 'GET',
    path: '/policy/versions/:version',
    auth: 'session',
    params: z.strictObject({ version: z.coerce.number().pipe(z.int().min(1)) }),
    query: empty,
    summary: 'One published version; versions are permanent.',
    body: null,
    response: PolicyView,
  }),
  publishPolicy: route({
    method: 'PUT',
    path: '/policy',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Publish a change (owner, admin, manager). Lowering holds at once; a raise holds for each person once they have acknowledged the new notice.',
    body: PolicyChange,
    response: PolicyView,
  }),
  proof: route({
    method: 'GET',
    path: '/policy/proof',
    auth: 'session',
    params: empty,
    query: empty,
    summary: 'Per parameter: requested, and confirmed by how many devices (owner, admin, manager, privacy officer).',
    body: null,
    response: z.strictObject({ policyVersion: z.int(), parameters: z.array(ParameterProof) }),
  }),
  proofStream: route({
    method: 'GET',
    path: '/policy/proof/stream',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'The same as server-sent events (event `proof`): one at once, and one when it says something else, within five seconds; as soon as a policy is published, and while connected devices answer it.',
    body: null,
    response: 'text/event-stream',
  }),
  deviceReceipt: route({
    method: 'GET',
    path: '/people/:person/devices/:device/receipt',
    auth: 'session',
    params: z.strictObject({ person: PersonId, device: DeviceId }),
    query: empty,
    summary:
      "What the device last signed that it does. The signed receipt itself, to verify offline, with times, states and counts for whoever may read the person's activity; for others (admin, privacy officer) only which parameters are switched on or off. Recorded like a day.",
    body: null,
    response: z.strictObject({
      receipt: Signed.nullable(),
      receivedAt: UnixMs.nullable(),
      devicePublicKey: PublicKey,
      /** By the latest receipt, on: observed or entered whenever the person tracks. Empty when there is no receipt. */
      switches: z.partialRecord(ParameterId, z.enum(['on', 'off'])),
      parameters: z.partialRecord(ParameterId, ReceiptState),
      /** Observations that the server refused from this device, by parameter (or `unknown`) and reason; never their content. */
      discarded: z.array(
        z.strictObject({ parameter: z.union([ParameterId, z.literal('unknown')]), reason: z.string(), count: z.int() }),
      ),
      /** What the device says it recorded and never sent, by parameter and cause. */
      dropped: z.array(z.strictObject({ parameter: ParameterId, cause: z.string(), count: z.int() })),
    }),
  }),
  notice: route({
    method: 'GET',
    path: '/notice',
    auth: 'session',
    params: empty,
    query: empty,
    summary: 'The notice that people get, generated from the policy in force.',
    body: null,
    response: NoticeView,
  }),
  // A person's data
  day: route({
    method: 'GET',
    path: '/people/:person/day',
    auth: 'session',
    params: personPath,
    query: z.strictObject({ day: ReadableDay, zone, purpose: ReadPurpose }),
    summary:
      "A person's day. Recorded before it is answered; the person sees who looked. `purpose=own_data` is for the person alone.",
    body: null,
    response: DayReport,
  }),
  week: route({
    method: 'GET',
    path: '/people/:person/week',
    auth: 'session',
    params: personPath,
    query: z.strictObject({ from: ReadableWeek, zone, purpose: ReadPurpose }),
    summary:
      "Totals of a person's seven days from `from`, of sessions, projects, apps and activity. Recorded like a day, as one access.",
    body: null,
    response: WeekReport,
  }),
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
  observations: route({
    method: 'GET',
    path: '/people/:person/observations',
    auth: 'session',
    params: personPath,
    query: z.strictObject({ day: ReadableDay, parameter: ParameterId, purpose: ReadPurpose }),
    summary: 'What is stored of one parameter on one UTC day, literally as it was sent. Recorded like a day.',
    body: null,
    response: z.strictObject({ observations: z.array(Observation) }),
  }),
  screenshot: route({
    method: 'GET',
    path: '/people/:person/screenshots/:image',
    auth: 'session',
    params: z.strictObject({ person: PersonId, image: ImageId }),
    query: z.strictObject({ purpose: ReadPurpose }),
    summary: 'One screenshot. Recorded like a day.',
    body: null,
    response: 'image/webp',
  }),
  accessLogs: route({
    method: 'GET',
    path: '/access-logs',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Whose access log the caller may read (oneself; everyone for a privacy officer). Names and addresses, and nothing of what anybody does.',
    body: null,
    response: z.strictObject({
      people: z.array(z.strictObject({ id: PersonId, name: z.string(), email: z.string() })),
    }),
  }),
  accesses: route({
    method: 'GET',
    path: '/people/:person/accesses',
    auth: 'session',
    params: personPath,
    query: z.strictObject({ before: z.coerce.number().pipe(UnixMs).optional() }),
    summary:
      "Who looked at this person's data, newest first, 100 at a time and with the last all of its millisecond (the person; privacy officer, whose look is recorded too, as `accesses`). Refusals of one reader, action and purpose within an hour are one entry, with how often and its last time.",
    body: null,
    response: z.strictObject({ accesses: z.array(AccessEntry) }),
  }),
  securityEvents: route({
    method: 'GET',
    path: '/security-events',
    auth: 'session',
    params: empty,
    query: z.strictObject({ before: z.coerce.number().pipe(UnixMs).optional() }),
    summary:
      'Refusals, concurrent use of an account, sign-ins that failed or were out of the ordinary, changes of accounts, invitations, devices and codes (owner, admin, privacy officer), newest first, 200 at a time and with the last all of its millisecond. `count`: how often within the minute of `at`.',
    body: null,
    response: z.strictObject({
      events: z.array(
        z.strictObject({
          at: UnixMs,
          kind: z.string(),
          person: PersonId.nullable(),
          detail: z.string(),
          count: z.int(),
        }),
      ),
    }),
  }),
} as const satisfies Record<string, RouteShape>;

export type Routes = typeof routes;
export type RouteName = keyof Routes;
