import { z } from 'zod';
import { ParameterId } from '../../shared/catalog.ts';
import type { OrgId } from '../../shared/ids.ts';
import { dayOf, UnixMs } from '../../shared/time.ts';
import { openSetting, putSetting } from '../control/settings.ts';
import { type Expired, type Settings, StoreError } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';

// What is kept of the sweeps of an organisation: one record of each that deleted something, and one a day.

/** What one sweep of an organisation deleted. */
export interface Sweep {
  readonly at: UnixMs;
  readonly endedAt: UnixMs;
  readonly parameters: readonly Expired[];
  /** Data keys that were destroyed, because nothing is stored under them and nothing can be any more. */
  readonly keys: number;
  /** Invitations, links and codes that were over. */
  readonly tokens: number;
  /** Of who looked, and of the security events, what was let go because of its age. */
  readonly looks: number;
  readonly events: number;
}

const NAME = 'retention_sweep';
const count = z.int().min(0);
const SweepRecord = z.strictObject({
  at: UnixMs,
  endedAt: UnixMs,
  parameters: z.array(z.strictObject({ parameter: ParameterId, segments: count, images: count })),
  ...{ keys: count, tokens: count },
  // A server before this let none go.
  ...{ looks: count.default(0), events: count.default(0) },
});

interface SweepsDeps {
  readonly store: Settings;
  readonly vault: Vault;
}

export async function noteSweep({ store, vault }: SweepsDeps, org: OrgId, sweep: Sweep): Promise<void> {
  const last = await store.setting(org, NAME);
  const isNews =
    sweep.parameters.length + sweep.keys + sweep.looks + sweep.events > 0 ||
    last === null ||
    dayOf(last.at) !== dayOf(sweep.at);
  if (!isNews) return;
  try {
    const place = { org, name: NAME, revision: (last?.revision ?? 0) + 1, at: sweep.endedAt };
    await putSetting(store, vault, place, sweep);
  } catch (cause) {
    if (!(cause instanceof StoreError && cause.code === 'conflict')) throw cause;
  }
}

/** The newest first. One that does not open is left out. */
export async function lastSweeps({ store, vault }: SweepsDeps, org: OrgId, most: number): Promise<readonly Sweep[]> {
  const records = (await store.settingRevisions(org, NAME)).slice(-most).toReversed();
  const opened = await Promise.all(records.map((record) => openSetting(vault, record, SweepRecord)));
  return opened.flatMap(({ value }) => value ?? []);
}

/** All that it deleted. */
export function piecesOf({ parameters, keys, tokens, looks, events }: Sweep): number {
  return parameters.reduce((sum, { segments, images }) => sum + segments + images, keys + tokens + looks + events);
}
