import { z } from 'zod';
import { canonical } from '../../shared/canonical.ts';
import { least, parameterIds } from '../../shared/catalog.ts';
import { DaylightError } from '../../shared/errors.ts';
import { type OrgId, PersonId, type TeamId } from '../../shared/ids.ts';
import { LeftOut } from '../../shared/policy/leftOut.ts';
import { Reason } from '../../shared/protocol/http/ages.ts';
import type { PersonRecord, Store } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import type { PolicyControl } from './control.ts';
import { readSetting, type Setting } from './settings.ts';

/** What a team leaves out, as somebody said it last. */
export const TeamLeaving = z.strictObject({ ceilings: LeftOut, by: PersonId, words: Reason });
export type TeamLeaving = z.infer<typeof TeamLeaving>;

export interface TeamDeps {
  readonly store: Pick<Store, 'setting' | 'teams' | 'people' | 'organisations'>;
  readonly vault: Vault;
  readonly control: Pick<PolicyControl, 'standing' | 'followTeams'>;
}

/** Under this name the organisation's settings keep what the team leaves out. */
export function leavingName(team: TeamId): string {
  return `left_out ${team}`;
}

/** Null: nothing was ever said. `value` is null where it was changed in the store. */
export function teamLeaving(
  { store, vault }: Pick<TeamDeps, 'store' | 'vault'>,
  org: OrgId,
  team: TeamId,
): Promise<Setting<TeamLeaving | null> | null> {
  return readSetting(store, vault, { org, name: leavingName(team) }, TeamLeaving);
}

/**
 * Makes of what the teams leave out a decision for the person, unless what holds for them says so already: of several teams the least
 * counts, and without any team nothing is left out. A person's own list of decisions stays the one place that says what holds for
 * them, so that devices, acknowledgements and receipts number it as everything else. Nobody can say what a damaged one forbids: then
 * nothing is given back, what the other teams leave out holds, and it throws DaylightError `unavailable`.
 */
export async function followTeams(
  deps: TeamDeps,
  { org, person, teams }: Pick<PersonRecord, 'org' | 'person' | 'teams'>,
): Promise<void> {
  const settings = (await Promise.all(teams.map((team) => teamLeaving(deps, org, team)))).filter((one) => one !== null);
  const said = settings.toSorted((a, b) => a.at - b.at).flatMap(({ value }) => value ?? []);
  const isDamaged = said.length < settings.length;
  const { held } = await deps.control.standing({ org, person });
  const ceilings = leastOf(isDamaged && held.team !== null ? [...said, held.team] : said);
  const newest = said.at(-1) ?? held.team;
  if (newest !== null && canonical(ceilings) !== canonical(held.team?.ceilings ?? {})) {
    const { by, words } = newest;
    await deps.control.followTeams({ org, person }, { kind: 'held', layer: 'team', ceilings, by, words });
  }
  if (isDamaged) {
    throw new DaylightError('unavailable', 'what is left out for one of the teams was damaged in the store', {
      remedy: 'Say on the page of the team again what is left out for it, then do this again.',
    });
  }
}

/** After a crash between what a team says and what follows for each of its members: it follows now. */
export async function followAllTeams(deps: TeamDeps, failed: (cause: unknown) => void): Promise<void> {
  for (const { org } of await deps.store.organisations()) {
    const teams = await deps.store.teams(org);
    const settings = await Promise.all(teams.map(({ team }) => deps.store.setting(org, leavingName(team))));
    if (settings.every((one) => one === null)) continue;
    for (const person of await deps.store.people(org)) await followTeams(deps, person).catch(failed);
  }
}

/** The least that any of them leaves of each parameter. */
function leastOf(all: readonly Pick<TeamLeaving, 'ceilings'>[]): LeftOut {
  const named = parameterIds.flatMap((id) => {
    const levels = all.flatMap(({ ceilings }) => ceilings[id] ?? []);
    const [first, ...others] = levels;
    return first === undefined ? [] : [[id, others.reduce((a, b) => least(id, a, b), first)]];
  });
  return LeftOut.parse(Object.fromEntries(named));
}
