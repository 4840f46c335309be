import type { Batches } from './batches.ts';
import type { BelievedTime } from './believedTime.ts';
import type { HeldScreenshots } from './heldScreenshots.ts';
import type { KeptReadings } from './keptReadings.ts';
import type { Numbering } from './numbering.ts';
import type { SpoolFolder } from './spoolFolder.ts';

/** What an open spool consists of. Whoever changes any of it does so alone: see `DiskSpool`. */
export interface SpoolParts {
  readonly files: SpoolFolder;
  readonly time: BelievedTime;
  readonly numbering: Numbering;
  readonly kept: KeptReadings;
  readonly batches: Batches;
  readonly held: HeldScreenshots;
}
