import { join } from 'node:path';
import type { Clock } from '../../agent/core/ports.ts';
import { type SpoolBounds, spoolBounds } from '../../agent/core/spool/bounds.ts';
import { openSpool } from '../../agent/core/spool/diskSpool.ts';
import type { Spool } from '../../agent/core/spool/spool.ts';
import { keyFile } from '../../agent/core/spool/spoolKey.ts';
import { systemRandom, testClock } from './agentKit.ts';

/** The real spool in the data folder of an agent, with its key beside it. */
export function openSpoolIn(
  folder: string,
  clock: Clock = testClock(),
  bounds: SpoolBounds = spoolBounds,
): Promise<Spool> {
  const key = keyFile(join(folder, 'spool.key'), systemRandom);
  return openSpool({ folder: join(folder, 'spool'), key, clock, random: systemRandom, bounds });
}
