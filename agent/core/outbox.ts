import type { Observation } from '../../shared/events/observation.ts';
import type { Gate, Permitted } from './gate/gate.ts';
import type { BatchContext, BootStretch, HeldScreenshot, Spool } from './spool/spool.ts';

/** A permitted observation with the session and policy under which it was permitted. */
export interface Entry<T extends Observation = Observation> {
  readonly context: BatchContext;
  readonly observation: Permitted<T>;
}

/** From the gate into the spool, in order, one write at a time. */
export interface Outbox {
  /** Asks the gate; null when it says no. */
  permit<T extends Observation>(observation: T): Entry<T> | null;
  /** Writes in the order of the calls. Resolves true when durable, false when the spool failed (counted, told once). */
  write(entries: readonly Entry[]): Promise<boolean>;
  /** Keeps what goes on, in place of what was kept before, in the order of the calls. */
  keep(entries: readonly Entry[]): Promise<boolean>;
  hold(context: BatchContext, screenshot: HeldScreenshot, image: Uint8Array): Promise<boolean>;
  /** Removes what idle time has left behind and nobody said to keep, in the order of the calls. */
  cutOut(stretch: BootStretch): Promise<boolean>;
  /** Resolves when everything given to it is written. */
  settled(): Promise<void>;
  /** The spool took nothing at the last attempt. */
  isFailing(): boolean;
}

export interface OutboxDeps {
  readonly gate: Gate;
  readonly spool: Spool;
  /** Null when no session is running, or no policy is verified. The same object while neither changes. */
  readonly context: () => BatchContext | null;
  /** Asked when it is written: whether it may still be, whatever was permitted when it was seen. */
  readonly isStillAllowed: (entry: Entry) => boolean;
  /** Called in the order of the writes, with what is given to the disk next; it may be there even if the write then fails. */
  readonly onGiven: (entries: readonly Entry[]) => void;
  readonly onFailing: () => void;
}

export function createOutbox(deps: OutboxDeps): Outbox {
  const { gate, spool, context, isStillAllowed, onGiven, onFailing } = deps;
  let queue: Promise<unknown> = Promise.resolve();
  let failing = false;

  function inOrder(write: () => Promise<void>): Promise<boolean> {
    const result = queue.then(write).then(
      () => {
        failing = false;
        return true;
      },
      () => {
        if (!failing) onFailing();
        failing = true;
        return false;
      },
    );
    queue = result;
    return result;
  }

  return {
    permit<T extends Observation>(observation: T): Entry<T> | null {
      const now = context();
      const permit = gate.permit(observation);
      return permit.kind === 'permitted' && now !== null ? { context: now, observation: permit.observation } : null;
    },
    async write(entries) {
      if (entries.length === 0) return true;
      return inOrder(async () => {
        const allowed = entries.filter(isStillAllowed);
        onGiven(allowed);
        for (const group of byContext(allowed)) await spool.append(group.context, group.observations);
      });
    },
    keep: (entries) => inOrder(() => spool.keep(entries.filter(isStillAllowed))),
    hold: (now, screenshot, image) =>
      inOrder(async () => {
        if (isStillAllowed({ context: now, observation: screenshot.observation }))
          await spool.hold(now, screenshot, image);
      }),
    cutOut: (stretch) =>
      inOrder(async () => {
        await spool.cutOut(stretch, 'idle_not_kept');
      }),
    settled: async () => {
      await queue;
    },
    isFailing: () => failing,
  };
}

function byContext(entries: readonly Entry[]): { context: BatchContext; observations: Permitted[] }[] {
  const groups: { context: BatchContext; observations: Permitted[] }[] = [];
  for (const { context, observation } of entries) {
    const last = groups.at(-1);
    if (last?.context === context) last.observations.push(observation);
    else groups.push({ context, observations: [observation] });
  }
  return groups;
}
