import { DaylightError } from '../../../shared/errors.ts';
import type { BootId } from '../../../shared/ids.ts';
import { imagesIn, observationsIn } from './batchEntry.ts';
import type { BatchReading } from './batchFile.ts';
import { type KeptReading, readingKey } from './keptFile.ts';
import type { SpoolFolder, SpoolState } from './spoolFolder.ts';
import type { SpoolParts } from './spoolParts.ts';

type Readings = ReadonlyMap<number, BatchReading | null>;

/**
 * Reads every file once, finishes what a crash has cut short, and gives the parts what is there; called before anything
 * else. Returns the last batch that an earlier process had closed, and may have sent; 0 when there is none. Throws
 * DaylightError `unavailable` when the key fits nothing.
 */
export async function recover(parts: SpoolParts): Promise<number> {
  const { files, time, numbering, batches, held } = parts;
  const { state, isWhole } = await files.readState();
  const readings = new Map<number, BatchReading | null>();
  for (const seq of files.batches()) readings.set(seq, await files.readBatch(seq));
  if (state === null) refuseForeignKey(files, readings);
  time.correct(state?.seenAt ?? time.now());
  await numbering.resume(state, isWhole, [...readings.keys()]);
  const found = await files.readKept();
  for (const boot of bootsOf(numbering.state, readings, found)) batches.found(boot);
  let lastClosed = 0;
  for (const [seq, reading] of readings) {
    if (await recoverBatch(parts, seq, reading)) lastClosed = seq;
  }
  await recoverKept(parts, readings, found);
  await held.recover(new Set([...batches.entries().values()].flatMap(({ images }) => images)));
  for (const { context } of held.all()) batches.found(context.boot);
  return lastClosed;
}

function bootsOf({ last }: SpoolState, readings: Readings, kept: readonly KeptReading[]): BootId[] {
  const inBatches = [...readings.values()].flatMap((reading) => reading?.header?.boot ?? []);
  return [...(last === null ? [] : [last.boot]), ...inBatches, ...kept.map(({ context }) => context.boot)];
}

function refuseForeignKey(files: SpoolFolder, readings: Readings): void {
  const readable = [...readings.values()].some(
    (reading) => reading !== null && (reading.header !== null || reading.records.length > 0),
  );
  const anything = files.hasState() || readings.size > 0;
  if (!anything || readable) return;
  throw new DaylightError('unavailable', `nothing in ${files.path} can be read with its key`, {
    remedy: 'put the right key file back, or run "daylight-agent wipe" and enrol again: what waits is then lost',
  });
}

/** Whether it was closed, and is still wanted; of one that cannot be told it is believed. */
async function recoverBatch(parts: SpoolParts, seq: number, reading: BatchReading | null): Promise<boolean> {
  const { files, numbering, batches } = parts;
  if (seq <= numbering.state.acknowledged) {
    for (const image of imagesIn(reading?.records ?? [])) await files.removeImage(image, false);
    await files.removeBatch(seq, false);
    return false;
  }
  if (reading === null) return false;
  // A drop that was recorded and not yet carried out.
  for (const record of reading.records) {
    if (record.kind !== 'dropped' || record.image === null) continue;
    await files.removeHeld(record.image);
    await files.removeImage(record.image, true);
  }
  await batches.adopt(seq, reading);
  return reading.header?.closed !== false;
}

/**
 * Records the readings that were going on when the last process died, unless a batch has them already. One whose
 * batch was damaged within seconds of its end is rescued here although the batch counts it as unreadable.
 */
async function recoverKept(
  { kept, batches }: SpoolParts,
  readings: Readings,
  found: readonly KeptReading[],
): Promise<void> {
  if (found.length === 0) return;
  const recorded = new Set(
    [...readings.values()].flatMap((reading) => {
      const boot = reading?.header?.boot;
      return boot === undefined ? [] : observationsIn(reading?.records ?? []).map((one) => readingKey(boot, one));
    }),
  );
  for (const { context, observation } of found) {
    if (!recorded.has(readingKey(context.boot, observation))) await batches.append(context, [observation]);
  }
  await kept.scrub();
}
