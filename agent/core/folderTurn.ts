import { mkdir, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { DaylightError } from '../../shared/errors.ts';
import { codeOf } from './files.ts';
import type { Clock } from './ports.ts';

/** One that was killed in its turn keeps the next one waiting no longer. */
const STALE_MS = 10_000;

/**
 * Does something quick in a data folder while no other process does: two that begin at once come one after the other. Not
 * certain after one that was killed, or slept, in its turn: several that waited for it can then come at once.
 * Throws DaylightError `unavailable` when the folder takes no sign that it is in use.
 */
export async function takeTurn<T>(folder: string, clock: Clock, work: () => Promise<T>): Promise<T> {
  const leave = await enter(folder, clock);
  try {
    return await work();
  } finally {
    await leave();
  }
}

async function enter(folder: string, clock: Clock): Promise<() => Promise<void>> {
  const gate = join(folder, 'agent.starting');
  for (;;) {
    const error = await mkdir(gate).then(() => null, codeOf);
    if (error === null) return () => rmdir(gate).catch(() => undefined);
    if (error !== 'EEXIST') throw noTurn(folder, error);
    const age = await stat(gate).then(
      // One that was made "later" is of before the clock was set back.
      ({ mtimeMs }) => Math.abs(clock.now() - mtimeMs),
      () => 0,
    );
    if (age <= STALE_MS) {
      await setTimeout(50);
      continue;
    }
    const kept = await rmdir(gate).then(() => null, codeOf);
    if (kept !== null && kept !== 'ENOENT') throw noTurn(folder, kept);
  }
}

function noTurn(folder: string, code: string): DaylightError {
  return new DaylightError('unavailable', `"agent.starting" in ${folder} could not be made or removed (${code})`, {
    remedy: 'check that your account may write there and that the disk is not full, then try again',
  });
}
