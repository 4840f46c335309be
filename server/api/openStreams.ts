import { DaylightError } from '../../shared/errors.ts';
import type { PersonId } from '../../shared/ids.ts';

/** As many live pages as somebody may have open. */
const STREAMS_PER_PERSON = 8;
/** A page that was closed is noticed at once; one whose computer has gone, when nothing reads its events any more. */
const RETRY_MS = 15_000;

export interface OpenStreams {
  /** Counts a stream until the returned function is called. Throws DaylightError `rate_limited` at `STREAMS_PER_PERSON`. */
  open(person: PersonId): () => void;
}

export function createOpenStreams(): OpenStreams {
  const open = new Map<PersonId, number>();
  return {
    open(person) {
      const count = open.get(person) ?? 0;
      if (count >= STREAMS_PER_PERSON) {
        throw new DaylightError('rate_limited', `${STREAMS_PER_PERSON} streams of this account are open already`, {
          remedy: 'Close another page that shows something live.',
          retryAfterMs: RETRY_MS,
        });
      }
      open.set(person, count + 1);
      return () => {
        const left = (open.get(person) ?? 1) - 1;
        if (left === 0) open.delete(person);
        else open.set(person, left);
      };
    },
  };
}
