import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import { DaylightError } from '../../shared/errors.ts';
import type { PersonId } from '../../shared/ids.ts';
import {
  AUTHORITY_HOURS,
  type IncidentContent,
  type IncidentScope,
  type IncidentStep,
  type IncidentView,
  type OwnIncident,
} from '../../shared/protocol/http/incidents.ts';
import { HOUR, type UnixMs } from '../../shared/time.ts';
import type { AccessRecord } from '../store/store.ts';
import { type Item, itemsOf } from './numbered.ts';
import type { Written } from './registers.ts';

/** What an entry of the register of incidents says. */
export interface IncidentEntry {
  readonly step: IncidentStep;
}

type Register = readonly Written<'incidents'>[];

/** An incident as far as the register alone knows it. Pure. */
export interface Incident {
  readonly number: number;
  /** What is known by now. */
  readonly content: IncidentContent;
  /** How many of the tellings were before that was known. Not by their times: a clock that was ahead must not keep anybody from being told. */
  readonly toldBefore: number;
  readonly openedBy: PersonId;
  readonly openedAt: UnixMs;
  readonly authorityBy: UnixMs;
  readonly authority: IncidentView['authority'];
  readonly closedAt: UnixMs | null;
  readonly tellings: readonly { readonly at: UnixMs; readonly words: string; readonly people: readonly PersonId[] }[];
  readonly changes: IncidentView['changes'];
}

/** In the order in which they were opened. What cannot be read is in none of them. */
export function incidentsOf(written: Register): readonly Incident[] {
  return itemsOf<IncidentEntry>(written).flatMap((item) => incidentOf(item) ?? []);
}

/** Null where what it began with cannot be read. */
export function incidentOf({ number, changes }: Item<IncidentEntry>): Incident | null {
  const [first] = changes;
  if (first?.said.step.kind !== 'opened' || first.revision !== number) return null;
  const { content } = first.said.step;
  let incident: Incident = {
    ...{ number, content, toldBefore: 0, openedBy: first.by, openedAt: first.at },
    authorityBy: content.noticedAt + AUTHORITY_HOURS * HOUR,
    ...{ authority: null, closedAt: null, tellings: [] },
    changes: changes.map(({ said: { step }, ...change }) => ({ ...change, said: step })),
  };
  for (const { at, said } of changes.slice(1)) incident = after(incident, at, said.step);
  return incident;
}

function after(before: Incident, at: UnixMs, step: IncidentStep): Incident {
  switch (step.kind) {
    case 'opened':
      return before;
    case 'found': {
      // The clock of the authority begins when it was known first, whatever is found out later.
      const noticedAt = Math.min(before.content.noticedAt, step.content.noticedAt);
      const authorityBy = noticedAt + AUTHORITY_HOURS * HOUR;
      return { ...before, content: { ...step.content, noticedAt }, toldBefore: before.tellings.length, authorityBy };
    }
    case 'authority':
      return { ...before, authority: { outcome: step.outcome, on: step.on, at } };
    case 'told':
      return { ...before, tellings: [...before.tellings, { at, words: step.words, people: step.people }] };
    case 'closed':
      return { ...before, closedAt: at };
  }
}

/** What was looked at of one person. */
export interface LookedAt {
  readonly looks: readonly AccessRecord[];
  readonly parameters: readonly ParameterId[];
}

/**
 * Whom looks by these accounts in that time concern, each with what was looked at: not what was refused, nor what they looked at of
 * themselves. Pure; `looks` may have more in it than counts.
 */
export function affectedByLooks(
  scope: Extract<IncidentScope, { kind: 'looks' }>,
  looks: readonly AccessRecord[],
): ReadonlyMap<PersonId, LookedAt> {
  const readers = new Set(scope.readers);
  const affected = new Map<PersonId, AccessRecord[]>();
  for (const look of looks) {
    const { actor, subject, at, refused } = look;
    if (refused || actor === subject || !readers.has(actor) || at < scope.from || at >= scope.to) continue;
    const own = affected.get(subject);
    if (own === undefined) affected.set(subject, [look]);
    else own.push(look);
  }
  return new Map(
    [...affected].map(([person, own]) => {
      const seen = new Set(own.flatMap(({ parameters }) => parameters));
      return [person, { looks: own, parameters: parameterIds.filter((id) => seen.has(id)) }];
    }),
  );
}

/** When somebody was told last of what was known then; null when they never were. */
export function toldAt({ tellings }: Incident, person: PersonId): UnixMs | null {
  return tellings.findLast(({ people }) => people.includes(person))?.at ?? null;
}

/** Who is to be told, or told again because something was found since. */
export function toTell(incident: Incident, affected: readonly PersonId[]): readonly PersonId[] {
  const told = new Set(incident.tellings.slice(incident.toldBefore).flatMap(({ people }) => people));
  return affected.filter((person) => !told.has(person));
}

export function lookedOf(looked: LookedAt | undefined): NonNullable<OwnIncident['looked']> {
  const times = (looked?.looks ?? []).map(({ at }) => at);
  return {
    looks: times.length,
    parameters: [...(looked?.parameters ?? [])],
    first: times.length === 0 ? null : Math.min(...times),
    last: times.length === 0 ? null : Math.max(...times),
  };
}

/** Those that one person was told of, the newest first, without what of it was looked at. */
export function toldOf(written: Register, person: PersonId): readonly Incident[] {
  return incidentsOf(written)
    .filter((incident) => toldAt(incident, person) !== null)
    .toReversed();
}

/** Throws DaylightError `bad_request` for what cannot have happened yet. */
export function requirePast({ noticedAt, scope }: IncidentContent, now: UnixMs): void {
  if (noticedAt > now) throw notYet('content.noticedAt');
  if (scope.kind === 'looks' && scope.from > now) throw notYet('content.scope.from');
}

function notYet(field: string): DaylightError {
  return new DaylightError('bad_request', `${field}: expected a time that has come`, {
    field,
    remedy: 'Give the time at which it happened, as far as it is known.',
  });
}

export function requireOpen({ closedAt }: Incident): void {
  if (closedAt === null) return;
  throw new DaylightError('conflict', 'this incident is closed', {
    remedy: 'Put what was found since on record as an incident of its own, and name this one in its words.',
  });
}

/** Throws DaylightError `conflict` while somebody is to be told, or the authority is. */
export function requireAnswered(incident: Incident, affected: readonly PersonId[]): void {
  const people = toTell(incident, affected).length;
  if (people > 0) {
    throw new DaylightError('conflict', `step: ${people === 1 ? 'somebody is' : `${people} people are`} to be told`, {
      field: 'step',
      remedy: 'Tell those whom it concerns first; what was found since they were told is told to them again.',
    });
  }
  if (incident.authority !== null) return;
  throw new DaylightError('conflict', 'step: nobody has said whether the supervisory authority was told', {
    field: 'step',
    remedy: 'Tell it, or say why nobody is at risk.',
  });
}
