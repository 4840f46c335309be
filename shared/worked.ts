import { z } from 'zod';
import { UnixMs } from './time.ts';

/** When the employee's working time ran; `to` is null while it does. */
export const WorkedStretch = z.strictObject({ from: UnixMs, to: UnixMs.nullable() });
export type WorkedStretch = z.infer<typeof WorkedStretch>;

/** Milliseconds of the stretches between the last midnight where this runs and `now`; what two have in common counts once. */
export function workedToday(stretches: readonly WorkedStretch[], now: UnixMs): number {
  let counted = new Date(now).setHours(0, 0, 0, 0);
  let sum = 0;
  // After a clock was set back a later session may lie within an earlier one.
  for (const { from, to } of stretches.toSorted((a, b) => a.from - b.from)) {
    const end = Math.min(to ?? now, now);
    sum += Math.max(0, end - Math.max(from, counted));
    counted = Math.max(counted, end);
  }
  return sum;
}
