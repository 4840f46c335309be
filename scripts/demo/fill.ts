import { randomBytes } from 'node:crypto';
import { cp, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Clock } from '../../server/clock.ts';
import { initialise } from '../../server/initialise.ts';
import { openServer } from '../../server/server.ts';
import type { PersonId, TeamId } from '../../shared/ids.ts';
import { presets } from '../../shared/policy/presets.ts';
import { routes } from '../../shared/protocol/http.ts';
import { HOUR, MINUTE, type UnixMs } from '../../shared/time.ts';
import { cast, type Member, memberAt, ORGANISATION, teams } from './cast.ts';
import { type Crews, startCrews } from './crews.ts';
import { quickFolder, removeLeftBehind } from './quickFolder.ts';
import { shiftsOf } from './shift.ts';
import { accept, createVisitor, type Entry, secure, signIn, type Visitor } from './visitor.ts';

export interface Fill {
  /** An empty folder. */
  readonly data: string;
  /** Where the computers are kept of those who go on working afterwards; a folder for each, named by their place in `cast`. */
  readonly computers: string;
  /** How many of `cast`, the owner first. */
  readonly people: number;
  /** Midnights of the days of work, in order and in the time of this computer. */
  readonly days: readonly UnixMs[];
  readonly now: UnixMs;
  /** Told what is being done, and the part of the whole that is done. */
  readonly onProgress: (what: string, part: number) => void;
  /** Gives up: `fill` then throws, and leaves `data` unfinished and nothing else. */
  readonly signal: AbortSignal;
}

export interface Filled {
  readonly stored: number;
  readonly discarded: number;
  readonly owner: Entry;
  /** Absent when there are too few people for one. */
  readonly manager: Entry | null;
  readonly employee: Entry | null;
}

/**
 * Makes the demo organisation on a real server whose clock, like those of the agents, begins at the first day and is moved
 * to the present. Everything passes the gates, sockets and signatures that it would pass; nothing is written past them.
 * Nothing but the server's data and the computers of those who go on is left.
 */
export async function fill(options: Fill): Promise<Filled> {
  const { data, people, days, onProgress, signal } = options;
  const [first] = days;
  if (first === undefined) throw new Error('a demo needs at least one day');
  const clock = createStandingClock(first + OPENS_MS);
  onProgress('Making keys and the organisation', 0);
  const { name, email } = memberAt(OWNER);
  const names = { organisation: ORGANISATION, ownerName: name, ownerEmail: email, reactionDays: 0 };
  const { token, person } = await initialise(data, names, { clock });
  const server = await openServer({ data, port: 0, logLevel: 'error' }, { clock });
  await removeLeftBehind();
  const quick = await quickFolder();
  const processes = Math.max(1, Math.min(4, availableParallelism(), people - 1));
  const crewed = { folder: quick, server: server.url, start: clock.now(), processes };
  const starting = startCrews(crewed);
  // Heard of where it is awaited; until then it is nobody's.
  starting.catch(() => undefined);
  try {
    const office = await openOffice({ ...options, url: server.url, clock, token, owner: person });
    const crews = await starting;
    signal.addEventListener('abort', crews.close);
    signal.throwIfAborted();
    const filled = await live(options, office, crews);
    await keepComputers(options, crews);
    return filled;
  } finally {
    await starting.then(({ close }) => close()).catch(() => undefined);
    await server.close();
    await rm(quick, { recursive: true, force: true, maxRetries: 5 });
  }
}

const [OPENS_MS, CLOSES_MS] = [7 * HOUR, 19.5 * HOUR];
/** What was captured at the end of the day has been looked at by then. */
const LAST_REVIEW_MS = 2 * MINUTE;
/** A lease is a day long. */
const HEARD_MS = 20 * HOUR;

/** Time of the server: it stands until it is moved. */
interface StandingClock extends Clock {
  moveTo(moment: UnixMs): void;
}

function createStandingClock(start: UnixMs): StandingClock {
  let now = start;
  return {
    now: () => now,
    mono: () => now - start,
    moveTo(moment) {
      if (moment < now) throw new Error('time does not go back');
      now = moment;
    },
  };
}

async function keepComputers({ computers, people }: Fill, crews: Crews): Promise<void> {
  for (const [place, { ways }] of [...cast.entries()].slice(0, people)) {
    if (ways.goesOn !== true) continue;
    await cp(crews.computerOf(place), path.join(computers, String(place)), { recursive: true });
  }
}

/** The organisation as it is administered. */
interface Office {
  readonly url: string;
  readonly clock: StandingClock;
  readonly ids: ReadonlyMap<number, PersonId>;
  readonly entries: ReadonlyMap<number, Entry>;
  /** The owner, in the session that everything was made in. */
  readonly owner: Visitor;
  visit(member: number): Promise<Visitor>;
}

interface Opening extends Fill {
  readonly url: string;
  readonly clock: StandingClock;
  readonly token: string;
  readonly owner: PersonId;
}

/** Owner, teams, first policy, and everybody's account. */
async function openOffice({ url, clock, token, owner, people }: Opening): Promise<Office> {
  const visitor = createVisitor(url);
  const me = await visitor.ask(routes.signInWithLink, { body: { token } });
  const entries = new Map([
    [OWNER, await secure(visitor, me, { email: me.person.email, password: newPassword() }, clock)],
  ]);
  const made: TeamId[] = [];
  for (const name of teams) made.push((await visitor.ask(routes.createTeam, { body: { name } })).id);
  await publish(visitor, 'So that projects can be costed and nobody is overloaded; titles without names and numbers.', {
    ...presets.detailed,
    screenshot: 'off',
  });
  const ids = new Map([[OWNER, owner]]);
  const invitations: (readonly [place: number, token: string])[] = [];
  for (const [place, { name, email, role, team }] of [...cast.entries()].slice(1, people)) {
    const own = team === null ? [] : [made[team]];
    const body = { name, email, role, teams: own, managesTeams: role === 'manager' ? own : [] };
    const invited = await visitor.ask(routes.invite, { body });
    ids.set(place, invited.person.id);
    invitations.push([place, invited.token]);
  }
  for (const [place, entry] of await Promise.all(invitations.map((one) => acceptAt(url, clock, one)))) {
    entries.set(place, entry);
  }
  return {
    ...{ url, clock, ids, entries, owner: visitor },
    visit(member) {
      const entry = entries.get(member);
      if (entry === undefined) throw new Error(`${memberAt(member).name} is not one of the people`);
      return signIn(url, entry, clock);
    },
  };
}

/** The owner's place in the cast. */
const OWNER = 0;

async function acceptAt(
  url: string,
  clock: StandingClock,
  [place, token]: readonly [number, string],
): Promise<readonly [number, Entry]> {
  const { name, email } = memberAt(place);
  return [place, await accept(createVisitor(url), { token, name, email, password: newPassword() }, clock)];
}

function newPassword(): string {
  return randomBytes(9).toString('base64url');
}

async function publish(owner: Visitor, reason: string, levels: Readonly<Record<string, string>>): Promise<void> {
  const { policy } = await owner.ask(routes.policy);
  const parameters = Object.fromEntries(Object.entries(levels).map(([id, level]) => [id, { level }]));
  await owner.ask(routes.publishPolicy, { body: { baseVersion: policy.version, reason, parameters } });
}

/** Day after day: what happens before work, work, what is sent, and who looks at it. */
async function live({ days, now, onProgress }: Fill, office: Office, crews: Crews): Promise<Filled> {
  const { clock, ids } = office;
  const everyone = [...ids.keys()].filter((member) => member !== OWNER);
  const heard = new Map<number, UnixMs>();
  const hear = (members: readonly number[]): void => members.forEach((member) => heard.set(member, clock.now()));
  const total = { stored: 0, discarded: 0 };
  onProgress('Enrolling everybody', 0.01);
  for (const member of everyone) await enrol(office, crews, office.owner, member);
  hear(everyone);
  for (const [index, midnight] of days.entries()) {
    const end = Math.min(midnight + CLOSES_MS, now - LAST_REVIEW_MS);
    const third = thirdOf(index, days.length);
    const isNewThird = index > 0 && third !== thirdOf(index - 1, days.length);
    const present = everyone.filter((member) => third !== 1 || memberAt(member).ways.holiday !== true);
    const working = present.filter((member) => shiftsOf(memberAt(member), midnight, end).length > 0);
    if (index > 0) clock.moveTo(midnight + OPENS_MS);
    if (isNewThird) await change(office, crews, third, everyone);
    const isDue = (member: number): boolean => isNewThird || clock.now() - (heard.get(member) ?? 0) > HEARD_MS;
    const due = index === 0 ? [] : (isNewThird ? present : working).filter(isDue);
    const agreeing = due.filter((member) => memberAt(member).ways.declines !== true);
    await crews.connect(clock.now(), due, agreeing);
    hear(due);
    const part = (of: number): number => 0.03 + (0.97 * (index + of)) / days.length;
    // Nobody is connected before it is evening, and one crew need not wait for another.
    clock.moveTo(end);
    const { stored, discarded } = await crews.work(midnight, end, working, (at) => {
      const day = (at - midnight - OPENS_MS) / (end - midnight - OPENS_MS);
      onProgress(`${dayWords(at)}, ${working.length} people at work`, part(0.9 * Math.max(0, day)));
    });
    hear(working);
    total.stored += stored;
    total.discarded += discarded;
    await look(office, index, midnight, working);
  }
  onProgress('Done', 1);
  return { ...total, ...accountsIn(office) };
}

/** Of each role the first that can be signed in to. */
function accountsIn({ entries }: Office): Pick<Filled, 'owner' | 'manager' | 'employee'> {
  const entryOf = (role: Member['role']): Entry | null =>
    [...entries].find(([place]) => memberAt(place).role === role)?.[1] ?? null;
  const owner = entryOf('owner');
  if (owner === null) throw new Error('the demo has no owner');
  return { owner, manager: entryOf('manager'), employee: entryOf('employee') };
}

function thirdOf(index: number, days: number): number {
  return Math.floor((index * 3) / days);
}

async function enrol({ clock, ids }: Office, crews: Crews, owner: Visitor, member: number): Promise<void> {
  const person = personOf(ids, member);
  const { code } = await owner.ask(routes.createEnrolmentCode, { params: { person }, body: {} });
  await crews.enrol(clock.now(), member, code);
}

/** The policy changes with the second and the last third of the time; and with the second somebody gets another computer. */
async function change(office: Office, crews: Crews, third: number, everyone: readonly number[]): Promise<void> {
  const owner = await office.visit(OWNER);
  if (third === 2) {
    await publish(owner, 'The works council agrees to domains, and to nothing finer.', { url: 'domain' });
    return;
  }
  await publish(
    owner,
    'Customers with a fixed price ask for progress. Sites are off until the works council has met.',
    {
      screenshot: 'blurred',
      url: 'off',
    },
  );
  for (const member of everyone.filter((place) => memberAt(place).ways.newComputer === true)) {
    const params = { person: personOf(office.ids, member) };
    const { devices } = await owner.ask(routes.devices, { params });
    for (const { id } of devices) await owner.ask(routes.retireDevice, { params: { ...params, device: id } });
    await enrol(office, crews, owner, member);
  }
}

/** On some evenings somebody looks at a day of their team, and says what for. */
async function look(office: Office, index: number, midnight: UnixMs, working: readonly number[]): Promise<void> {
  const managers = [...office.ids.keys()].filter((place) => memberAt(place).role === 'manager');
  const manager = managers[index % Math.max(1, managers.length)];
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const day = localDay(midnight);
  if (index % 5 === 4) {
    const [member] = working;
    const owner = await office.visit(OWNER);
    const from = localDay(midnight - 4 * 24 * HOUR);
    const query = { from, zone, purpose: 'working_time' };
    if (member !== undefined) await owner.ask(routes.week, { params: { person: personOf(office.ids, member) }, query });
  }
  if (manager === undefined || index % 2 === 1) return;
  const team = working.filter((place) => place !== manager && memberAt(place).team === memberAt(manager).team);
  if (team.length === 0) return;
  const visitor = await office.visit(manager);
  for (const place of team.slice(0, 2)) {
    const params = { person: personOf(office.ids, place) };
    const purpose = index % 4 === 0 ? 'project_costing' : 'workload_review';
    const { screenshots } = await visitor.ask(routes.day, { params, query: { day, zone, purpose } });
    const [first] = screenshots;
    if (first === undefined) continue;
    await visitor.fetch(routes.screenshot, { params: { ...params, image: first.image }, query: { purpose } });
  }
}

function personOf(ids: ReadonlyMap<number, PersonId>, member: number): PersonId {
  const person = ids.get(member);
  if (person === undefined) throw new Error(`there is no member ${member}`);
  return person;
}

/** The calendar day in the time of this computer. */
function localDay(moment: UnixMs): string {
  const at = new Date(moment);
  return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
}

function dayWords(at: UnixMs): string {
  return new Date(at).toLocaleString('en-GB', {
    ...{ weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  });
}
