import { z } from 'zod';
import { OrgId } from '../ids.ts';
import { Digest } from '../signed.ts';
import { UnixMs } from '../time.ts';
import { LeafNumber, LeafRuns } from './leaf.ts';

/**
 * That rows were erased with somebody's account. Signed by the server's identity key in context `daylight/erased/v1`: whoever can write into the
 * database alone erases nothing unnoticed. `size` and `root` are of the tree before the leaf that carries it, so that it counts in that tree at
 * that place and in no other: neither a second time, nor in a copy of the tree that went on differently.
 */
export const Erased = z.strictObject({
  schema: z.literal(1),
  org: OrgId,
  at: UnixMs,
  size: LeafNumber,
  root: Digest,
  entries: LeafRuns,
});
export type Erased = z.infer<typeof Erased>;
