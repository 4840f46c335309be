import type { ImageId } from '../../../shared/ids.ts';
import type { MonoMs } from '../../../shared/time.ts';
import type { BatchHeader, BatchRecord, SpooledObservation } from './batchFile.ts';
import { isStop } from './endings.ts';
import { observedUntil } from './stretch.ts';
import { addDrop, type DropTally } from './tally.ts';

/** What is known of a batch without reading its file. */
export interface BatchEntry {
  readonly header: BatchHeader;
  readonly images: readonly ImageId[];
  /** Records in the file, observations and drops. */
  readonly records: number;
  /** The stop of the batch's session is in it. */
  readonly stop: boolean;
  /** When the last was seen of each thing that a sensor observed. */
  readonly seen: readonly MonoMs[];
}

/** `records`: all of them; the header is taken to agree with them. */
export function entryOf(header: BatchHeader, records: readonly BatchRecord[]): BatchEntry {
  const stop = observationsIn(records).some(isStop);
  return { header, images: imagesIn(records), records: records.length, stop, seen: seenIn(records) };
}

/** The header of a batch that gets further records. */
export function headerWith(header: BatchHeader, records: readonly BatchRecord[]): BatchHeader {
  const recorded = { ...header.recorded };
  const dropped: DropTally = structuredClone(header.dropped);
  for (const record of records) {
    if (record.kind === 'dropped') addDrop(dropped, record);
    else recorded[record.observation.parameter] = (recorded[record.observation.parameter] ?? 0) + 1;
  }
  return { ...header, recorded, dropped };
}

export function observationsIn(records: readonly BatchRecord[]): SpooledObservation[] {
  return records.flatMap((record) => (record.kind === 'observation' ? [record.observation] : []));
}

export function imagesIn(records: readonly BatchRecord[]): ImageId[] {
  return observationsIn(records).flatMap(({ image }) => (image === undefined ? [] : [image]));
}

function seenIn(records: readonly BatchRecord[]): MonoMs[] {
  return observationsIn(records).flatMap((observation) => observedUntil(observation) ?? []);
}
