import { StoreError } from '../store.ts';

/** COMMIT was asked for and failed in a way that leaves open whether it is found in the file after a crash. */
export class UndecidedCommit extends Error {
  constructor(cause: unknown) {
    super('it is not certain that the commit is absent from the disk', { cause });
    this.name = 'UndecidedCommit';
  }
}

/** Any failure as one of the port's. Messages hold no values: SQLite names columns in them, never contents. */
export function storeError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const reason = error instanceof UndecidedCommit ? error.cause : error;
  const { code, sentence } = meaning(codeOf(reason));
  return new StoreError(code, sentence, error);
}

/** What `work` gives, or fails with what its failure means to callers of the store. */
export async function translated<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw storeError(error);
  }
}

/**
 * True when one unit alone is at fault and the transaction around it is intact. After anything else SQLite may have
 * rolled the whole transaction back on its own, and the group must end (sqlite.org/lang_transaction.html, section 3).
 */
export function isOfOneUnit(error: unknown): boolean {
  const code = codeOf(error);
  return code === null || unitCodes.has(code);
}

/** The system or SQLite code of an error; null when the error is ours. */
export function codeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return error instanceof StoreError ? null : error.code;
}

const unitCodes = new Set(['SQLITE_CONSTRAINT', 'SQLITE_MISMATCH', 'SQLITE_TOOBIG', 'SQLITE_RANGE']);

function meaning(code: string | null): { code: StoreError['code']; sentence: string } {
  switch (code) {
    case 'SQLITE_CONSTRAINT':
      return { code: 'conflict', sentence: 'a record with this identity exists already' };
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
    case 'SQLITE_INTERRUPT':
    case 'SQLITE_PROTOCOL':
    case 'SQLITE_NOMEM':
    case 'EMFILE':
    case 'ENFILE':
      return { code: 'busy', sentence: 'the store is in use by another program or short of memory; try again' };
    case 'SQLITE_FULL':
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return { code: 'full', sentence: 'the disk is full; free some space and try again' };
    case 'SQLITE_IOERR':
    case 'SQLITE_READONLY':
    case 'EIO':
    case 'EROFS':
      // SQLite says no more of a disk that has no room for its index of the log.
      return {
        code: 'full',
        sentence: 'the disk refused to be read or written; see whether it is full, check it, then try again',
      };
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_PERM':
    case 'SQLITE_AUTH':
    case 'EACCES':
    case 'EPERM':
      return { code: 'full', sentence: 'the data folder cannot be written; check its owner and permissions' };
    case 'EEXIST':
    case 'ENOTDIR':
      return {
        code: 'damaged',
        sentence: 'a file stands where the store keeps its folder of images, blobs; move it away',
      };
    case 'SQLITE_NOTADB':
      return { code: 'damaged', sentence: 'the file is not a Daylight store; restore it from a backup' };
    case 'SQLITE_CORRUPT':
    case 'ENOENT':
      return { code: 'damaged', sentence: 'the store is damaged; restore it from a backup' };
    default:
      return { code: 'damaged', sentence: 'the store failed in a way that it should not' };
  }
}
