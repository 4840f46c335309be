import { setTimeout } from 'node:timers/promises';
import { SECOND } from '../../../shared/time.ts';

/**
 * With a disk that may hang, as one that is mounted from elsewhere does: a call that it does not answer cannot be taken back and keeps a thread of
 * this process for as long, of which there are four. So it is waited for so long, and nothing more is asked of the disk before it has answered.
 */
export interface Patience {
  /** Rejects with the code ETIMEDOUT when it has waited in vain, and at once while an earlier call is unanswered. */
  within<T>(call: () => Promise<T>): Promise<T>;
}

/** Each call is one of the disk: an fsync of some megabytes over a slow line is long done. */
const MOST_MS = 20 * SECOND;

export function createPatience(mostMs = MOST_MS): Patience {
  let unanswered = 0;
  return {
    async within(call) {
      if (unanswered > 0) throw unansweredCall();
      const waiting = new AbortController();
      const answer = call();
      const isLate = await Promise.race([
        answer.then(
          () => false,
          () => false,
        ),
        setTimeout(mostMs, true, { signal: waiting.signal }).catch(() => false),
      ]);
      waiting.abort();
      if (!isLate) return answer;
      unanswered += 1;
      void answer.catch(() => undefined).finally(() => (unanswered -= 1));
      throw unansweredCall();
    },
  };
}

function unansweredCall(): Error {
  return Object.assign(new Error('the disk of the recovery set does not answer'), { code: 'ETIMEDOUT' });
}
