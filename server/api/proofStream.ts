import { setTimeout as wait } from 'node:timers/promises';
import { routes } from '../../shared/protocol/http.ts';
import { authorize, organisation } from '../authorize.ts';
import type { Context } from './context.ts';
import type { EventStream } from './eventStream.ts';
import type { SignedIn } from './sessions.ts';
import { createSignal } from './signal.ts';

/** Changes come in bursts: one receipt per device. This long they are gathered into one event. */
const GATHER_MS = 50;
/** A session that has ended, or a role that was taken away, ends the stream within this time, changes or not. */
const CHECK_MS = 500;

/** Sends the proof at once and after each change, for as long as the session and the role allow it. */
export async function followProof(context: Context, signedIn: SignedIn, stream: EventStream): Promise<void> {
  const { org } = signedIn.actor;
  const change = createSignal();
  const stop = context.control.onChange(org, change.raise);
  stream.ended.addEventListener('abort', change.raise, { once: true });
  try {
    let isFirst = true;
    change.raise();
    while (!stream.ended.aborted) {
      const changed = await change.raisedWithin(CHECK_MS);
      if (changed && !isFirst) await wait(GATHER_MS);
      isFirst = false;
      if (!(await stillAllowed(context, signedIn))) break;
      if (!changed) continue;
      change.lower();
      stream.send('proof', routes.proof.response.parse(await context.control.proof(org)));
    }
  } finally {
    stop();
    stream.end();
  }
}

async function stillAllowed({ sessions }: Context, { session }: SignedIn): Promise<boolean> {
  const again = await sessions.again(session);
  if (again === null || !again.actor.complete) return false;
  return authorize(again.actor, 'policy.prove', organisation(session.org)).kind === 'granted';
}
