import type { OrgId, PersonId } from '../../shared/ids.ts';
import type { IncidentScope, OwnIncident } from '../../shared/protocol/http/incidents.ts';
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
    const looked = scope.kind === 'looks' ? lookedOf((await affectedBy({ store }, org, scope)).get(person)) : null;
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
  for (const reader of scope.readers) {
    for (let before: number | undefined = scope.to; before !== undefined; ) {
      const page: readonly AccessRecord[] = await store.accessesBy(org, reader, PAGE, before);
      looks.push(...page);
      const last = page.at(-1)?.at;
      before = last === undefined || last < scope.from || page.length < PAGE ? undefined : last;
    }
  }
  return affectedByLooks(scope, looks);
}
