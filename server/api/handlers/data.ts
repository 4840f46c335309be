import { type ParameterId, parameterIds } from '../../../shared/catalog.ts';
import { DaylightError } from '../../../shared/errors.ts';
import type { PersonId, SessionId } from '../../../shared/ids.ts';
import { levelsOf } from '../../../shared/policy/policy.ts';
import type { DayReport } from '../../../shared/protocol/http.ts';
import { ReadPurpose } from '../../../shared/protocol/http.ts';
import { addDays, dayOf, MINUTE, type UnixMs } from '../../../shared/time.ts';
import { authorize, organisation, personTarget } from '../../authorize.ts';
import type { PublishedPolicy } from '../../control/control.ts';
import { requestedSince } from '../../control/proof.ts';
import { toldBy, toldOnAny } from '../../control/told.ts';
import type { Circumstances } from '../../reports/absent.ts';
import { dayReport } from '../../reports/day.ts';
import type { Interval } from '../../reports/intervals.ts';
import { zonedDay } from '../../reports/zonedDay.ts';
import type { SegmentRecord } from '../../store/store.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { requireLeave, requirePerson } from '../leave.ts';
import { beginRead, openImage, openSegments, type RecordedRead, seenOf } from '../reading.ts';

/** A session that began this long before a day can still reach into it. */
const DAYS_BEFORE = 2;
const ACCESSES_AT_ONCE = 100;
const EVENTS_AT_ONCE = 200;

/** What is stored about a person, and who looked at it. */
export function data(
  context: Context,
): HandlersOf<'day' | 'observations' | 'screenshot' | 'accessLogs' | 'accesses' | 'securityEvents'> {
  const { store, accounts } = context;
  return {
    async day({ params, query, signedIn: { actor } }) {
      const bounds = zonedDay(query.day, query.zone);
      if (bounds === null) throw unknownZone();
      const { day, purpose } = query;
      const wanted = { action: 'day', person: params.person, purpose, day, parameters: parameterIds } as const;
      const read = await beginRead(context, actor, wanted);
      return reportOf(context, read, { day, zone: query.zone }, bounds);
    },
    async observations({ params, query, signedIn: { actor } }) {
      const { day, parameter, purpose } = query;
      const segments = await store.segments(actor.org, params.person, parameter, day, day);
      const storedUnder = segments;
      const wanted = { action: 'observations', person: params.person, purpose, day, storedUnder } as const;
      const read = await beginRead(context, actor, { ...wanted, parameters: [parameter] });
      const records = await openSegments(context, read, segments);
      return { observations: records.map(({ observation }) => observation) };
    },
    async screenshot({ params, query, signedIn: { actor } }) {
      const blob = await store.blob(actor.org, params.person, params.image);
      const wanted = {
        action: 'screenshot',
        person: params.person,
        purpose: query.purpose,
        day: blob?.day ?? null,
        parameters: ['screenshot'],
        storedUnder: blob === null ? [] : [blob],
      } as const;
      const read = await beginRead(context, actor, wanted);
      const image = blob === null ? null : await openImage(context, read, blob);
      if (image === null) throw new DaylightError('not_found', 'there is no such screenshot');
      return image;
    },
    async accessLogs({ signedIn: { actor } }) {
      const everyone = await store.people(actor.org);
      const readable = everyone.filter(
        (person) => authorize(actor, 'access_log.read', personTarget(person)).kind === 'granted',
      );
      const named = readable.map(async (record) => ({ id: record.person, ...(await accounts.profile(record)) }));
      return { people: await Promise.all(named) };
    },
    async accesses({ params, query, signedIn: { actor } }) {
      const person = await requirePerson(store, actor, params.person);
      requireLeave(actor, 'access_log.read', personTarget(person));
      const entries = await store.accesses(actor.org, person.person, ACCESSES_AT_ONCE, query.before);
      const names = await namesOf(new Set(entries.map((entry) => entry.actor)));
      return {
        accesses: entries.map(({ org: _org, subject: _subject, ...entry }) => ({
          ...entry,
          actorName: names.get(entry.actor) ?? 'someone who is gone',
          purpose: ReadPurpose.parse(entry.purpose),
          parameters: [...entry.parameters],
        })),
      };

      async function namesOf(ids: ReadonlySet<PersonId>): Promise<ReadonlyMap<PersonId, string>> {
        const names = new Map<PersonId, string>();
        for (const id of ids) {
          const record = await store.person(actor.org, id);
          if (record !== null) names.set(id, (await accounts.profile(record)).name);
        }
        return names;
      }
    },
    async securityEvents({ query, signedIn: { actor } }) {
      requireLeave(actor, 'security.read', organisation(actor.org));
      const events = await store.securityEvents(actor.org, EVENTS_AT_ONCE, query.before);
      return { events: events.map(({ org: _org, ...event }) => event) };
    },
  };
}

async function reportOf(
  context: Context,
  read: RecordedRead,
  { day, zone }: Pick<DayReport, 'day' | 'zone'>,
  bounds: Interval,
): Promise<DayReport> {
  const { store, control, accounts, clock } = context;
  const { org, person } = read.person;
  const [from, to] = [addDays(dayOf(bounds.from), -DAYS_BEFORE), addDays(dayOf(bounds.to), 1)];
  const [segments, profile, current, circumstances] = await Promise.all([
    Promise.all([...read.parameters].map((id) => store.segments(org, person, id, from, to))),
    accounts.profile(read.person),
    control.current(org),
    circumstancesOf(context, read, bounds),
  ]);
  const records = await openSegments(context, read, segments.flat());
  const ofDay = segments.flat().filter((one) => one.day >= dayOf(bounds.from) && one.day <= dayOf(bounds.to - 1));
  const seen = new Set(await seenOf(context, read, ofDay));
  const own = read.purpose === 'own_data';
  return dayReport({
    ...circumstances,
    viewable: withoutHidden(read.parameters, ofDay, seen),
    header: {
      person: { id: person, name: profile.name },
      day,
      zone,
      policyVersion: current.document.version,
      recordedAccess: own ? null : { at: read.at, purpose: read.purpose },
    },
    bounds,
    now: clock.now(),
    records,
    running: runningNow(context, read),
  });
}

/** The parameters without those of which there is something on the day, and all of it hidden from the reader. */
function withoutHidden(
  parameters: ReadonlySet<ParameterId>,
  ofDay: readonly SegmentRecord[],
  seen: ReadonlySet<SegmentRecord>,
): ReadonlySet<ParameterId> {
  const shown = new Set([...seen].map(({ parameter }) => parameter));
  const hidden = new Set(ofDay.map(({ parameter }) => parameter).filter((id) => !shown.has(id)));
  return new Set([...parameters].filter((id) => !hidden.has(id)));
}

/** What a connected device still tracks has no last record yet. */
function runningNow({ connections }: Context, { person }: RecordedRead): ReadonlySet<SessionId> {
  const open = connections.ofPerson(person.org, person.person).map((connection) => connection.openSession());
  return new Set(open.flatMap((one) => (one === null ? [] : [one.session])));
}

/** Policy and acknowledgements as they stood at the end of the day, or as they stand now while it lasts. */
async function circumstancesOf(
  { store, control, clock }: Context,
  read: RecordedRead,
  bounds: Interval,
): Promise<Circumstances> {
  const { org, person } = read.person;
  const at = Math.min(clock.now(), bounds.to);
  const [published, acknowledged, devices] = await Promise.all([
    historyOf(control, org),
    store.acknowledgements(org, person),
    store.devices(org),
  ]);
  const isOver = bounds.to <= clock.now();
  // On a day that is over, a device that was retired since was in use.
  const theirs = devices.filter(
    (device) => device.person === person && device.enrolledAt <= at + MINUTE && (isOver || device.status === 'active'),
  );
  const told = theirs.map(({ device }) =>
    toldBy(
      published,
      acknowledged.filter((one) => one.device === device),
    ).at(at),
  );
  const then = published.filter((policy, index) => index === 0 || policy.publishedAt <= at);
  const inForce = then.at(-1);
  const since: Readonly<Record<ParameterId, UnixMs>> = requestedSince(then);
  return {
    viewable: read.parameters,
    levels: levelsOf({ rules: inForce?.document.parameters ?? {} }),
    levelSince: since,
    acknowledged: toldOnAny(told),
    hasDevice: theirs.length > 0,
  };
}

async function historyOf(
  control: Context['control'],
  org: RecordedRead['person']['org'],
): Promise<readonly PublishedPolicy[]> {
  const current = await control.current(org);
  const versions = Array.from({ length: current.document.version }, (_, index) => control.version(org, index + 1));
  return (await Promise.all(versions)).filter((policy) => policy !== null);
}

function unknownZone(): DaylightError {
  return new DaylightError('bad_request', 'query: zone: expected an IANA time zone such as Europe/Berlin', {
    field: 'zone',
  });
}
