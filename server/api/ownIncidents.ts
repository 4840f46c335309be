import type { OrgId, PersonId } from '../../shared/ids.ts';
import type { IncidentScope, OwnIncident } from '../../shared/protocol/http/incidents.ts';
import type { UnixMs } from '../../shared/time.ts';
import { affectedByLooks, type LookedAt, lookedOf, toldOf } from '../records/incidents.ts';
import type { AccessRecord, PersonRecord } from '../store/store.ts';
import type { Context } from './context.ts';

const PAGE = 500;

/** Those that the person was told of, newest first, with what of theirs was looked at. */
export async function ownIncidents(
  { registers, store }: Pick<Context, 'registers' | 'store'>,
  { org, person }: PersonRecord,
): Promise<OwnIncident[]> {
  const own = toldOf(await registers.read(org, 'incidents'), person).map(async (incident) => {
    const { number, content, tellings } = incident;
    const { noticedAt, effects, scope } = content;
    const looked = scope.kind === 'looks' ? lookedOf(await looksAt(store, { org, person }, scope)) : null;
    const told = tellings.filter(({ people }) => people.includes(person)).toReversed();
    return { number, noticedAt, effects, told: told.map(({ at, words }) => ({ at, words })), looked };
  });
  return Promise.all(own);
}

/** By what the audit says now. */
export async function affectedBy(
  { store }: Pick<Context, 'store'>,
  org: OrgId,
  scope: IncidentScope,
): Promise<ReadonlyMap<PersonId, LookedAt | undefined>> {
  if (scope.kind === 'people') return new Map(scope.people.map((person) => [person, undefined]));
  if (scope.kind === 'everyone') {
    return new Map((await store.people(org)).map(({ person }) => [person, undefined]));
  }
  const looks: AccessRecord[] = [];
  for (const reader of scope.readers)
    for await (const page of pagesOf(scope, (before) => store.accessesBy(org, reader, PAGE, before)))
      looks.push(...page);
  return affectedByLooks(scope, looks);
}

/** The same of one person alone, who reads it on every page: by who looked at them, and not by all that a reader has ever looked at. */
async function looksAt(
  store: Pick<Context['store'], 'accesses'>,
  { org, person }: Pick<PersonRecord, 'org' | 'person'>,
  scope: Looks,
): Promise<LookedAt | undefined> {
  const looks: AccessRecord[] = [];
  for await (const page of pagesOf(scope, (before) => store.accesses(org, person, PAGE, before))) looks.push(...page);
  return affectedByLooks(scope, looks).get(person);
}

type Looks = Extract<IncidentScope, { kind: 'looks' }>;

/** Newest first, until they are older than the incident. */
async function* pagesOf(
  { from, to }: Looks,
  read: (before: UnixMs) => Promise<readonly AccessRecord[]>,
): AsyncGenerator<readonly AccessRecord[]> {
  for (let before: UnixMs | null = to; before !== null; ) {
    const page: readonly AccessRecord[] = await read(before);
    yield page;
    const last = page.at(-1)?.at;
    before = last === undefined || last < from || page.length < PAGE ? null : last;
  }
}
