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
 * them, so that devices, acknowledgements and receipts number it as everything else. Throws DaylightError `unavailable`, with nothing
 * decided, when what one of the teams leaves out was damaged.
 */
export async function followTeams(
  deps: TeamDeps,
  { org, person, teams }: Pick<PersonRecord, 'org' | 'person' | 'teams'>,
): Promise<void> {
  const settings = await Promise.all(teams.map((team) => readable(deps, org, team)));
  const said = settings.filter((one) => one !== null).toSorted((a, b) => a.at - b.at);
  const ceilings = leastOf(said.map(({ value }) => value));
  const { held } = await deps.control.standing({ org, person });
  const newest = said.at(-1)?.value ?? held.team;
  if (newest === null || canonical(ceilings) === canonical(held.team?.ceilings ?? {})) return;
  const { by, words } = newest;
  await deps.control.followTeams({ org, person }, { kind: 'held', layer: 'team', ceilings, by, words });
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
function leastOf(all: readonly TeamLeaving[]): LeftOut {
  const named = parameterIds.flatMap((id) => {
    const levels = all.flatMap(({ ceilings }) => ceilings[id] ?? []);
    const [first, ...others] = levels;
    return first === undefined ? [] : [[id, others.reduce((a, b) => least(id, a, b), first)]];
  });
  return LeftOut.parse(Object.fromEntries(named));
}

async function readable(deps: TeamDeps, org: OrgId, team: TeamId): Promise<Setting<TeamLeaving> | null> {
  const setting = await teamLeaving(deps, org, team);
  if (setting === null) return null;
  const { value, ...place } = setting;
  if (value !== null) return { ...place, value };
  throw new DaylightError('unavailable', 'what is left out for one of the teams was damaged in the store', {
    remedy: 'Say on the page of the team again what is left out for it, then do this again.',
  });
}
