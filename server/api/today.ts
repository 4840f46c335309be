import { DaylightError } from '../../shared/errors.ts';
import type { OrgId, PersonId, TeamId } from '../../shared/ids.ts';
import type { TodayReport, TodayRow } from '../../shared/protocol/http/today.ts';
import type { UnixMs } from '../../shared/time.ts';
import { type Actor, authorize, personTarget } from '../authorize.ts';
import type { Circumstances } from '../reports/absent.ts';
import type { Interval } from '../reports/intervals.ts';
import { todayParameters, todayRow } from '../reports/today.ts';
import type { DeviceRecord, PersonRecord, Store } from '../store/store.ts';
import { circumstancesOf, countingFrom, type Past, pastOf } from './circumstances.ts';
import type { Context } from './context.ts';
import { daysAround, openFor, requireToday, standingNow } from './opened.ts';
import { beginRead, type RecordedRead, recordedAccessOf, type Wanted } from './reading.ts';
import { RESTRICTED_FIELD } from './withheld.ts';

/** As many people as are shown at once; each of them gets an entry in their access log. */
const PEOPLE_AT_ONCE = 500;

export interface TodayQuestion {
  readonly zone: string;
  readonly purpose: Wanted['purposes'];
  readonly team?: TeamId | undefined;
}

/** What people are doing, after the look at each of them is on record. */
export interface Today {
  readonly people: readonly PersonId[];
  readonly bounds: Interval;
  /** Opens what is needed of these people, and reports on everyone: of the others it says what it said before. */
  report(changed: ReadonlySet<PersonId> | 'everyone', endsAt: UnixMs | null): Promise<TodayReport>;
}

/**
 * Decides whom the actor may see and records a look at each of them; only then is anything opened. Throws what `beginRead`
 * throws, and `bad_request` for an unknown zone and for more people than are shown at once.
 */
export async function beginToday(
  context: Context,
  actor: Actor,
  question: TodayQuestion,
  action: 'today' | 'today_live',
): Promise<Today> {
  const { control, accounts, clock } = context;
  const { day, bounds } = requireToday(clock.now(), question.zone);
  const people = await inScope(context.store, actor, question);
  if (people.length > PEOPLE_AT_ONCE) throw tooMany();
  const { version } = (await control.current(actor.org)).document;
  // Whom they see was asked to find these people; each look is decided once more, as only that gives the proof that opens data.
  const looks = await allOf(
    people.map(async (record) => {
      const { person } = record;
      const wanted = { action, person, purposes: question.purpose, day, parameters: todayParameters } as const;
      return { record, read: await unlessNothing(beginRead(context, actor, wanted)) };
    }),
  );
  const reads = looks.flatMap(({ read }) => (read instanceof DaylightError ? [] : [read]));
  const unseen = looks.flatMap(({ record, read }) =>
    read instanceof DaylightError ? [{ record, refusal: read }] : [],
  );
  const [first] = unseen;
  if (reads.length === 0 && first !== undefined) throw first.refusal;
  const names = new Map(
    await Promise.all(people.map(async (person) => [person.person, (await accounts.profile(person)).name] as const)),
  );
  const counting = await countingOf(context, actor.org, unseen);
  const rows = new Map<PersonId, TodayRow>(
    unseen.map(({ record: { person, teams }, refusal }) => [
      person,
      unseenRow({ id: person, name: names.get(person) ?? '' }, teams, refusal, counting.get(person) ?? new Map()),
    ]),
  );

  return {
    people: people.map(({ person }) => person),
    bounds,
    async report(changed, endsAt) {
      const again = reads.filter(({ person }) => changed === 'everyone' || changed.has(person.person));
      const whose = again.map(({ person }) => person.person);
      const past = await pastOf(context, actor.org, whose);
      const fresh = again.map((read) => rowOf(context, read, names.get(read.person.person) ?? '', past, bounds));
      for (const row of await Promise.all(fresh)) rows.set(row.person.id, row);
      return {
        ...{ day, zone: question.zone, generatedAt: clock.now(), policyVersion: version, endsAt },
        recordedAccess: lookAt(reads),
        people: [...rows.values()].toSorted((a, b) => a.person.name.localeCompare(b.person.name, 'en')),
      };
    },
  };
}

/** For everything for which anybody was looked at; null when nobody but the reader was. */
function lookAt(reads: readonly RecordedRead[]): TodayReport['recordedAccess'] {
  const looks = reads.flatMap((read) => recordedAccessOf(read) ?? []);
  const [first] = looks;
  if (first === undefined) return null;
  return { at: first.at, purposes: [...new Set(looks.flatMap(({ purposes }) => purposes))] };
}

/** Others for a purpose, oneself as one's own data. Of a team only who is in it. Of everyone, or of those of `among`. */
export async function inScope(
  store: Pick<Store, 'people'>,
  actor: Actor,
  question: TodayQuestion,
  among?: readonly PersonId[],
): Promise<readonly PersonRecord[]> {
  const own = question.purpose.includes('own_data');
  const { team } = question;
  return (await store.people(actor.org, among)).filter(
    (person) =>
      (person.person === actor.person) === own &&
      (team === undefined || person.teams.includes(team)) &&
      authorize(actor, 'data.read', personTarget(person)).kind === 'granted',
  );
}

async function rowOf(
  context: Context,
  read: RecordedRead,
  name: string,
  past: Past,
  bounds: Interval,
): Promise<TodayRow> {
  const { store, clock } = context;
  const { org, person, teams } = read.person;
  const [from, to] = daysAround(bounds);
  const others = [...read.parameters].filter((id) => id !== 'app');
  const [whole, apps] = await Promise.all([
    Promise.all(others.map((id) => store.segments(org, person, id, from, to))),
    read.parameters.has('app') ? store.newestSegments(org, person, 'app', from, to) : [],
  ]);
  const { records, sightOn } = await openFor(context, read, whole.flat(), apps);
  const now = clock.now();
  return todayRow({
    ...circumstancesOf(past, person, sightOn, bounds, now, read.leave.actor.person),
    person: { id: person, name },
    teams,
    bounds,
    now,
    records,
    ...standingNow(context, read, past),
  });
}

/**
 * Whoever has not been told yet that something is now collected for this purpose, or has had all of it restricted, is no reason not to
 * show the others. That the look at them was refused is on record.
 */
async function unlessNothing(reading: Promise<RecordedRead>): Promise<RecordedRead | DaylightError> {
  return reading.catch((error: unknown) => {
    if (
      error instanceof DaylightError &&
      error.code === 'forbidden' &&
      (error.field === 'purpose' || error.field === RESTRICTED_FIELD)
    )
      return error;
    throw error;
  });
}

/** Of each of them, from when counts what they have acknowledged and may still react to. */
async function countingOf(
  { store, control, clock }: Context,
  org: OrgId,
  unseen: readonly { readonly record: PersonRecord }[],
): Promise<ReadonlyMap<PersonId, Circumstances['counting']>> {
  if (unseen.length === 0) return new Map();
  const people = unseen.map(({ record }) => record.person);
  const devices = (await store.devices(org, people)).filter(({ status }) => status === 'active');
  const [told, now] = [await control.toldOn(org, devices), clock.now()];
  const byPerson = new Map(people.map((person) => [person, [] as DeviceRecord[]]));
  for (const device of devices) byPerson.get(device.person)?.push(device);
  return new Map([...byPerson].map(([person, theirs]) => [person, countingFrom(theirs, told, now)]));
}

function unseenRow(
  person: TodayRow['person'],
  teams: readonly TeamId[],
  { field }: Pick<DaylightError, 'field'>,
  counting: Circumstances['counting'],
): TodayRow {
  return {
    ...{ person, teams: [...teams], state: 'not_collected', since: null, work: null, app: null },
    ...{ trackedMs: null, atLeast: false },
    absent: todayParameters.map((parameter) => {
      if (field === RESTRICTED_FIELD) return { parameter, why: 'withheld', since: null };
      const from = counting.get(parameter);
      if (from === undefined) return { parameter, why: 'not_acknowledged', since: null };
      return { parameter, why: 'counts_later', since: null, from };
    }),
  };
}

/** Waits for every record, also when one of them fails: what was refused is on record for everyone. */
async function allOf<T>(reads: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(reads);
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

function tooMany(): DaylightError {
  return new DaylightError(
    'bad_request',
    `query: team: expected one team, as you may see more than ${PEOPLE_AT_ONCE} people`,
    {
      field: 'team',
      remedy: 'Choose a team; each person in it is told that you looked.',
    },
  );
}
