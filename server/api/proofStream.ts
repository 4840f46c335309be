import { setTimeout as wait } from 'node:timers/promises';
import type { z } from 'zod';
import { canonical } from '../../shared/canonical.ts';
import { levelAskedFor } from '../../shared/policy/review.ts';
import { routes } from '../../shared/protocol/http.ts';
import { MINUTE, SECOND } from '../../shared/time.ts';
import { authorize, organisation } from '../authorize.ts';
import type { Clock } from '../clock.ts';
import type { Context } from './context.ts';
import type { EventStream } from './eventStream.ts';
import type { SignedIn } from './sessions.ts';
import { createSignal } from './signal.ts';

/** Changes come in bursts: one receipt per device. This long they are gathered into one look. */
const GATHER_MS = 50;
/** A session that has ended, or a role that was taken away, ends the stream within this time, changes or not. */
const CHECK_MS = 500;
/**
 * What moves while nobody waits for a publication is people who come, start, pause and go. It is told at multiples of this
 * alone, so that the time of an event says nothing: as often as a console asks that has no stream.
 */
const BEAT_MS = 5 * SECOND;
/** As long as this, a publication is being confirmed where connected devices have not answered. */
const CONFIRMING_MS = MINUTE;

type Proof = z.output<typeof routes.proof.response>;

/** Sends the proof at once and whenever it says something else, for as long as the session and the role allow it. */
export async function followProof(context: Context, signedIn: SignedIn, stream: EventStream): Promise<void> {
  const { control, clock } = context;
  const { org } = signedIn.actor;
  const change = createSignal();
  const stop = control.onChange(org, change.raise);
  stream.ended.addEventListener('abort', change.raise, { once: true });
  let last: Proof | null = null;
  let confirmingUntil = 0;
  /** The beat in which something changed that was not looked at yet; null: nothing did. */
  let changedIn: number | null = null;
  try {
    change.raise();
    while (!stream.ended.aborted) {
      if (await change.raisedWithin(Math.min(CHECK_MS, untilNextBeat(clock)))) {
        changedIn ??= beatOf(clock);
        if (last !== null) await wait(GATHER_MS);
        change.lower();
      }
      if (!(await stillAllowed(context, signedIn))) break;
      const { document } = await control.current(org);
      const isPast = last?.parameters.some(
        ({ parameter, requested }) => requested !== levelAskedFor(document.parameters[parameter], clock.now()),
      );
      if (changedIn === null && isPast !== true) continue;
      const isPublished = document.version !== last?.policyVersion || isPast === true;
      if (isPublished) confirmingUntil = clock.mono() + CONFIRMING_MS;
      const isWaitedFor = isPublished || (last !== null && clock.mono() < confirmingUntil && isBeingAnswered(last));
      if (!isWaitedFor && beatOf(clock) === changedIn) continue;
      changedIn = null;
      const proof = routes.proof.response.parse(await control.proof(org));
      if (last === null || canonical(proof) !== canonical(last)) stream.send('proof', proof);
      last = proof;
    }
  } finally {
    stop();
    stream.end();
  }
}

function beatOf(clock: Clock): number {
  return Math.floor(clock.mono() / BEAT_MS);
}

function untilNextBeat(clock: Clock): number {
  return BEAT_MS - (clock.mono() % BEAT_MS);
}

/** Whether devices that are connected have signed nothing yet about a rule. */
function isBeingAnswered(proof: Proof): boolean {
  return proof.parameters.some(({ waiting }) => waiting.connected > 0);
}

async function stillAllowed({ sessions }: Context, { session }: SignedIn): Promise<boolean> {
  const again = await sessions.again(session);
  if (again === null || !again.actor.complete) return false;
  return authorize(again.actor, 'policy.prove', organisation(session.org)).kind === 'granted';
}
