import { setImmediate } from 'node:timers/promises';
import { catalog, type ParameterId, parameterIds, rank } from '../../../shared/catalog.ts';
import { DaylightError } from '../../../shared/errors.ts';
import type { Observation } from '../../../shared/events/observation.ts';
import type { ImageId, OrgId, PersonId } from '../../../shared/ids.ts';
import { excludable, NO_EXCLUSIONS, together } from '../../../shared/policy/exclusions.ts';
import type { LawfulBasis } from '../../../shared/policy/policy.ts';
import type {
  ErasurePreview,
  ErasureTarget,
  ErasureView,
  OrderedErasure,
} from '../../../shared/protocol/http/erasures.ts';
import { DAY, type Day, HOUR, type UnixMs } from '../../../shared/time.ts';
import type { Authorized } from '../../authorize.ts';
import type { PublishedPolicy } from '../../control/control.ts';
import { daysOf, isOf, type OpenedErasure } from '../../control/erased.ts';
import type { ErasurePart, ErasureScope } from '../../control/erasureScope.ts';
import { openSegment } from '../../ingest/openSegment.ts';
import { segmentScope } from '../../ingest/scopes.ts';
import { decodeSegment } from '../../ingest/segment.ts';
import { isExcluded } from '../../ingest/truth.ts';
import { BEFORE_EVERYTHING, orderErasures } from '../../lifecycle/erasureOrder.ts';
import { partsOf, privateEntries } from '../../lifecycle/privateEntries.ts';
import { marked, withoutRecords } from '../../reports/corrected.ts';
import { frontEntries } from '../../reports/day.ts';
import type { Interval } from '../../reports/intervals.ts';
import type { PersonRecord, StoredUnder } from '../../store/store.ts';
import type { Context } from '../context.ts';
import type { Countings } from '../countings.ts';
import type { HandlersOf } from '../handler.ts';
import { nameOf } from '../nameOf.ts';
import { daysAround, requireDay } from '../opened.ts';
import { requireRoom } from '../ownExclusions.ts';
import { recordOwnRead } from '../reading.ts';
import { type Proof, refusedOnRecord, requireSamePerson } from '../samePerson.ts';
import { noteEvent } from '../securityEvents.ts';
import { withheldFrom } from '../withheld.ts';

/** Erasing before its time: what a person takes away of themself, and what goes with a lowering of everyone. */
export function erasures(
  context: Context,
  countings: Countings,
): HandlersOf<'erasures' | 'previewErasure' | 'erase' | 'storedAbove' | 'eraseStored' | 'orderedErasures'> {
  const { store, control, clock, erased } = context;

  const proven = (person: PersonRecord, proof: Proof): Promise<void> =>
    refusedOnRecord(context, person, 'erasure_refused', () => requireSamePerson(context, person, proof));

  const isThere = async (person: PersonRecord, what: ErasureTarget): Promise<boolean> =>
    (await countedOf(context, person, await wholeOf(context, person, what))).length > 0;

  return {
    async erasures({ person }) {
      const all = (await erased.of(person)).erasures;
      return { erasures: (await Promise.all(all.map((one) => viewOf(context, person, one)))).toReversed() };
    },
    async previewErasure({ person, leave, body }) {
      return countings.run(person.person, async () => {
        await recordOwnRead(context, leave, 'held', clock.now());
        return previewOwn(context, person, body);
      });
    },
    async erase({ person, leave, body: { what, ...proof } }) {
      await proven(person, proof);
      return countings.run(person.person, async () => {
        await requireFewOwn(context, person);
        await recordOwnRead(context, leave, 'held', clock.now());
        if (what.kind === 'private' && what.leaveOut) {
          // Nearly always there is something of the moment itself; then nothing else is opened before it is left out.
          const moment = { ...what, same: NO_EXCLUSIONS };
          if (!(await isThere(person, moment)) && !(await isThere(person, what))) throw nothingThere();
          await control.decide(leave, async (now) => {
            const exclusions = requireRoom(together(now.terms.exclusions ?? NO_EXCLUSIONS, what.same));
            await noteEvent(context, person, 'own_left_out');
            return { kind: 'left_out', exclusions };
          });
        }
        // With what was stored until it was left out; nothing more of it is stored after that.
        return orderOwn(context, { person, by: person, until: clock.now(), guarded: (order) => order() }, what);
      });
    },
    async storedAbove({ signedIn }) {
      const published = await control.history(signedIn.person.org);
      const orders = await ordersOf(context, signedIn.person);
      const all = parameterIds.map(async (parameter) => {
        const all = await store.storedUnder(signedIn.person.org, parameter);
        const restricted = await restrictedAmong(context, signedIn.person.org, all, parameter);
        const stored = all.filter(({ person }) => !restricted.has(person));
        const above = catalog[parameter].levels.flatMap((level) => {
          const those = stored.filter((one) => mayBeAbove(published, orders, { parameter, level, ...one }));
          return those.length === 0 ? [] : [amountOf(level, those)];
        });
        return { parameter, above, restricted: restricted.size, keptOn: keptOn(published, parameter, stored) };
      });
      return { parameters: (await Promise.all(all)).filter(({ above }) => above.length > 0) };
    },
    async eraseStored({ leave, signedIn, body: { version, parameters, ...proof } }) {
      await proven(signedIn.person, proof);
      // Who has had something restricted is asked, and the order made, with no decision between the two.
      const made = await control.undisturbed(leave.actor.org, () =>
        orderLowering(context, leave, signedIn.person, version, parameters),
      );
      context.erasures.wake();
      const first = (await ordersOf(context, signedIn.person)).find(({ view }) => made.includes(view.order));
      if (first === undefined) throw new Error('an erasure that was just ordered is not there');
      return first.view;
    },
    async orderedErasures({ signedIn }) {
      return { erasures: (await ordersOf(context, signedIn.person)).map(({ view }) => view) };
    },
  };
}

/** Who of these has had the parameter restricted. */
async function restrictedAmong(
  context: Context,
  org: OrgId,
  whose: readonly { readonly person: PersonId }[],
  parameter: ParameterId,
): Promise<ReadonlySet<PersonId>> {
  const people = [...new Set(whose.map(({ person }) => person))];
  const restricted = people.map(async (person) => {
    const withheld = await withheldFrom(context, { person: null }, { org, person });
    return withheld.has(parameter) ? [person] : [];
  });
  return new Set((await Promise.all(restricted)).flat());
}

// ── One's own ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** What would go at the person's own word. Changes nothing. */
export async function previewOwn(
  context: Context,
  person: PersonRecord,
  what: ErasureTarget,
  until = context.clock.now(),
): Promise<ErasurePreview> {
  const { refused, scope } = await wantedOf(context, person, what, until);
  const goes = scope === null ? [] : await countedOf(context, person, scope);
  const { keeps } = await context.erased.of(person);
  const held = goes.some(({ parameter, days }) => days.some(({ day }) => keeps(parameter, day)));
  return { goes, refused, held };
}

/** Which of these are the person's own to erase. */
export async function ownAmong(
  { control }: Context,
  person: PersonRecord,
  parameters: readonly ParameterId[],
): Promise<ParameterId[]> {
  const rules = await control.rulesFor(person);
  return parameters.filter((id) => mayErase(id, rules[id].basis));
}

interface Hand {
  readonly person: PersonRecord;
  readonly by: PersonRecord;
  readonly until: UnixMs;
  /** Looks, directly before the order, whether it may still be made, and lets nothing come between. */
  readonly guarded: <T>(order: () => Promise<T>) => Promise<T>;
}

/** Orders it, by the person's own hand or by that of whoever carries out what they asked: the same rules, states and records. */
export async function orderOwn(
  context: Context,
  { person, by, until, guarded }: Hand,
  what: ErasureTarget,
): Promise<ErasureView> {
  const { erased } = context;
  const scope = await wholeOf(context, person, what, until);
  const goes = await countedOf(context, person, scope);
  if (goes.length === 0) throw nothingThere();
  const counted = goes.map(({ parameter, records }) => ({ parameter, records }));
  const wanted = [{ people: [person.person], scope: { ...scope, by: by.person, counted } }];
  const made = await guarded(async () => {
    await noteEvent(context, person, 'erasure_ordered');
    if (by.person !== person.person) await noteEvent(context, by, 'rights_request_carried_out');
    return orderErasures(context, person.org, wanted);
  });
  context.erasures.wake();
  const view = (await erased.of(person)).erasures.find(({ order }) => made.includes(order));
  if (view === undefined) throw new Error('an erasure that was just ordered is not there');
  return viewOf(context, person, view);
}

export async function requireFewOwn({ erased, clock }: Context, person: PersonRecord): Promise<void> {
  const own = (await erased.of(person)).erasures.filter(({ scope }) => scope !== null && isOwn(scope));
  requireFew(own, clock.now(), 'Ask again in {hours} hours, or erase more days at once.');
}

interface WantedErasure {
  /** Of what is one's own to erase; null when that is nothing. */
  readonly scope: ErasureScope | null;
  readonly refused: ErasurePreview['refused'];
}

function isOwn({ kind }: ErasureScope): boolean {
  return kind === 'own' || kind === 'reported';
}

/** Throws DaylightError for what is not one's own to erase. Whoever names parameters leaves those out; of what is private the rest goes. */
async function wholeOf(
  context: Context,
  person: PersonRecord,
  what: ErasureTarget,
  until = context.clock.now(),
): Promise<ErasureScope> {
  const { refused, scope } = await wantedOf(context, person, what, until);
  if (what.kind === 'days' || scope === null)
    for (const { parameter, basis } of refused) throw notYours(parameter, basis);
  if (scope === null) throw nothingThere();
  return scope;
}

async function wantedOf(
  context: Context,
  person: PersonRecord,
  target: ErasureTarget,
  until: UnixMs,
): Promise<WantedErasure> {
  if (target.kind === 'private') return ofPrivate(context, person, target);
  if (target.kind === 'screenshot') return { scope: await ofImage(context, person, target.image), refused: [] };
  const rules = await context.control.rulesFor(person);
  const range = rangeOf(target, until);
  const isOpen = (id: ParameterId): boolean => mayErase(id, rules[id].basis);
  const parts = target.parameters.filter(isOpen).map((parameter) => ({ parameter, ...range, above: 'off' }));
  return {
    scope: parts.length === 0 ? null : { kind: 'own', by: person.person, parts, image: null, counted: [] },
    refused: target.parameters
      .filter((id) => !isOpen(id))
      .map((parameter) => ({ parameter, basis: rules[parameter].basis })),
  };
}

/**
 * Whatever it rests on: a contract does not allow what GDPR Art. 9 protects to be kept. A law that obliges to keep it may (Art. 17(3)(b)),
 * and a human answers that.
 */
async function ofPrivate(
  context: Context,
  person: PersonRecord,
  { from, to, same }: ErasureTarget & { kind: 'private' },
): Promise<WantedErasure> {
  const now = context.clock.now();
  if (from >= now) throw new DaylightError('bad_request', 'from: this has not happened yet', { field: 'what.from' });
  await requireEntry(context, person, { from, to });
  const rules = await context.control.rulesFor(person);
  const open = excludable.filter((id) => rules[id].basis !== 'legal_obligation');
  const moment = { from, to: Math.max(Math.min(to, now), from + 1), above: 'off' };
  const erased = await context.erased.of(person);
  const isNamed = same.apps.length + same.sites.length > 0;
  const search = {
    isPrivate: (one: Observation) => isExcluded(one, () => [same]),
    isGone: (one: Observation) => erased.covers(one),
    parameters: new Set<ParameterId>(open),
  };
  const elsewhere = isNamed ? partsOf(await privateEntries(context, person, search)) : [];
  const parts = [...open.map((parameter) => ({ parameter, ...moment })), ...elsewhere];
  return {
    scope: parts.length === 0 ? null : { kind: 'reported', by: person.person, parts, image: null, counted: [] },
    refused: excludable
      .filter((id) => !open.includes(id))
      .map((parameter) => ({ parameter, basis: rules[parameter].basis })),
  };
}

/** Within one entry: a longer time would be a way around what is kept on a contract. Throws DaylightError `conflict`. */
async function requireEntry({ corrections, clock }: Context, person: PersonRecord, moment: Interval): Promise<void> {
  const days = daysAround(moment);
  const all = (['app', 'title', 'url'] as const).map((parameter) => corrections.entries(person, parameter, ...days));
  const records = (await Promise.all(all)).flat().map(({ mark, ...one }) => ({ ...one, ...marked(mark) }));
  const entries = frontEntries(records, clock.now());
  if (!entries.some(({ from, to }) => from <= moment.from && moment.to <= to)) throw noEntry();
}

/** Art. 17(1)(b) and (c): what rests on a legitimate interest or on consent; and always pictures, and words of one's own. */
function mayErase(parameter: ParameterId, basis: string): boolean {
  if (parameter === 'notes' || parameter === 'screenshot') return true;
  return !isKept(basis);
}

function isKept(basis: string): boolean {
  return basis === 'contract' || basis === 'legal_obligation';
}

/** Never what is recorded from now on. */
function rangeOf({ from, to, zone }: ErasureTarget & { kind: 'days' }, now: UnixMs): { from: UnixMs; to: UnixMs } {
  const [first, last] = [requireDay(from, zone), requireDay(to, zone)];
  if (to < from)
    throw new DaylightError('bad_request', 'to: expected the same day as from, or a later one', { field: 'to' });
  if (first.from >= now) throw new DaylightError('bad_request', 'from: this day has not begun', { field: 'from' });
  return { from: first.from, to: Math.min(last.to, now) };
}

/** Null when there is no such picture. */
async function ofImage(context: Context, whose: PersonRecord, image: ImageId): Promise<ErasureScope | null> {
  const { store, vault } = context;
  const { org, person } = whose;
  const days = (await store.held(org, person)).flatMap(({ parameter, day }) =>
    parameter === 'screenshot' ? [day] : [],
  );
  for (const day of new Set(days)) {
    const head = (await store.images(org, person, day)).find((one) => one.image === image);
    if (head === undefined) continue;
    const [segment] = await store.segmentsById(org, person, 'screenshot', day, [head.segment]);
    const { parts } =
      segment === undefined ? { parts: [] } : decodeSegment(await vault.open(segmentScope(segment), segment.sealed));
    const shot = parts
      .flatMap(({ observations }) => observations)
      .find((one) => one.parameter === 'screenshot' && one.image === image);
    if (shot === undefined) return null;
    const part = { parameter: 'screenshot' as const, from: shot.at, to: shot.at + 1, above: 'off' };
    return { kind: 'own', by: person, parts: [part], image, counted: [] };
  }
  return null;
}

/** By opening it, a day at a time. What is being erased already does not go once more: asked for twice, it is ordered once. */
async function countedOf(
  { store, vault, erased }: Context,
  { org, person }: PersonRecord,
  scope: ErasureScope,
): Promise<ErasurePreview['goes']> {
  const goes: ErasurePreview['goes'] = [];
  const gone = await erased.of({ org, person });
  const held = new Map<ParameterId, Set<Day>>();
  for (const { parameter, day } of await store.held(org, person))
    held.set(parameter, (held.get(parameter) ?? new Set()).add(day));
  for (const parameter of parameterIds) {
    const ranges = scope.parts.filter((one) => one.parameter === parameter).map(daysOf);
    const days: { day: Day; records: number }[] = [];
    for (const day of held.get(parameter) ?? []) {
      if (!ranges.some(([first, last]) => day >= first && day <= last)) continue;
      let records = 0;
      for (const segment of await store.segments(org, person, parameter, day, day)) {
        await setImmediate(); // others are served between two that are opened
        const content = await openSegment(vault, segment);
        const isTaken = (one: Observation): boolean => isOf(scope, one) && !gone.hides(one);
        for (const part of content?.parts ?? [])
          records += part.observations.length - withoutRecords(part, isTaken).observations.length;
      }
      if (records > 0) days.push({ day, records });
    }
    const records = days.reduce((sum, one) => sum + one.records, 0);
    if (records > 0) goes.push({ parameter, records, days });
  }
  return goes;
}

const IN_A_DAY = 20;

/** Each is kept in a list that everything that arrives is compared with. */
function requireFew(all: readonly { readonly at: UnixMs }[], now: UnixMs, remedy: string): void {
  const recent = all.map(({ at }) => at).filter((at) => at > now - DAY);
  if (recent.length < IN_A_DAY) return;
  const retryAfterMs = Math.min(...recent) + DAY - now;
  throw new DaylightError('rate_limited', `${IN_A_DAY} erasures were asked for within a day`, {
    retryAfterMs,
    remedy: remedy.replace('{hours}', String(Math.ceil(retryAfterMs / HOUR))),
  });
}

async function viewOf(
  context: Context,
  { org, person }: PersonRecord,
  { number, at, state, changedAt, scope }: OpenedErasure,
): Promise<ErasureView> {
  const parts = (scope?.parts ?? []).map(({ starts: _starts, ...part }) => part);
  const of = scope === null ? null : { parts, image: scope.image, counted: scope.counted };
  const by = scope !== null && isOwn(scope) && scope.by !== person ? scope.by : null;
  const byName = by === null ? null : await nameOf(context, org, by);
  return { number, at, state, changedAt, why: scope?.kind ?? null, by, byName, of };
}

// ── With a lowering ────────────────────────────────────────────────────────────────────────────────────────────────

/** Returns the orders: those of whom the same goes are one. */
async function orderLowering(
  context: Context,
  { actor: { org, person: by } }: Authorized<'policy.erase'>,
  asking: PersonRecord,
  version: number,
  parameters: readonly { readonly parameter: ParameterId; readonly which: 'above' | 'all' }[],
): Promise<readonly string[]> {
  const { control, clock } = context;
  const published = await control.history(org);
  if (published.at(-1)?.document.version !== version) throw anotherVersion();
  const [orders, now] = [await ordersOf(context, asking), clock.now()];
  requireFew(
    orders.map(({ view }) => view),
    now,
    'Ask again in {hours} hours, for all of the parameters at once.',
  );
  const theirs = new Map<PersonId, ErasurePart[]>();
  for (const { parameter, which } of parameters) {
    const above = loweredTo(published, parameter, which);
    for (const person of await peopleOf(context, asking, { published, orders, parameter, level: above })) {
      const part = { parameter, from: BEFORE_EVERYTHING, to: now, above };
      theirs.set(person, [...(theirs.get(person) ?? []), part]);
    }
  }
  await noteEvent(context, asking, 'stored_erased');
  return orderErasures(
    context,
    org,
    sameTogether(theirs).map(({ people, parts }) => ({
      people,
      scope: { kind: 'lowering', by, parts, image: null, counted: [] },
    })),
  );
}

/** Above which level it goes. */
function loweredTo(published: readonly PublishedPolicy[], parameter: ParameterId, which: 'above' | 'all'): string {
  const level = published.at(-1)?.document.parameters[parameter].level ?? 'off';
  const wasHigher = published.some(
    ({ document }) => rank(parameter, document.parameters[parameter].level) > rank(parameter, level),
  );
  if (!wasHigher) throw neverLowered(parameter);
  return which === 'all' ? 'off' : level;
}

/**
 * Everybody of whom there is something of it, or something may be on its way. Not those who have had it restricted: that it is kept is their
 * right (Art. 18(1)), and nobody takes it from them with a lowering. Throws when there is nothing of it above the level, and when a contract
 * or the law obliges to keep some of it.
 */
async function peopleOf(context: Context, { org }: PersonRecord, what: Above): Promise<readonly PersonId[]> {
  const { store } = context;
  const { published, orders, parameter, level } = what;
  const [all, devices] = [await store.storedUnder(org, parameter), await store.devices(org)];
  const restricted = await restrictedAmong(context, org, [...all, ...devices], parameter);
  const stored = all.filter(({ person }) => !restricted.has(person));
  const basis = keptOn(published, parameter, stored);
  if (basis !== null) throw keptForEverybody(parameter, basis);
  if (!stored.some((one) => mayBeAbove(published, orders, { parameter, level, ...one }))) throw nothingAbove(parameter);
  const people = [...stored, ...devices].map(({ person }) => person);
  return [...new Set(people)].filter((person) => !restricted.has(person));
}

interface Above {
  readonly published: readonly PublishedPolicy[];
  readonly orders: readonly Ordered[];
  readonly parameter: ParameterId;
  readonly level: string;
}

/** On which basis some of it must be kept: by the terms in force, or by those that it was collected under. */
function keptOn(
  published: readonly PublishedPolicy[],
  parameter: ParameterId,
  stored: readonly StoredUnder[],
): LawfulBasis | null {
  const under = new Set(stored.map(({ termsVersion }) => termsVersion));
  const binding = published.filter(
    ({ document }, place) => place === published.length - 1 || under.has(document.version),
  );
  const bases = binding.map(({ document }) => document.parameters[parameter].basis);
  return bases.find(isKept) ?? null;
}

function sameTogether(
  theirs: ReadonlyMap<PersonId, readonly ErasurePart[]>,
): readonly { readonly people: readonly PersonId[]; readonly parts: ErasurePart[] }[] {
  const together = new Map<string, { readonly people: PersonId[]; readonly parts: ErasurePart[] }>();
  for (const [person, parts] of theirs) {
    const key = parts.map(({ parameter }) => parameter).join();
    const same = together.get(key) ?? { people: [], parts: [...parts] };
    same.people.push(person);
    together.set(key, same);
  }
  return [...together.values()];
}

/** Whether more than the level was allowed by those terms, and nothing was ordered since, or is under way, that takes what was above it. */
function mayBeAbove(
  published: readonly PublishedPolicy[],
  orders: readonly Ordered[],
  { person, parameter, level, termsVersion }: StoredUnder & { parameter: ParameterId; level: string },
): boolean {
  const place = published.findIndex(({ document }) => document.version === termsVersion);
  const allowed = published[place]?.document.parameters[parameter].level ?? 'off';
  const endedAt = published[place + 1]?.publishedAt ?? Number.POSITIVE_INFINITY;
  const isTaken = orders.some(
    ({ view: { at, parameters, finishedAt }, people }) =>
      (at >= endedAt || finishedAt === null) &&
      people.has(person) &&
      parameters.some((one) => one.parameter === parameter && rank(parameter, one.above) <= rank(parameter, level)),
  );
  return !isTaken && rank(parameter, allowed) > rank(parameter, level);
}

function amountOf(level: string, stored: readonly StoredUnder[]) {
  const sum = (of: 'days' | 'images'): number => stored.reduce((total, one) => total + one[of], 0);
  return { level, people: new Set(stored.map(({ person }) => person)).size, days: sum('days'), images: sum('images') };
}

interface Ordered {
  readonly view: OrderedErasure;
  readonly people: ReadonlySet<PersonId>;
}

/** Newest first. What it is of is sealed for each of the people, and the same for all: one of them is opened. */
async function ordersOf(context: Context, { org }: PersonRecord): Promise<Ordered[]> {
  const { store, erased, accounts } = context;
  const byOrder = new Map<string, Awaited<ReturnType<typeof store.erasures>>[number][]>();
  for (const record of await store.erasures(org)) {
    const same = byOrder.get(record.order);
    if (same === undefined) byOrder.set(record.order, [record]);
    else same.push(record);
  }
  const orders: Ordered[] = [];
  for (const records of byOrder.values()) {
    const [first] = records;
    if (first === undefined) continue;
    const opened = (await erased.of(first)).erasures.find(({ number }) => number === first.number);
    const scope = opened?.scope ?? null;
    if (scope !== null && scope.kind !== 'lowering') continue;
    const author = scope === null ? null : await store.person(org, scope.by);
    const done = records.filter(({ state }) => state === 'verified');
    const view = {
      ...{ order: first.order, at: first.at, people: records.length, verified: done.length },
      byName: author === null ? null : (await accounts.profile(author)).name,
      parameters: (scope?.parts ?? []).map(({ parameter, above }) => ({ parameter, above })),
      finishedAt: done.length === records.length ? Math.max(...done.map(({ changedAt }) => changedAt)) : null,
    };
    orders.push({ view, people: new Set(records.map(({ person }) => person)) });
  }
  return orders.toSorted((a, b) => b.view.at - a.view.at);
}

// ── Refusals ───────────────────────────────────────────────────────────────────────────────────────────────────────

function notYours(parameter: ParameterId, basis: string): DaylightError {
  const { label } = catalog[parameter];
  return new DaylightError(
    'conflict',
    `${label}: it is kept on the basis of a ${basis.replaceAll('_', ' ')}, and is not yours alone to erase`,
    {
      field: 'what.parameters',
      remedy: 'Leave it out, and make a request for it to your organisation: it must answer within a month.',
    },
  );
}

function nothingThere(): DaylightError {
  return new DaylightError('conflict', 'there is nothing of it', {
    remedy: 'Look under "My data" at what is held of you.',
  });
}

function noEntry(): DaylightError {
  return new DaylightError(
    'conflict',
    'what: there is no entry of an application or a site that was in front all of that time',
    {
      field: 'what.from',
      remedy: 'Look at the day again, and name one entry, from when it began to when it ended; each one by itself.',
    },
  );
}

function nothingAbove(parameter: ParameterId): DaylightError {
  return new DaylightError(
    'conflict',
    `${catalog[parameter].label}: nothing of it is stored above that level, or it is being erased already`,
    { field: 'parameters', remedy: 'Leave it out.' },
  );
}

function keptForEverybody(parameter: ParameterId, basis: LawfulBasis): DaylightError {
  return new DaylightError(
    'conflict',
    `${catalog[parameter].label}: it is kept on the basis of a ${basis.replaceAll('_', ' ')}, or some of it was collected on it`,
    {
      field: 'parameters',
      remedy:
        'Leave it out: it stays for its days. Whoever wants their own deleted makes a request, which a human answers.',
    },
  );
}

function anotherVersion(): DaylightError {
  return new DaylightError('conflict', 'version: another version is in force by now', {
    field: 'version',
    remedy: 'Look at what is collected now, and decide again.',
  });
}

function neverLowered(parameter: ParameterId): DaylightError {
  return new DaylightError(
    'conflict',
    `${catalog[parameter].label}: it was never above its present level, so nothing of it was lowered`,
    {
      field: 'parameters',
      remedy: 'Lower it first.',
    },
  );
}
