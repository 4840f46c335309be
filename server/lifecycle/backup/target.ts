import { DaylightError } from '../../../shared/errors.ts';
import type { UnixMs } from '../../../shared/time.ts';

/**
 * Where backups are kept: files by name, as a folder has them and as object storage does. A file is there whole or not at all, nothing is
 * ever changed in place, and nothing is asked of a folder: names with slashes in them are only names. Whoever keeps them is trusted with
 * bytes, and with nothing that opens them.
 *
 * A link is never followed: `get`, `put` and `delete` fail with LinkAtPlace where they would have to go through one; `look` and `list` say of
 * one that it is there.
 *
 * Everything else fails with DaylightError `unavailable` where the place cannot be reached, written or read; trying again later may help.
 */
export interface BackupTarget {
  /** As whoever set it up calls it. */
  readonly place: string;
  /**
   * Durable when it resolves; until then, and for ever where `content` or the place fails, whatever had the name before is there as it
   * was. Returns the size. Any number may be put at once, of different names.
   */
  put(name: string, content: Content): Promise<number>;
  /** In pieces of any size. Fails with DaylightError `not_found`, at the first piece, where there is none. */
  get(name: string): AsyncIterable<Uint8Array>;
  /** Null where there is none. */
  look(name: string): Promise<TargetFile | null>;
  /** Every file whose name begins with `prefix`, in no order, also those that Daylight did not put there. */
  list(prefix: string): AsyncIterable<TargetFile>;
  /** Durable when it resolves; what is not there is no error, and a link that has the name goes without what it leads to. */
  delete(names: readonly string[]): Promise<void>;
  /** Takes away what a process that ended has left of a file that was never whole. Only while nobody puts anything. */
  tidy(): Promise<void>;
}

export type Content = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface TargetFile {
  readonly name: string;
  readonly size: number;
  /** When it was put there, by the clock of the place. */
  readonly at: UnixMs;
  /** No file, but a link with its name, or on the way to it: size and time are the link's. */
  readonly isLink: boolean;
}

/** What we call our files: parts of letters, digits, `-`, `_` and `.`, none of which begins with a dot. */
export function requireName(name: string): void {
  if (/^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/.test(name) && name.length <= 200) return;
  throw new Error('a backup is kept under plain names');
}

export function targetFailed(place: string, cause: unknown): DaylightError {
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return new DaylightError('unavailable', `${place}: backups cannot be written or read there${code}`, {
    remedy: 'See that it is mounted, has room, and belongs to the account of the server.',
    cause,
  });
}

/** Whoever can write to the place could have anything read, overwritten or deleted that the account of the server can, if it were followed. */
export class LinkAtPlace extends DaylightError {
  constructor(place: string, link: string) {
    super('forbidden', `${place}: ${link} is a link, and nothing is read, written or deleted through one`, {
      remedy:
        'Look where it leads and who put it there, and take it away. Name the folder that holds the backups itself with --backups.',
    });
  }
}

export function noSuchFile(place: string, name: string): DaylightError {
  return new DaylightError('not_found', `${place}: there is no ${name}`, {
    remedy: 'See that this is the place of the backups, and that nobody took anything away.',
  });
}
