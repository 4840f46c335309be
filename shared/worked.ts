import { z } from 'zod';
import { UnixMs } from './time.ts';

/** When the employee's working time ran; `to` is null while it does. */
export const WorkedStretch = z.strictObject({ from: UnixMs, to: UnixMs.nullable() });
export type WorkedStretch = z.infer<typeof WorkedStretch>;

/** Milliseconds of the stretches, which do not overlap, between the last midnight where this runs and `now`. */
export function workedToday(stretches: readonly WorkedStretch[], now: UnixMs): number {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  return stretches.reduce(
    (sum, { from, to }) => sum + Math.max(0, Math.min(to ?? now, now) - Math.max(from, midnight)),
    0,
  );
}
