import { setTimeout as wait } from 'node:timers/promises';
import { DaylightError } from '../../shared/errors.ts';
import type { PersonId } from '../../shared/ids.ts';
import { routes } from '../../shared/protocol/http.ts';
import { authorize, organisation } from '../authorize.ts';
import type { Context } from './context.ts';
import type { EventStream } from './eventStream.ts';
import type { SignedIn } from './sessions.ts';

/** Changes come in bursts: one receipt per device. This long they are gathered into one event. */
const GATHER_MS = 50;
/** A session that has ended, or a role that was taken away, ends the stream within this time, changes or not. */
const CHECK_MS = 500;

/** As many tabs as somebody may have open. */
const STREAMS_PER_PERSON = 8;

export interface ProofStreams {
  /** Throws DaylightError `rate_limited` when the person has as many open as anybody may; call the answer at the end. */
  open(person: PersonId): () => void;
}

export function createProofStreams(): ProofStreams {
  const open = new Map<PersonId, number>();
  return {
    open(person) {
      const count = open.get(person) ?? 0;
      if (count >= STREAMS_PER_PERSON) {
        throw new DaylightError('rate_limited', `${STREAMS_PER_PERSON} streams of this account are open already`, {
          remedy: 'Close another page that shows the collection.',
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

interface Signal {
  readonly raise: () => void;
  readonly lower: () => void;
  /** True as soon as it is raised, false when it was not within this time. */
  readonly raisedWithin: (ms: number) => Promise<boolean>;
}

function createSignal(): Signal {
  let raised = false;
  let wake: (() => void) | null = null;
  return {
    raise() {
      raised = true;
      wake?.();
    },
    lower() {
      raised = false;
    },
    async raisedWithin(ms) {
      if (raised) return true;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      wake = null;
      return raised;
    },
  };
}
