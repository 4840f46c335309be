import { z } from 'zod';
import { ParameterId, parameterIds } from '../../shared/catalog.ts';
import { type ImportContents, ImportSource, type ImportView } from '../../shared/protocol/http/imports.ts';
import { Digest } from '../../shared/signed.ts';
import { Day } from '../../shared/time.ts';
import type { ImportPiece, ImportRecord } from '../store/store.ts';
import { type Sealed, type SealScope, type Vault, VaultError } from '../vault/vault.ts';
import { ImageLine } from './portable.ts';

/** What an import holds, and in which piece. Sealed for the person. */
export const ImportIndex = z.strictObject({
  source: ImportSource,
  /** Of its pieces, as they are stored. */
  bytes: z.int(),
  /** Lines of one parameter and one UTC day, in order; a day of many has several. */
  pieces: z.array(z.strictObject({ place: z.int(), parameter: ParameterId, day: Day, records: z.int() })),
  images: z.array(z.strictObject({ place: z.int(), digest: Digest, line: ImageLine })),
});
export type ImportIndex = z.infer<typeof ImportIndex>;

export interface OpenedImport {
  readonly record: ImportRecord;
  readonly index: ImportIndex;
}

export function sealIndex(
  vault: Pick<Vault, 'seal'>,
  place: Omit<ImportRecord, 'sealed'>,
  index: ImportIndex,
): Promise<Sealed> {
  return vault.seal(indexScope(place), Buffer.from(JSON.stringify(index), 'utf8'), { compress: true });
}

/** Null for one that was changed since, or whose key is gone. Throws VaultError `unavailable` when the keys cannot be read. */
export async function openIndex(vault: Pick<Vault, 'open'>, record: ImportRecord): Promise<OpenedImport | null> {
  try {
    const bytes = await vault.open(indexScope(record), record.sealed);
    return { record, index: ImportIndex.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))) };
  } catch (error) {
    if (error instanceof VaultError && error.code === 'unavailable') throw error;
    return null;
  }
}

function indexScope({ epoch, at, expires, ...whose }: Omit<ImportRecord, 'sealed'>): SealScope {
  return scopeOf({ ...whose, epoch }, `index, brought at ${at}, until ${expires}`);
}

export type PieceKey = Pick<ImportRecord, 'org' | 'person' | 'import' | 'epoch'> & Pick<ImportPiece, 'place'>;

export function pieceScope({ place, ...whose }: PieceKey): SealScope {
  return scopeOf(whose, `piece ${place}`);
}

function scopeOf(whose: Pick<ImportRecord, 'org' | 'person' | 'import' | 'epoch'>, part: string): SealScope {
  const { org, person, import: record, epoch } = whose;
  return { org, person, parameter: 'imported', epoch, record, part, policyVersion: 0 };
}

export function viewOf({ record, index }: OpenedImport): ImportView {
  const { import: id, at, expires } = record;
  const { source, pieces, images } = index;
  return { import: id, at, source, parameters: byParameter(pieces), images: images.length, keptUntil: expires };
}

/** In the order of the register, with its days from the oldest. */
export function byParameter(
  pieces: readonly { readonly parameter: ParameterId; readonly day: Day; readonly records: number }[],
): ImportContents['parameters'] {
  return parameterIds.flatMap((parameter) => {
    const own = pieces.filter((one) => one.parameter === parameter);
    if (own.length === 0) return [];
    const days = [...new Set(own.map(({ day }) => day))].toSorted();
    return [{ parameter, records: own.reduce((sum, { records }) => sum + records, 0), days }];
  });
}
