import { setTimeout as wait } from 'node:timers/promises';
import { canonical } from '../../shared/canonical.ts';
import type { PersonId } from '../../shared/ids.ts';
import type { TodayReport } from '../../shared/protocol/http/today.ts';
import { routes } from '../../shared/protocol/http.ts';
import { MINUTE, SECOND, type UnixMs } from '../../shared/time.ts';
import type { Actor } from '../authorize.ts';
import type { Clock } from '../clock.ts';
import type { Connections, PolicyControl } from '../control/control.ts';
import type { Store } from '../store/store.ts';
import type { EventStream } from './eventStream.ts';
import type { Sessions, SignedIn } from './sessions.ts';
import { inScope, type Today, type TodayQuestion } from './today.ts';

/** One entry in a person's access log stands for no more than this; whoever looks on is recorded again. */
export const TODAY_STREAM_MS = 15 * MINUTE;
/** A session that has ended, a role or a team that was taken away, or another policy, ends the stream within this time. */
const CHECK_MS = 500;
/** Everyone is read again this often, changed or not: so an event says nothing by its time alone. */
const REFRESH_MS = MINUTE;
/** Batches of many devices are gathered into one look at the store. */
const GATHER_MS = SECOND;

/** What tells a stream that something has changed, or that it must end. */
export interface Sources {
  readonly store: Pick<Store, 'people'>;
  readonly sessions: Pick<Sessions, 'again'>;
  readonly control: Pick<PolicyControl, 'current' | 'standing'>;
  readonly connections: Pick<Connections, 'ofPerson'>;
  readonly clock: Clock;
}

/** What a stream rests on: whoever began it, what they asked, and what was in force then. */
export interface Watch {
  readonly signedIn: SignedIn;
  readonly question: TodayQuestion;
  readonly today: Today;
  readonly first: TodayReport;
  /** What the reader is told; the stream itself is over after `TODAY_STREAM_MS`, whatever anybody does to the clock. */
  readonly endsAt: UnixMs;
}

/** Sends the first report at once, and another after each visible change, until the time is over or anything it rests on changed: what somebody
 * decided about what is collected and shown of them included, as the look that is on record was at what could be seen before. */
export async function followToday(context: Sources, watch: Watch, stream: EventStream): Promise<void> {
  const { clock } = context;
  const { today, first, endsAt } = watch;
  const send = (report: TodayReport) => stream.send('today', routes.today.response.parse(report));
  let marks = marksOf(context, watch);
  let said = wordsOf(first);
  const decided = await decidedBy(context, watch);
  const overAt = clock.mono() + TODAY_STREAM_MS;
  let refreshAt = clock.mono() + REFRESH_MS;
  try {
    send(first);
    let gatherUntil = 0;
    while (await goesOn(stream)) {
      const now = clock.mono();
      if (now >= overAt || clock.now() >= Math.min(endsAt, today.bounds.to)) break;
      if (!(await stillHolds(context, watch, decided))) break;
      const isDue = now >= refreshAt;
      if (!isDue && now < gatherUntil) continue;
      const latest = marksOf(context, watch);
      const changed = new Set(today.people.filter((person) => latest.get(person) !== marks.get(person)));
      if (!isDue && changed.size === 0) continue;
      marks = latest;
      gatherUntil = now + GATHER_MS;
      const report = await today.report(isDue ? 'everyone' : changed, endsAt);
      if (isDue) refreshAt = now + REFRESH_MS;
      if (!isDue && wordsOf(report) === said) continue;
      // Decided again after it was read: nothing is said of somebody whom the reader may not see any more.
      if (!(await stillHolds(context, watch, decided)) || !(await sameScope(context, watch, isDue))) break;
      said = wordsOf(report);
      send(report);
    }
  } finally {
    stream.end();
  }
}

/** Whether the stream is still open a little later. */
async function goesOn({ ended }: EventStream): Promise<boolean> {
  await wait(CHECK_MS, undefined, { signal: ended }).catch(() => undefined);
  return !ended.aborted;
}

/** Moves with everything that is stored of a person, and when a device of theirs comes or goes. Never leaves the server. */
function marksOf({ connections }: Sources, { signedIn, today }: Watch): ReadonlyMap<PersonId, string> {
  const { org } = signedIn.actor;
  return new Map(
    today.people.map((person) => {
      const own = connections.ofPerson(org, person);
      return [
        person,
        own
          .map((one) => `${one.device} ${one.committedSeq() ?? ''}`)
          .toSorted()
          .join(),
      ];
    }),
  );
}

/** Moves with each decision by or for one of these people. */
async function decidedBy({ control }: Sources, { signedIn, today }: Watch): Promise<string> {
  const { org } = signedIn.actor;
  const standings = await Promise.all(today.people.map((person) => control.standing({ org, person })));
  return standings.map(({ revision }) => revision).join();
}

/** A report without what only the passing of time changes. */
function wordsOf({ people }: TodayReport): string {
  return canonical(
    people.map(({ trackedMs, ...row }) => ({ ...row, trackedMs: row.state === 'tracking' ? null : trackedMs })),
  );
}

async function stillHolds(context: Sources, watch: Watch, decided: string): Promise<boolean> {
  const { signedIn, first } = watch;
  if ((await decidedBy(context, watch)) !== decided) return false;
  const again = await context.sessions.again(signedIn.session);
  if (again === null || !isSame(again.actor, signedIn.actor)) return false;
  return (await context.control.current(signedIn.actor.org)).document.version === first.policyVersion;
}

function isSame(one: Actor, other: Actor): boolean {
  return (
    canonical({ ...one, managesTeams: [...one.managesTeams] }) ===
    canonical({ ...other, managesTeams: [...other.managesTeams] })
  );
}

/** Whether the reader may still see everybody who is shown; and where it is asked of everyone, nobody else. */
async function sameScope(
  { store }: Sources,
  { signedIn, question, today }: Watch,
  ofEveryone: boolean,
): Promise<boolean> {
  const among = ofEveryone ? undefined : today.people;
  const people = (await inScope(store, signedIn.actor, question, among)).map(({ person }) => person);
  const known = new Set(today.people);
  return people.length === known.size && people.every((person) => known.has(person));
}
