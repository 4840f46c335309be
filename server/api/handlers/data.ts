import { parameterIds } from '../../../shared/catalog.ts';
import { DaylightError } from '../../../shared/errors.ts';
import type { PersonId } from '../../../shared/ids.ts';
import type { DayReport } from '../../../shared/protocol/http/day.ts';
import { ReadPurpose } from '../../../shared/protocol/http/reading.ts';
import { type Actor, authorize, personTarget } from '../../authorize.ts';
import { grantsIn, OPERATOR } from '../../control/operators.ts';
import { dayReport } from '../../reports/day.ts';
import type { Interval } from '../../reports/intervals.ts';
import { inOrder } from '../../reports/recorded.ts';
import { circumstancesOf, pastOf } from '../circumstances.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { daysAround, openFor, requireDay, standingNow } from '../opened.ts';
import {
  openImage,
  openSegments,
  permitRead,
  type RecordedRead,
  recordedAccessOf,
  recordLook,
  recordRead,
  type Wanted,
} from '../reading.ts';
import { personsOwn } from '../securityEvents.ts';

const ACCESSES_AT_ONCE = 100;
const EVENTS_AT_ONCE = 200;

/** What is stored about a person, and who looked at it. */
export function data(
  context: Context,
): HandlersOf<'day' | 'observations' | 'screenshot' | 'accessLogs' | 'accesses' | 'securityEvents'> {
  const { store, accounts } = context;
  return {
    day: ({ params, query: { day, zone, purpose: purposes }, signedIn: { actor } }) =>
      readDay(context, actor, { person: params.person, day, zone, purposes }),
    async observations({ params, query, signedIn: { actor } }) {
      const { day, parameter, purpose: purposes } = query;
      const wanted = { action: 'observations', person: params.person, purposes, day, parameters: [parameter] } as const;
      const permitted = await permitRead(context, actor, wanted);
      const segments = await store.segments(actor.org, params.person, parameter, day, day);
      const read = await recordRead(context, permitted, segments);
      const records = await openSegments(context, read, segments);
      const ordered = inOrder(records);
      const marks = ordered.flatMap(({ mark }, place) => (mark === undefined ? [] : [{ place, ...mark }]));
      return { observations: ordered.map(({ observation }) => observation), ...(marks.length === 0 ? {} : { marks }) };
    },
    async screenshot({ params, query, signedIn: { actor } }) {
      const { person, image: id } = params;
      const asked = { action: 'screenshot', person, purposes: query.purpose, day: null } as const;
      const permitted = await permitRead(context, actor, { ...asked, parameters: ['screenshot'] });
      const blob = await store.blob(actor.org, person, id);
      const read = await recordRead(context, permitted, blob === null ? [] : [blob], blob?.day ?? null);
      const image = blob === null ? null : await openImage(context, read, blob);
      if (image === null) throw new DaylightError('not_found', 'there is no such screenshot');
      return image;
    },
    async accessLogs({ signedIn: { actor } }) {
      const everyone = await store.people(actor.org);
      const readable = everyone.filter(
        (person) => authorize(actor, 'access_log.read', personTarget(person)).kind === 'granted',
      );
      const named = readable.map(async (record) => {
        const { name, email } = await accounts.profile(record);
        return { id: record.person, name, email };
      });
      return { people: await Promise.all(named) };
    },
    async accesses({ person, query, signedIn: { actor } }) {
      // Who looked at somebody says when they were looked at.
      if (person.person !== actor.person)
        await recordLook(context, actor, person.person, { action: 'accesses', purpose: 'security' });
      const entries = await store.accesses(actor.org, person.person, ACCESSES_AT_ONCE, query.before);
      const names = await namesOf(new Set(entries.map((entry) => entry.actor)));
      const grants = await grantsIn(context, actor.org, person.person);
      return {
        operators: grants.map(({ at, until, closedAt, by, reason }) => ({ at, until, closedAt, by, reason })),
        accesses: entries.map(({ org: _org, subject: _subject, ...entry }) => ({
          ...entry,
          actorName: names.get(entry.actor) ?? 'someone who is gone',
          purpose: ReadPurpose.parse(entry.purpose),
          parameters: [...entry.parameters],
        })),
      };

      async function namesOf(ids: ReadonlySet<PersonId>): Promise<ReadonlyMap<PersonId, string>> {
        const names = new Map<PersonId, string>([[OPERATOR, 'Whoever runs the server']]);
        for (const id of ids) {
          const record = await store.person(actor.org, id);
          if (record !== null) names.set(id, (await accounts.profile(record)).name);
        }
        return names;
      }
    },
    async securityEvents({ query, signedIn: { actor } }) {
      const events = await store.securityEvents(actor.org, EVENTS_AT_ONCE, query.before, personsOwn);
      return { events: events.map(({ org: _org, ...event }) => event) };
    },
  };
}

/** On record before anything is opened: see `recordRead`. */
export async function readDay(
  context: Context,
  actor: Actor,
  { person, day, zone, purposes }: Pick<Wanted, 'person' | 'purposes'> & Pick<DayReport, 'day' | 'zone'>,
): Promise<DayReport> {
  const permitted = await permitRead(context, actor, {
    action: 'day',
    person,
    purposes,
    day,
    parameters: parameterIds,
  });
  const bounds = requireDay(day, zone);
  const read = await recordRead(context, permitted);
  return reportOf(context, read, { day, zone }, bounds);
}

async function reportOf(
  context: Context,
  read: RecordedRead,
  { day, zone }: Pick<DayReport, 'day' | 'zone'>,
  bounds: Interval,
): Promise<DayReport> {
  const { store, control, accounts, clock } = context;
  const { org, person } = read.person;
  const [from, to] = daysAround(bounds);
  const [segments, profile, current, past] = await Promise.all([
    Promise.all([...read.parameters].map((id) => store.segments(org, person, id, from, to))),
    accounts.profile(read.person),
    control.current(org),
    pastOf(context, org, [person]),
  ]);
  const { records, sightOn } = await openFor(context, read, segments.flat());
  const now = clock.now();
  return dayReport({
    ...circumstancesOf(past, person, sightOn, bounds, now, read.leave.actor.person),
    header: {
      person: { id: person, name: profile.name },
      day,
      zone,
      policyVersion: current.document.version,
      recordedAccess: recordedAccessOf(read),
    },
    bounds,
    now,
    records,
    ...standingNow(context, read, past),
  });
}
