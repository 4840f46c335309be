import { DaylightError } from '../../shared/errors.ts';
import type { Signed } from '../../shared/signed.ts';
import { type MonoMs, SECOND } from '../../shared/time.ts';

/** The self-tests that one device has been asked for on one connection. It answers in their order. */
export interface SelfTestDesk {
  ask(request: Signed, now: MonoMs): Promise<Signed>;
  /** One that nobody asked for is nobody's. */
  answered(report: Signed): void;
  expire(now: MonoMs): void;
  /** The connection is over. */
  end(): void;
}

/** Reading all that waits, at most 50 MB, on a slow disk. */
const ANSWER_MS = 20 * SECOND;

interface Waiting {
  readonly until: MonoMs;
  /** False for one that was given up: its answer may still come, and must not be taken for that of the next. */
  wanted: boolean;
  readonly resolve: (report: Signed) => void;
  readonly reject: (error: DaylightError) => void;
}

export function createSelfTestDesk(send: (request: Signed) => void): SelfTestDesk {
  const waiting: Waiting[] = [];

  function giveUp(one: Waiting, message: string): void {
    one.wanted = false;
    one.reject(new DaylightError('unavailable', message, { remedy: 'Try again in a minute.' }));
  }

  return {
    ask: (request, now) =>
      new Promise((resolve, reject) => {
        waiting.push({ until: now + ANSWER_MS, wanted: true, resolve, reject });
        send(request);
      }),
    answered(report) {
      waiting.shift()?.resolve(report);
    },
    expire(now) {
      for (const one of waiting.filter(({ wanted, until }) => wanted && until <= now)) {
        giveUp(one, `the device did not answer within ${ANSWER_MS / SECOND} seconds`);
      }
    },
    end() {
      for (const one of waiting.splice(0)) giveUp(one, 'the device went away before it answered');
    },
  };
}
