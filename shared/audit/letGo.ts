import { z } from 'zod';
import { OrgId } from '../ids.ts';
import { Signed } from '../signed.ts';
import { UnixMs } from '../time.ts';
import { EntryKind, LeafRuns } from './leaf.ts';

/**
 * For how many days what is recorded is kept: at least, where nobody said anything, and at most. A look is kept for a year longer than the
 * longest that is kept of anybody, too: whoever finds their data somewhere can still ask who saw it. What is younger than `least` was let go by nobody who
 * may, whatever a leaf says.
 */
export const keptEntries = {
  access: { least: 365, usual: 1_095, most: 1_825 },
  security_event: { least: 180, usual: 365, most: 1_095 },
} as const satisfies Record<EntryKind, { readonly least: number; readonly usual: number; readonly most: number }>;

/**
 * That rows were deleted because of their age, and by what it is known. Signed by the server's identity key in context `daylight/let-go/v1`: whoever
 * can write into the database alone lets nothing go.
 */
export const LetGo = z.strictObject({
  schema: z.literal(1),
  org: OrgId,
  of: EntryKind,
  at: UnixMs,
  /** The time that they were kept for. */
  days: z.int().min(0),
  /** A checkpoint that was that old: what stands before it was there then, whatever time it says of itself. */
  by: Signed,
  entries: LeafRuns,
});
export type LetGo = z.infer<typeof LetGo>;
