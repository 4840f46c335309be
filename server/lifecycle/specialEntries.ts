import { setTimeout } from 'node:timers/promises';
import type { ParameterId } from '../../shared/catalog.ts';
import type { Observation } from '../../shared/events/observation.ts';
import type { OrgId, PersonId } from '../../shared/ids.ts';
import { excludable } from '../../shared/policy/exclusions.ts';
import { FEWEST_TOLD, type SpecialFound } from '../../shared/protocol/http/specialSearches.ts';
import type { Role } from '../../shared/roles.ts';
import { type Day, dayOf } from '../../shared/time.ts';
import type { PolicyControl, PublishedPolicy } from '../control/control.ts';
import type { Erased } from '../control/erased.ts';
import type { ErasurePart } from '../control/erasureScope.ts';
import { isExcluded, untruth } from '../ingest/truth.ts';
import type { PersonRecord, Store } from '../store/store.ts';
import { type OrderDeps, orderErasures } from './erasureOrder.ts';
import { type PrivateEntriesDeps, partsOf, privateEntries } from './privateEntries.ts';

export interface SpecialDeps extends OrderDeps {
  readonly store: OrderDeps['store'] &
    PrivateEntriesDeps['store'] &
    Pick<Store, 'people' | 'storedUnder' | 'recordAccess'>;
  readonly vault: OrderDeps['vault'] & PrivateEntriesDeps['vault'];
  readonly control: Pick<PolicyControl, 'standing' | 'undisturbed' | 'history' | 'agreedTerms'>;
  readonly erased: Erased;
}

/** Who has it looked for: each person reads it on their list. */
export interface SearchedBy {
  readonly org: OrgId;
  readonly person: PersonId;
  readonly role: Role;
}

export interface SpecialSearch {
  readonly by: SearchedBy;
  /** What is ordered carries it, by which its own is known after a restart too; null for a look, which orders nothing. */
  readonly order: number | null;
  readonly signal: AbortSignal;
  /** Told how many people it is through, of how many. */
  readonly through: (done: number, of: number) => void;
}

/** Between two people: ingest and whoever reads come first. */
const REST_MS = 10;

/**
 * Everything that is stored of an organisation, judged by the rules of now: what the gate would not take any more, but
 * for what each person leaves out themself. Opens one person after
 * the other, each on record before; what somebody has had restricted, and what a law obliges to keep, is not opened. To erase is to order it
 * for each person, so that it can be begun again after any end: what is ordered already is not found again.
 */
export async function specialEntries(deps: SpecialDeps, search: SpecialSearch): Promise<SpecialFound> {
  const { by, order: mine, signal, through } = search;
  const published = await deps.control.history(by.org);
  const law = await keptByLaw(deps, by.org, published);
  const people = await deps.store.people(by.org);
  const tally = createTally();
  let restricted = 0;
  for (const [place, person] of people.entries()) {
    through(place, people.length);
    const left = await leftAlone(deps, person, law);
    if (left.isRestricted) restricted += 1;
    const found = left.open.size === 0 ? [] : await partsOfPerson(deps, search, person, left.open, published);
    if (mine !== null) await order(deps, by, mine, person, found);
    tally.note(mine === null ? found : await orderedOf(deps, person, mine));
    await setTimeout(REST_MS, undefined, { signal });
  }
  through(people.length, people.length);
  return { ...tally.told(), restricted, keptByLaw: excludable.filter((id) => law.get(id)?.isOfSomebody === true) };
}

/** Of this person, by one search: not by the time of it, which a clock that was set since would misjudge. */
export async function specialErasures({ erased }: Pick<SpecialDeps, 'erased'>, whose: Whose, search: number) {
  const { erasures } = await erased.of(whose);
  return erasures.filter(({ scope }) => scope?.kind === 'special' && scope.search === search);
}

type Whose = Pick<PersonRecord, 'org' | 'person'>;

async function orderedOf(deps: SpecialDeps, person: Whose, search: number): Promise<readonly ErasurePart[]> {
  return (await specialErasures(deps, person, search)).flatMap(({ scope }) => scope?.parts ?? []);
}

interface Law {
  readonly isOfSomebody: boolean;
  keeps(person: PersonId): boolean;
}

/** By the basis in force, or by one that something of theirs was collected under. */
async function keptByLaw(
  { store }: SpecialDeps,
  org: OrgId,
  published: readonly PublishedPolicy[],
): Promise<ReadonlyMap<ParameterId, Law>> {
  const of = async (id: ParameterId): Promise<Law> => {
    const rests = ({ document }: PublishedPolicy) => document.parameters[id].basis === 'legal_obligation';
    const versions = new Set(published.filter(rests).map(({ document }) => document.version));
    const stored = await store.storedUnder(org, id);
    const isNow = published.slice(-1).some(rests);
    const whose = new Set(stored.filter((one) => isNow || versions.has(one.termsVersion)).map(({ person }) => person));
    return { isOfSomebody: whose.size > 0, keeps: (person) => whose.has(person) };
  };
  return new Map(await Promise.all(excludable.map(async (id) => [id, await of(id)] as const)));
}

/** What may be opened of a person, and whether something may not be because they have had it restricted (GDPR Art. 18). */
async function leftAlone(
  { store, control }: SpecialDeps,
  { org, person }: PersonRecord,
  law: ReadonlyMap<ParameterId, Law>,
): Promise<{ readonly open: ReadonlySet<ParameterId>; readonly isRestricted: boolean }> {
  const held = new Set((await store.held(org, person)).map(({ parameter }) => parameter));
  const isRestricted = await restrictedBy(control, { org, person });
  const there = excludable.filter((id) => held.has(id));
  const open = there.filter((id) => !isRestricted(id) && law.get(id)?.keeps(person) !== true);
  return { open: new Set(open), isRestricted: there.some(isRestricted) };
}

/** With a decision that nobody can read nobody knows what is restricted: then it is everything. */
async function restrictedBy(control: SpecialDeps['control'], whose: Whose): Promise<(id: ParameterId) => boolean> {
  const { restrictions, isReadable } = await control.standing(whose);
  return (id) => !isReadable || restrictions.has(id);
}

async function partsOfPerson(
  deps: SpecialDeps,
  { by }: SpecialSearch,
  { org, person }: PersonRecord,
  parameters: ReadonlySet<ParameterId>,
  published: readonly PublishedPolicy[],
): Promise<readonly ErasurePart[]> {
  const { store, control, erased, clock } = deps;
  const who = { org, at: clock.now(), actor: by.person, actorRole: by.role, subject: person };
  const purpose = by.person === person ? 'own_data' : 'security';
  await store.recordAccess({
    ...{ ...who, action: 'special', purpose, day: null, parameters: [...parameters], refused: false },
  });
  // What they leave out themselves is for nobody else to know, and a count of it would tell: it is theirs to erase.
  const left = [published.at(-1)?.document.exclusions, (await control.agreedTerms({ org, person }))?.exclusions].filter(
    (one) => one !== undefined,
  );
  const gone = await erased.of({ org, person });
  const isPrivate = (one: Observation) => untruth(one) === 'special_category' || isExcluded(one, () => left);
  const search = { isPrivate, isGone: (one: Observation) => gone.covers(one), parameters };
  return partsOf(await privateEntries(deps, { org, person }, search));
}

/** Whether something was restricted meanwhile is asked, and the order made, with no decision between the two. */
async function order(
  deps: SpecialDeps,
  by: SearchedBy,
  search: number,
  { org, person }: PersonRecord,
  found: readonly ErasurePart[],
): Promise<void> {
  if (found.length === 0) return;
  await deps.control.undisturbed(org, async () => {
    const isRestricted = await restrictedBy(deps.control, { org, person });
    const parts = found.filter(({ parameter }) => !isRestricted(parameter));
    if (parts.length === 0) return;
    const scope = { kind: 'special' as const, by: by.person, search, parts, image: null, counted: countedIn(parts) };
    await orderErasures(deps, org, [{ people: [person], scope }]);
  });
}

function countedIn(parts: readonly ErasurePart[]) {
  return excludable.flatMap((parameter) => {
    const records = parts.reduce((sum, one) => sum + (one.parameter === parameter ? (one.starts?.length ?? 0) : 0), 0);
    return records === 0 ? [] : [{ parameter, records }];
  });
}

/** Adds up what is found of one person after the other, and tells of days only what is of enough people. */
function createTally() {
  const counts = new Map<ParameterId, Map<Day, { records: number; people: number }>>();
  let people = 0;
  return {
    note(parts: readonly ErasurePart[]): void {
      if (parts.length > 0) people += 1;
      const theirs = new Set<string>();
      for (const { parameter, starts = [] } of parts) {
        const days = counts.get(parameter) ?? new Map<Day, { records: number; people: number }>();
        counts.set(parameter, days);
        for (const at of starts) {
          const day = dayOf(at);
          const count = days.get(day) ?? { records: 0, people: 0 };
          const isFirst = !theirs.has(`${parameter} ${day}`);
          theirs.add(`${parameter} ${day}`);
          days.set(day, { records: count.records + 1, people: count.people + (isFirst ? 1 : 0) });
        }
      }
    },
    told(): Pick<SpecialFound, 'parameters' | 'people'> {
      const parameters = excludable.flatMap((parameter) => {
        const all = [...(counts.get(parameter) ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1));
        const sum = (of: typeof all) => of.reduce((total, [, { records }]) => total + records, 0);
        if (all.length === 0) return [];
        const told = all.filter((one) => one[1].people >= FEWEST_TOLD);
        const days = told.map(([day, { records }]) => ({ day, records }));
        return [{ parameter, records: sum(all), days, otherDays: sum(all) - sum(told) }];
      });
      return { parameters, people: people >= FEWEST_TOLD ? people : null };
    },
  };
}
