import type { ParameterId } from '../../../shared/catalog.ts';
import { isStop } from './endings.ts';
import type { SpoolFindings } from './spool.ts';
import type { SpoolParts } from './spoolParts.ts';

/** See `Spool.inspect`. */
export async function inspect(
  { batches, held, kept }: SpoolParts,
  parameter: ParameterId,
  marker: string,
): Promise<SpoolFindings> {
  const found = { inBatches: 0, held: 0, kept: 0, marked: 0 };
  const look = (at: 'inBatches' | 'held' | 'kept', one: { readonly parameter: ParameterId }): void => {
    if (one.parameter === parameter) found[at] += 1;
    if (JSON.stringify(one).includes(marker)) found.marked += 1;
  };
  // One after the other: together they may be more than memory should hold.
  for (const seq of [...batches.entries().keys()]) {
    for (const one of (await batches.load(seq)).observations) if (!isStop(one)) look('inBatches', one);
  }
  for (const { observation } of held.all()) look('held', observation);
  for (const { observation } of kept.all()) look('kept', observation);
  return found;
}
