import { z } from 'zod';
import { DaylightError } from '../../shared/errors.ts';
import { type OrgId, PersonId } from '../../shared/ids.ts';
import { SpecialFound, type SpecialSearchView } from '../../shared/protocol/http/specialSearches.ts';
import { Role } from '../../shared/roles.ts';
import { DAY, SECOND, UnixMs } from '../../shared/time.ts';
import { putSetting, readSetting } from '../control/settings.ts';
import type { Settings, Store } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import type { ErasureEngine } from './erasure.ts';
import { type SearchedBy, type SpecialDeps, specialEntries, specialErasures } from './specialEntries.ts';

export interface SpecialSearchesDeps extends SpecialDeps {
  readonly store: SpecialDeps['store'] & Settings & Pick<Store, 'organisations'>;
  readonly vault: Vault;
  readonly erasures: Pick<ErasureEngine, 'wake'>;
  /** Told what made one break off. */
  readonly failed: (cause: unknown) => void;
}

/** Searches of what the present rules take for something private, one at a time in each organisation. */
export interface SpecialSearches {
  of(org: OrgId): Promise<Omit<SpecialSearchView, 'erased'> & { readonly erased: ErasedSpecial | null }>;
  /** Throws DaylightError `conflict` while one is under way. Goes on after it returns. */
  look(by: SearchedBy): void;
  /** The same, and `conflict` too where nothing was found within the last day. Once it resolves it will be done, whatever happens to the process. */
  erase(by: SearchedBy): Promise<void>;
  /** Goes on with what was to be erased when a process ended. */
  resume(): Promise<void>;
  close(): Promise<void>;
}

export type ErasedSpecial = Omit<NonNullable<SpecialSearchView['erased']>, 'byName'> & { readonly by: PersonId };

/** Under this name the organisation's settings keep what was ordered: begun, and then what it was. */
const ORDERED = 'private entries';
const Ordered = z.strictObject({
  /** Its own revision, when it was begun: the name of this search. Searches of before had none. */
  search: z.int().min(1).optional(),
  since: UnixMs,
  by: z.strictObject({ person: PersonId, role: Role }),
  /** Null until all people were gone through. */
  found: SpecialFound.nullable(),
});
type Ordered = z.infer<typeof Ordered> & { readonly search: number };

const RETRY_MS = 5 * SECOND;

export function createSpecialSearches(deps: SpecialSearchesDeps): SpecialSearches {
  const { store, vault, clock, erasures, failed } = deps;
  const running = new Map<OrgId, { mode: 'look' | 'erase'; done: number; of: number; over: Promise<void> }>();
  const looks = new Map<OrgId, NonNullable<SpecialSearchView['look']>>();
  const brokenOff = new Set<OrgId>();
  const closing = new AbortController();

  async function ordered(org: OrgId): Promise<Ordered | null> {
    const last = await readSetting(store, vault, { org, name: ORDERED }, Ordered);
    if (last === null || last.value === null) return null;
    const { revision, value } = last;
    return { ...value, search: value.search ?? (value.found === null ? revision : revision - 1) };
  }

  const next = async (org: OrgId): Promise<number> => ((await store.setting(org, ORDERED))?.revision ?? 0) + 1;

  async function keep(org: OrgId, revision: number, value: Ordered): Promise<void> {
    await putSetting(store, vault, { org, name: ORDERED, revision, at: clock.now() }, value);
  }

  function begin(by: SearchedBy, order: number | null, finished: (found: SpecialFound) => unknown) {
    const { org } = by;
    const mode: 'look' | 'erase' = order === null ? 'look' : 'erase';
    const state = { mode, done: 0, of: 0, over: Promise.resolve() };
    const through = (done: number, of: number) => void Object.assign(state, { done, of });
    const search = { by, order, through, signal: closing.signal };
    running.set(org, state);
    brokenOff.delete(org);
    state.over = specialEntries(deps, search)
      .then(finished)
      .catch((cause: unknown) => {
        brokenOff.add(org);
        if (!closing.signal.aborted) failed(cause);
      })
      .then(() => {
        running.delete(org);
        if (mode === 'erase') erasures.wake(); // of whoever it was through, also where it broke off
      });
  }

  function beginErasing(org: OrgId, begun: Ordered): void {
    const finished = async (found: SpecialFound) => keep(org, await next(org), { ...begun, found });
    begin({ org, ...begun.by }, begun.search, finished);
  }

  function requireNone(org: OrgId): void {
    if (!running.has(org)) return;
    throw new DaylightError('conflict', 'a search is under way', {
      remedy: 'Wait until it is through.',
      retryAfterMs: RETRY_MS,
    });
  }

  async function finishedAt(org: OrgId, { search, since }: Ordered): Promise<UnixMs | null> {
    const all = (await store.people(org)).map((person) => specialErasures(deps, person, search));
    const theirs = (await Promise.all(all)).flat();
    if (theirs.some(({ state }) => state !== 'verified')) return null;
    return Math.max(since, ...theirs.map(({ changedAt }) => changedAt));
  }

  return {
    async of(org) {
      const now = running.get(org);
      const last = await ordered(org);
      return {
        running: now === undefined ? null : { mode: now.mode, done: now.done, of: now.of },
        failed: brokenOff.has(org),
        look: looks.get(org) ?? null,
        erased:
          last === null
            ? null
            : {
                ...{ at: last.since, by: last.by.person, found: last.found },
                finishedAt: last.found === null ? null : await finishedAt(org, last),
              },
      };
    },
    look(by) {
      requireNone(by.org);
      const at = clock.now();
      begin(by, null, (found) => looks.set(by.org, { at, found }));
    },
    async erase(by) {
      const { org, person, role } = by;
      requireNone(org);
      const [look, since] = [looks.get(org), clock.now()];
      if (look === undefined || look.at < since - DAY || look.found.parameters.length === 0) throw nothingFound();
      looks.delete(org); // it is looked for anew after that
      const search = await next(org);
      const begun = { search, since, by: { person, role }, found: null };
      await keep(org, search, begun);
      beginErasing(org, begun);
    },
    async resume() {
      for (const { org } of await store.organisations()) {
        const last = await ordered(org).catch(failed);
        if (last?.found === null && !running.has(org)) beginErasing(org, last);
      }
    },
    async close() {
      closing.abort();
      await Promise.all([...running.values()].map(({ over }) => over));
    },
  };
}

function nothingFound(): DaylightError {
  return new DaylightError('conflict', 'nothing was found within the last day that could be erased', {
    remedy: 'Have it looked for first, and read what would go.',
  });
}
