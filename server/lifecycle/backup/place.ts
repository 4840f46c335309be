import { z } from 'zod';
import { DaylightError } from '../../../shared/errors.ts';
import { Digest } from '../../../shared/signed.ts';
import type { BackupParts } from './parts.ts';
import type { BackupTarget } from './target.ts';

export const MARK = 'daylight-backups.json';

const Mark = z.strictObject({ format: z.literal(1), server: Digest });

/**
 * A place is of one server: two of them would take each other's images away. Throws DaylightError `conflict` for the place of another one,
 * and `unavailable` for one that was ours and is empty now, as a disk that is not mounted is.
 */
export async function claimPlace(
  { target, vault }: Pick<BackupParts, 'target' | 'vault'>,
  isInUse: boolean,
): Promise<void> {
  const server = ownMark(vault);
  const found = await markOf(target);
  if (found === server) return;
  if (found !== null) {
    throw new DaylightError('conflict', `${target.place}: another server keeps its backups here`, {
      field: 'backups',
      remedy: 'Name an empty folder with --backups.',
    });
  }
  if (isInUse) throw notThere(target);
  await target.put(MARK, [Buffer.from(`${JSON.stringify({ format: 1, server })}\n`)]);
}

/** Throws DaylightError where backups of another server, or none, are kept here. */
export async function requireOwnPlace({ target, vault }: Pick<BackupParts, 'target' | 'vault'>): Promise<void> {
  const found = await markOf(target);
  if (found === ownMark(vault)) return;
  if (found === null) throw notThere(target);
  throw new DaylightError('conflict', `${target.place}: these backups are of another server than the recovery set`, {
    field: 'backups',
    remedy: 'Name the folder of the backups of that server with --backups, or the recovery set of this one.',
  });
}

function ownMark(vault: BackupParts['vault']): string {
  return vault.lookupHash('client', 'the place of the backups');
}

/** Null where there is none. */
async function markOf(target: BackupTarget): Promise<string | null> {
  if ((await target.look(MARK)) === null) return null;
  const pieces: Uint8Array[] = [];
  for await (const piece of target.get(MARK)) pieces.push(piece);
  try {
    return Mark.parse(JSON.parse(Buffer.concat(pieces).toString())).server;
  } catch (cause) {
    throw new DaylightError('conflict', `${target.place}: ${MARK} is not of this Daylight`, {
      field: 'backups',
      remedy: 'Name an empty folder with --backups.',
      cause,
    });
  }
}

function notThere({ place }: BackupTarget): DaylightError {
  return new DaylightError('unavailable', `${place}: the backups that were made here are not here`, {
    field: 'backups',
    remedy: 'See that the right disk is mounted there.',
  });
}
