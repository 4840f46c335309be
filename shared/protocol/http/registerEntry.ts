import { z } from 'zod';
import { PersonId } from '../../ids.ts';
import { text } from '../../text.ts';
import { UnixMs } from '../../time.ts';

/** Where nobody else may approve what somebody puts forward, it counts so many hours later, and may be refused until then. */
export const ALONE_HOURS = 72;

/** Why somebody wrote an entry into a register. */
export const EntryReason = text(1, 500, 'say why, in a few words');

/** When an entry of a register was written, by whom, why, and what it said. */
export function changeOf<T extends z.ZodType>(said: T) {
  return z.strictObject({ revision: z.int(), at: UnixMs, by: PersonId, reason: EntryReason, said });
}

/** What a change of a register with many matters names: the revision that was looked at, and which one it is; null for a new one. */
export const changedEntry = {
  revision: z.int().min(0),
  number: z.int().min(1).nullable(),
  reason: EntryReason,
};
