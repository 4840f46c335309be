import { randomBytes, randomInt } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { DaylightError } from '../../shared/errors.ts';
import { codeOf } from './files.ts';

/** A folder in the data folder: who is in its turn has a file there. Missing, or without such files: nobody is. */
export const TURNS = 'agent.starting';

/** One that was killed in its turn keeps the next one waiting no longer. */
const PATIENCE_MS = 10_000;
/** One that was killed before it had put its file there, or when it had taken it away. */
const EMPTY_MS = 1_000;
const POLL_MS = 50;
const NOBODY = '';

/**
 * Does something quick in a data folder while no other process does: two that begin at once come one after the other. One
 * that takes longer than ten seconds counts as killed, and is waited for no longer. Throws DaylightError `unavailable` when
 * the folder takes no sign that it is in use.
 */
export async function takeTurn<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const gate = join(folder, TURNS);
  const own = `turn-${randomBytes(6).toString('hex')}`;
  try {
    await enter(gate, own);
  } catch (error) {
    throw noTurn(folder, codeOf(error));
  }
  try {
    return await work();
  } finally {
    await leave(gate, own);
  }
}

/** Of one that is in its turn, or was killed in it. */
export function isTurnFile(name: string): boolean {
  return /^turn-[0-9a-f]{12}$/.test(name);
}

/** Waiting is counted by itself and by no clock, which a sleep or a hand may set. */
async function enter(gate: string, own: string): Promise<void> {
  let before: string | null = null;
  let waited = 0;
  for (;;) {
    const names = await namesIn(gate);
    const there = names === null ? null : (names[0] ?? NOBODY);
    if (there === null && (await comeFirst(gate, own))) return;
    if (there !== before) waited = 0;
    before = there;
    if (there === NOBODY && waited >= EMPTY_MS) await takeAway(gate);
    else if (there !== null && waited >= PATIENCE_MS && (await takeOver(gate, there, own))) return;
    const pause = randomInt(POLL_MS / 2, 2 * POLL_MS);
    waited += pause;
    await setTimeout(pause);
  }
}

async function comeFirst(gate: string, own: string): Promise<boolean> {
  const made = await mkdir(gate, { mode: 0o700 }).then(() => true, unless('EEXIST'));
  if (made !== true) return false;
  await writeFile(join(gate, own), '').catch(unless('ENOENT'));
  return isAlone(gate, own);
}

/** The system removes none that is not empty. What is in it and no sign of a turn is not ours, and stays. */
async function takeAway(gate: string): Promise<void> {
  try {
    await rmdir(gate);
  } catch (error) {
    // Another one has taken it away, and somebody may have come first since.
    if (codeOf(error) === 'ENOENT') return;
    const there = await readdir(gate).catch(unless('ENOENT'));
    const isEmpty = there?.length === 0 && codeOf(error) === 'ENOTEMPTY';
    if (there !== undefined && !isEmpty && !there.some(isTurnFile)) throw error;
  }
}

/** One alone can rename what the other left, and never takes away what somebody else has put there since. */
async function takeOver(gate: string, left: string, own: string): Promise<boolean> {
  await rename(join(gate, left), join(gate, own)).catch(unless('ENOENT'));
  return isAlone(gate, own);
}

/** Looked at after it was written: of two that write at once, the later one sees both. */
async function isAlone(gate: string, own: string): Promise<boolean> {
  const there = await namesIn(gate);
  if (there?.length === 1 && there[0] === own) return true;
  await leave(gate, own);
  return false;
}

/** Nothing of another's: after too long a turn its own file is gone, and the folder is not empty. */
async function leave(gate: string, own: string): Promise<void> {
  await rm(join(gate, own), { force: true }).catch(() => undefined);
  await rmdir(gate).catch(() => undefined);
}

/** Null when there is no such folder. */
async function namesIn(gate: string): Promise<string[] | null> {
  const names = await readdir(gate).catch(unless('ENOENT'));
  return names?.filter(isTurnFile).toSorted() ?? null;
}

function unless(expected: string): (error: unknown) => void {
  return (error) => {
    if (codeOf(error) !== expected) throw error;
  };
}

function noTurn(folder: string, code: string): DaylightError {
  return new DaylightError('unavailable', `"${TURNS}" in ${folder} could not be made or removed (${code})`, {
    remedy: 'check that your account may write there and that the disk is not full, then try again',
  });
}
