import { setTimeout } from 'node:timers/promises';
import type { OrgId, PersonId, TeamId } from '../../shared/ids.ts';
import { createWallClocks, type WorkingHours, workingUntil } from '../../shared/policy/workingHours.ts';
import { SECOND, type UnixMs } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import type { PolicyControl } from '../control/control.ts';
import type { AccessRecord, SecurityEvent, Store } from '../store/store.ts';
import type { FailedOpens } from '../vault/failedOpens.ts';
import { type Alarm, alarmKinds, createDetectors, type Detectors, LOOK_BACK_MS, type Sighting } from './detectors.ts';
import { rowsWithin } from './rows.ts';

export interface AlarmDeps {
  readonly store: Pick<
    Store,
    'organisations' | 'auditEdge' | 'auditedRows' | 'auditedRow' | 'person' | 'recordSecurityEvent'
  >;
  readonly control: Pick<PolicyControl, 'current'>;
  readonly failedOpens: FailedOpens;
  readonly clock: Pick<Clock, 'now'>;
  /** Told when it is on record. */
  readonly raised: (org: OrgId, alarm: Alarm) => void;
  /** Told why an organisation could not be looked at; it is tried again. */
  readonly failed: (cause: unknown) => void;
}

const EVERY_MS = 3 * SECOND;
/** At the start this many of the newest entries are looked at, as far as they are of the last ten minutes. */
const LAST = 2_000;
/** Looks at a list of people, which are no looks at each of them; and what the host and the program do. */
const LISTS: ReadonlySet<string> = new Set(['today', 'today_live', 'special', 'let_in', 'sign_in_link', 'accesses']);
const refusals: ReadonlySet<string> = new Set(['failed_sign_in', 'export_refused', 'organisation_export_refused']);
/** Where an organisation has named no working hours: so that a download at night is one. */
const USUAL: WorkingHours = {
  zone: 'UTC',
  spans: [{ days: [1, 2, 3, 4, 5], from: '06:00', to: '22:00' }],
};

/** Follows what is recorded, of every process, and raises what the rules say, until it is closed. */
export function startAlarms(deps: AlarmDeps, everyMs = EVERY_MS): { close(): Promise<void> } {
  const closing = new AbortController();
  const followed = new Map<OrgId, Following>();
  const rested = (): Promise<boolean> =>
    setTimeout(everyMs, true, { signal: closing.signal, ref: false }).catch(() => false);
  const running = (async () => {
    do await alarmRound(deps, followed);
    while (await rested());
  })();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}

interface Following {
  readonly detectors: Detectors;
  /** Number of the next leaf. */
  next: number;
  /** Of refusals that are counted on, how many were seen. */
  readonly counted: Map<string, number>;
}

async function alarmRound(deps: AlarmDeps, followed: Map<OrgId, Following>): Promise<void> {
  try {
    for (const { org } of await deps.store.organisations()) {
      try {
        await follow(deps, org, followed);
      } catch (cause) {
        // What was seen and not raised is seen again: it is followed anew from ten minutes ago.
        followed.delete(org);
        deps.failed(cause);
      }
    }
  } catch (cause) {
    deps.failed(cause);
  }
}

async function follow(deps: AlarmDeps, org: OrgId, followed: Map<OrgId, Following>): Promise<void> {
  const following = followed.get(org) ?? (await begin(deps, org));
  followed.set(org, following);
  const recorded = await newSightings(deps, org, following);
  const times = deps.failedOpens.take(org);
  const failed: readonly Sighting[] = times === 0 ? [] : [{ kind: 'failed_open', at: deps.clock.now(), times }];
  for (const one of [...recorded, ...failed])
    for (const alarm of following.detectors.see(one)) await raise(deps, org, alarm);
}

async function begin({ store }: AlarmDeps, org: OrgId): Promise<Following> {
  const { size } = await store.auditEdge(org);
  return { detectors: createDetectors(), next: Math.max(0, size - LAST), counted: new Map() };
}

async function newSightings(deps: AlarmDeps, org: OrgId, following: Following): Promise<readonly Sighting[]> {
  const { store, clock } = deps;
  const { size } = await store.auditEdge(org);
  if (size <= following.next) return [];
  const rows = [...(await rowsWithin(store, org, following.next, size)).values()];
  following.next = size;
  const since = clock.now() - LOOK_BACK_MS;
  const readable = rows.filter((one) => one !== 'unreadable');
  const looks = readable.flatMap((one) => (one.kind === 'access' && one.row.lastAt >= since ? [one.row] : []));
  const noted = readable.flatMap((one) => (one.kind === 'security_event' && one.row.at >= since ? [one.row] : []));
  const times = rows.length - readable.length;
  // Whoever damages one entry must not blind the rules for the others.
  const sightings: Sighting[] = times === 0 ? [] : [{ kind: 'failed_open', at: clock.now(), times }];
  if (looks.length + noted.length === 0) return sightings;
  const isWorking = await workingIn(deps, org);
  const teams = createTeams(deps, org);
  for (const look of looks) sightings.push(...(await sightingsOf(look, { isWorking, teams })));
  for (const event of noted) sightings.push(...sightingsOfEvent(event, following, isWorking));
  return sightings.toSorted((a, b) => a.at - b.at);
}

interface Judging {
  readonly isWorking: (at: UnixMs) => boolean;
  readonly teams: Teams;
}

async function sightingsOf(look: AccessRecord, { isWorking, teams }: Judging): Promise<readonly Sighting[]> {
  const { lastAt: at, actor: by, subject: of, action, refused } = look;
  // Of each refused look there is an event, which is counted.
  if (refused) return [];
  if (action === 'export') return [{ kind: 'download', at, by, working: isWorking(at) }];
  if (by === of || LISTS.has(action)) return [];
  const ownTeam = look.actorRole === 'manager' && (await teams.manages(by, of));
  return [{ kind: 'look', at, by, of, ownTeam }];
}

function sightingsOfEvent(
  { at, kind, person, count, detail }: SecurityEvent,
  following: Following,
  isWorking: (at: UnixMs) => boolean,
): readonly Sighting[] {
  const alarm = alarmKinds.find((one) => one === kind);
  if (alarm !== undefined) return [{ kind: 'raised', at, alarm, by: person }];
  if (kind === 'data_exported' && person !== null)
    return [{ kind: 'download', at, by: person, working: isWorking(at) }];
  if (kind === 'organisation_exported' && person !== null) return [{ kind: 'look_at_all', at, by: person }];
  const isRefusal = kind.startsWith('refused_') || refusals.has(kind);
  if (!isRefusal) return [];
  return [
    { kind: 'refusal', at, by: person, times: newlyCounted(following, `${kind} ${person} ${at} ${detail}`, count) },
  ];
}

/** A row that is counted on comes again with its sum. */
function newlyCounted({ counted }: Following, key: string, count: number): number {
  const before = counted.get(key) ?? 0;
  counted.delete(key);
  counted.set(key, count);
  for (const oldest of counted.keys()) {
    if (counted.size <= LAST) break;
    counted.delete(oldest);
  }
  return Math.max(0, count - before);
}

async function workingIn({ control }: AlarmDeps, org: OrgId): Promise<(at: UnixMs) => boolean> {
  const { workingHours = USUAL } = (await control.current(org)).document;
  const wall = createWallClocks().in(workingHours.zone);
  return (at) => wall === null || workingUntil(workingHours, wall, at) !== null;
}

interface Teams {
  manages(reader: PersonId, subject: PersonId): Promise<boolean>;
}

/** As they are in this round. */
function createTeams({ store }: AlarmDeps, org: OrgId): Teams {
  const known = new Map<PersonId, Promise<{ in: readonly TeamId[]; manages: readonly TeamId[] }>>();
  const of = (person: PersonId) => {
    const found =
      known.get(person) ??
      store.person(org, person).then((one) => ({ in: one?.teams ?? [], manages: one?.managesTeams ?? [] }));
    known.set(person, found);
    return found;
  };
  return {
    async manages(reader, subject) {
      const [{ manages }, { in: teams }] = await Promise.all([of(reader), of(subject)]);
      return teams.some((team) => manages.includes(team));
    },
  };
}

const sentences = {
  alarm_mass_read: 'looked at many people within ten minutes',
  alarm_off_hours_download: 'downloaded everything that is held of them outside of working hours',
  alarm_failed_opens: 'what is stored did not open, again and again: it was altered, or a disk fails',
  alarm_refusals: 'was refused again and again within ten minutes',
} as const;

async function raise({ store, raised }: AlarmDeps, org: OrgId, alarm: Alarm): Promise<void> {
  const { kind, at, by: person, count } = alarm;
  await store.recordSecurityEvent({ org, at, kind, person, detail: `${sentences[kind]}: ${count}` });
  raised(org, alarm);
}
