import { DAY } from '../../../shared/time.ts';
import { batchOfDamaged } from './spoolFolder.ts';
import type { SpoolParts } from './spoolParts.ts';
import { totalOf } from './tally.ts';

export interface SpoolBounds {
  readonly bytes: number;
  readonly ageMs: number;
}

export const spoolBounds: SpoolBounds = { bytes: 50_000_000, ageMs: 30 * DAY };

/** Too old, then too much: damaged files, then screenshots, then the oldest batch, until the bounds hold. */
export async function evict(parts: SpoolParts, bounds: SpoolBounds): Promise<void> {
  const { files, batches } = parts;
  await evictOld(parts, bounds);
  while (files.bytes() > bounds.bytes) {
    const damaged = files.damaged()[0];
    if (damaged !== undefined) await files.removeDamaged(damaged);
    // Last, nothing but counts is left and even they are too much.
    else if (!(await evictImage(parts)) && !(await evictBatch(parts)) && !(await batches.foldOldest())) return;
  }
}

async function evictOld({ files, time, batches, held }: SpoolParts, { ageMs }: SpoolBounds): Promise<void> {
  const before = time.now() - ageMs;
  for (const [seq, { header }] of batches.entries()) {
    if (header.openedAt >= before) break;
    if (totalOf(header.recorded) > 0) await batches.drop(seq, () => true, 'evicted');
  }
  for (const one of held.all()) {
    if (one.observation.at < before) await held.drop(one, 'evicted');
  }
  for (const name of files.damaged()) {
    const openedAt = batches.entries().get(batchOfDamaged(name))?.header.openedAt ?? 0;
    if (openedAt < before) await files.removeDamaged(name);
  }
}

async function evictImage({ batches, held }: SpoolParts): Promise<boolean> {
  for (const [seq, { images }] of batches.entries()) {
    const oldest = images[0];
    if (oldest === undefined) continue;
    await batches.drop(seq, ({ image }) => image === oldest, 'evicted');
    return true;
  }
  const waiting = held.all()[0];
  if (waiting === undefined) return false;
  await held.drop(waiting, 'evicted');
  return true;
}

async function evictBatch({ batches }: SpoolParts): Promise<boolean> {
  for (const [seq, { header }] of batches.entries()) {
    if (totalOf(header.recorded) === 0) continue;
    if (batches.isOpen(seq)) await batches.close();
    await batches.drop(seq, () => true, 'evicted');
    return true;
  }
  return false;
}
