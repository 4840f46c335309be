import { setTimeout } from 'node:timers/promises';
import { SECOND } from '../../../shared/time.ts';
import type { EndedNote } from '../ended.ts';
import type { Clock } from '../ports.ts';
import { type Link, openLink } from './link.ts';
import { serverAddress } from './serverAddress.ts';

const PAUSE_MS = 2 * SECOND;

/**
 * Tells the server that everything is deleted here, on connections of their own that begin with it. True when it has heard, or when there is
 * nobody there any more who waits for it; false when neither is known within the time.
 */
export async function answerWiped(
  answer: NonNullable<EndedNote['answer']>,
  clock: Clock,
  timeoutMs: number,
): Promise<boolean> {
  const until = clock.mono() + timeoutMs;
  for (;;) {
    if (await tryOnce(answer, clock, until - clock.mono())) return true;
    const left = until - clock.mono();
    if (left <= PAUSE_MS) return false;
    // Not the clock's timer, which keeps no process alive: nothing else does by now.
    await setTimeout(PAUSE_MS);
  }
}

async function tryOnce(
  { server, ca, signed }: NonNullable<EndedNote['answer']>,
  clock: Clock,
  timeoutMs: number,
): Promise<boolean> {
  let isOver = false;
  const opening: Promise<Link> = openLink({
    url: serverAddress(server).socket,
    ca,
    clock,
    onFrame: async (frame) => {
      const link = await opening;
      if (frame.type === 'challenge') await link.send({ type: 'wiped', wiped: signed });
      else if (frame.type === 'bye') {
        // A server that was set up anew, or is older than the answer, waits for none.
        isOver = ['retired', 'unknown_device', 'bad_handshake'].includes(frame.reason);
        link.close();
      }
    },
  });
  const link = await opening.catch(() => null);
  if (link === null) return false;
  const cancel = clock.after(timeoutMs, () => link.close());
  await link.ended;
  cancel();
  return isOver;
}
