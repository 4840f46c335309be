import { z } from 'zod';
import { DaylightError } from '../../shared/errors.ts';
import type { OrgId } from '../../shared/ids.ts';
import { Region } from '../../shared/protocol/http/region.ts';
import type { Clock } from '../clock.ts';
import { putSetting, readSetting, type Setting } from '../control/settings.ts';
import type { Settings } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';

/** Under this name the organisation's settings keep where its data is. */
const RESIDENCY = 'residency';
const Residency = z.strictObject({ region: Region });

type Store = Pick<Settings, 'setting' | 'putSetting' | 'settingRevisions'>;

/** The region that this organisation's data was tagged with when a server that has one first served it; null: none has. */
export async function regionOf(store: Pick<Settings, 'setting'>, vault: Vault, org: OrgId): Promise<Region | null> {
  return (await tagOf(store, vault, org))?.value?.region ?? null;
}

/**
 * Tags what has no tag yet, and refuses what has another: every organisation of the store is where this server is, or nothing is
 * served. Throws DaylightError `forbidden` for another region, for none where the data has one, and for a tag that was changed in
 * the store. Returns those that were tagged now.
 */
export async function requireResidency(
  { store, vault, clock }: { readonly store: Store; readonly vault: Vault; readonly clock: Clock },
  orgs: readonly OrgId[],
  region: Region | null,
): Promise<readonly OrgId[]> {
  const tags = await Promise.all(orgs.map(async (org) => ({ org, tag: await tagOf(store, vault, org) })));
  for (const { tag } of tags) if (tag !== null) requireSame(tag.value?.region ?? null, region);
  if (region === null) return [];
  const untagged = tags.filter(({ tag }) => tag === null).map(({ org }) => org);
  for (const org of untagged) {
    await putSetting(store, vault, { org, name: RESIDENCY, revision: 1, at: clock.now() }, { region });
  }
  return untagged;
}

function tagOf(
  store: Pick<Settings, 'setting'>,
  vault: Vault,
  org: OrgId,
): Promise<Setting<z.infer<typeof Residency> | null> | null> {
  return readSetting(store, vault, { org, name: RESIDENCY }, Residency);
}

function requireSame(tag: Region | null, region: Region | null): void {
  if (tag === null) {
    throw refusal(
      'the region that the data belongs in was changed in the store',
      'Restore the database from a backup.',
    );
  }
  if (tag === region) return;
  const here = region === null ? 'this server was told no region' : `this server is in ${region}`;
  throw refusal(
    `the data belongs in ${tag}, and ${here}`,
    region === null
      ? `If this server is in ${tag}, start it with --region ${tag}; otherwise serve the data where it belongs.`
      : 'Give the data folder of this region with --data, or serve this one where it belongs.',
  );
}

function refusal(problem: string, remedy: string): DaylightError {
  return new DaylightError('forbidden', `--region: ${problem}`, { field: 'region', remedy });
}
