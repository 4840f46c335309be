import { limits } from '../../../shared/protocol/limits.ts';
import type { SpooledObservation } from './batchFile.ts';

/** JSON of a batch's observations; leaves room in the frame for its header and for every line of `dropped`. */
const BATCH_JSON_BYTES = limits.frameBytes - 8 * 1_024;

/** What a batch has taken already. */
export interface BatchFill {
  readonly observations: number;
  readonly jsonBytes: number;
  readonly images: number;
}

/** How many of `observations`, from the first, the batch still takes; an empty one takes the first whatever its size. */
export function fits(batch: BatchFill, observations: readonly SpooledObservation[]): number {
  let { jsonBytes: bytes, images } = batch;
  const room = limits.batchObservations - batch.observations;
  let taken = 0;
  for (const observation of observations.slice(0, room)) {
    bytes += jsonBytes([observation]);
    if (observation.image !== undefined) images += 1;
    const first = taken === 0 && batch.observations === 0;
    if (!first && (bytes > BATCH_JSON_BYTES || images > limits.imagesInFlight)) break;
    taken += 1;
  }
  return taken;
}

/** What they take of a frame. */
export function jsonBytes(observations: readonly SpooledObservation[]): number {
  return observations.reduce((sum, observation) => sum + Buffer.byteLength(JSON.stringify(observation)) + 1, 0);
}
