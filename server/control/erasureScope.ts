import { z } from 'zod';
import { ParameterId } from '../../shared/catalog.ts';
import { ImageId, PersonId } from '../../shared/ids.ts';
import { ErasureReason } from '../../shared/protocol/http/erasures.ts';
import { UnixMs } from '../../shared/time.ts';
import type { ErasureRecord } from '../store/store.ts';
import { type Sealed, type SealScope, type Vault, VaultError } from '../vault/vault.ts';

/**
 * Of a parameter what reaches into `from` (included) to `to` (not), above a level; `off`: all of it. With `starts` (ascending, each within the
 * time) what began at one of these instants alone: an entry is named by when it began, because by what it says the record of its erasure would keep it.
 */
const Part = z.strictObject({
  ...{ parameter: ParameterId, from: UnixMs, to: UnixMs, above: z.string().max(32) },
  starts: z.array(UnixMs).min(1).max(20_000).optional(),
});

/** What is erased of one person, and by whose order. */
export const ErasureScope = z.strictObject({
  kind: ErasureReason,
  by: PersonId,
  /** Of `special`: the search that it was ordered by, as its place in the order of what the organisation set. */
  search: z.int().min(1).optional(),
  parts: z.array(Part).min(1),
  /** Ordered anew when a legal hold had ended, and of which erasure of this person it is a part. */
  after: z.strictObject({ hold: z.int().min(1), erasure: z.int().min(1) }).optional(),
  /** The only image that goes, with its observation; then there is one part. Null: all that the parts say. */
  image: ImageId.nullable(),
  /** How many records of each parameter there were when it was asked for; empty where nobody counted. */
  counted: z.array(z.strictObject({ parameter: ParameterId, records: z.int() })),
});
export type ErasureScope = z.infer<typeof ErasureScope>;
export type ErasurePart = z.infer<typeof Part>;

type Place = Pick<ErasureRecord, 'org' | 'person' | 'number' | 'order' | 'at'>;

export function sealErasure(vault: Pick<Vault, 'seal'>, place: Place, scope: ErasureScope): Promise<Sealed> {
  return vault.seal(scopeOf(place), Buffer.from(JSON.stringify(scope), 'utf8'));
}

/** Null for one that was changed since. Throws VaultError `unavailable` when the keys cannot be read. */
export async function openErasure(vault: Pick<Vault, 'open'>, record: ErasureRecord): Promise<ErasureScope | null> {
  try {
    const bytes = await vault.open(scopeOf(record), record.scope);
    return ErasureScope.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    if (error instanceof VaultError && error.code === 'unavailable') throw error;
    return null;
  }
}

function scopeOf({ org, person, number, order, at }: Place): SealScope {
  const part = `erasure ${number} of order ${order} at ${at}`;
  return { org, person, parameter: 'profile', epoch: 0, record: person, part, policyVersion: 0 };
}
