import type { z } from 'zod';
import type { OrgId } from '../../shared/ids.ts';
import type { UnixMs } from '../../shared/time.ts';
import type { NewSecurityEvent, SettingRecord, Settings } from '../store/store.ts';
import { type SealScope, type Vault, VaultError } from '../vault/vault.ts';

/** What an organisation has set under a name, with its place in the order of what it set under it. */
export interface Setting<T> {
  readonly revision: number;
  readonly at: UnixMs;
  readonly value: T;
}

type Place = Pick<SettingRecord, 'org' | 'name' | 'revision' | 'at'>;

/** Seals it for the organisation and stores it, with the event where there is one. StoreError `conflict` when it is not the next revision. */
export async function putSetting(
  store: Pick<Settings, 'putSetting'>,
  vault: Vault,
  place: Place,
  value: unknown,
  event?: NewSecurityEvent,
): Promise<void> {
  const { org, name, revision, at } = place;
  const sealed = await vault.seal(scopeOf(place), Buffer.from(JSON.stringify(value), 'utf8'));
  await store.putSetting({ org, name, revision, at, sealed }, event);
}

/** What is set now; null when nothing is. `value` is null where it was changed in the store. Throws VaultError `unavailable` when the keys cannot be read. */
export async function readSetting<T>(
  store: Pick<Settings, 'setting'>,
  vault: Vault,
  of: { readonly org: OrgId; readonly name: string },
  schema: z.ZodType<T>,
): Promise<Setting<T | null> | null> {
  const record = await store.setting(of.org, of.name);
  return record === null ? null : openSetting(vault, record, schema);
}

/** As `readSetting`, of a record. */
export async function openSetting<T>(
  vault: Pick<Vault, 'open'>,
  record: SettingRecord,
  schema: z.ZodType<T>,
): Promise<Setting<T | null>> {
  const { revision, at } = record;
  try {
    const bytes = await vault.open(scopeOf(record), record.sealed);
    return { revision, at, value: schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))) };
  } catch (error) {
    if (error instanceof VaultError && error.code === 'unavailable') throw error;
    return { revision, at, value: null };
  }
}

function scopeOf({ org, name, revision, at }: Place): SealScope {
  const part = `setting ${name} ${revision} at ${at}`;
  return { org, person: null, parameter: 'profile', epoch: 0, record: org, part, policyVersion: 0 };
}
