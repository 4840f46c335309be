import { catalog } from '../../../shared/catalog.ts';
import type { MonoMs } from '../../../shared/time.ts';
import type { SpooledObservation } from './batchFile.ts';
import type { BootStretch } from './spool.ts';

/** When the last was seen of it by a sensor; null for what the employee entered. */
export function observedUntil({ parameter, mono, span }: SpooledObservation): MonoMs | null {
  return catalog[parameter].source === 'observed' ? mono + span : null;
}

/**
 * What is left of an observation of the stretch's boot without it: all, nothing (null), or the part before it, and only
 * where there is none the part after it. Counts stay whole: of idle time they are all zero.
 */
export function without(observation: SpooledObservation, { from, to }: BootStretch): SpooledObservation | null {
  const { at, mono } = observation;
  const end = observedUntil(observation);
  if (end === null || end <= from || (to !== null && mono > to)) return observation;
  if (mono < from) return { ...observation, span: from - mono };
  if (to === null || end <= to) return null;
  return { ...observation, at: at + (to - mono), mono: to, span: end - to };
}
