import { setTimeout } from 'node:timers/promises';
import { DAY, HOUR, MINUTE, SECOND } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import type { KeyStore } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';

export interface KeyRollDeps {
  readonly vault: Pick<Vault, 'rollKeys'>;
  readonly keyStore: Pick<KeyStore, 'orgKeys' | 'scrub' | 'mark' | 'raiseMark'>;
  readonly clock: Clock;
}

export interface RolledKeys {
  readonly organisations: number;
  readonly dataKeys: number;
  /** What the old keys were wrapped as is in no file any more. False while somebody's read holds the log: it is over by itself. */
  readonly scrubbed: boolean;
}

/**
 * Puts a new key in the place of every organisation's and lets go of the old ones: what was copied of the wrapped data keys before opens
 * under none that is there afterwards, and what was destroyed since stays destroyed. Ends between two steps when it is told to; the next
 * one goes on where it was.
 */
export async function rollKeys(deps: KeyRollDeps, signal?: AbortSignal): Promise<RolledKeys> {
  const orgs = new Set((await deps.keyStore.orgKeys()).map(({ org }) => org));
  let [organisations, dataKeys] = [0, 0];
  for (const org of orgs) {
    signal?.throwIfAborted();
    const rolled = await deps.vault.rollKeys(org, signal);
    if (rolled === null) continue;
    organisations += 1;
    dataKeys += rolled.dataKeys;
  }
  const scrubbed = await emptied(deps.keyStore, signal);
  if (scrubbed) await deps.keyStore.raiseMark('rolled_at', deps.clock.now());
  return { organisations, dataKeys, scrubbed };
}

export interface KeyRollJobDeps extends KeyRollDeps {
  readonly rolled: (what: RolledKeys) => void;
  /** Told why they could not be; it is tried again. */
  readonly failed: (cause: unknown) => void;
}

/** Rolls the keys once a day. What was due while no server ran is done soon after it starts. */
export function startKeyRolls(
  deps: KeyRollJobDeps,
  { quietMs, everyMs } = { quietMs: MINUTE, everyMs: HOUR },
): { close(): Promise<void> } {
  const closing = new AbortController();
  const { signal } = closing;
  const rested = (ms: number): Promise<boolean> => setTimeout(ms, true, { signal, ref: false }).catch(() => false);
  let last = Number.NEGATIVE_INFINITY;
  const round = async (): Promise<void> => {
    try {
      if (!(await isDue(deps, last))) return;
      deps.rolled(await rollKeys(deps, signal));
      last = deps.clock.mono();
    } catch (cause) {
      if (!signal.aborted) deps.failed(cause);
    }
  };
  const running = (async () => {
    for (let wait = quietMs; await rested(wait); wait = everyMs) await round();
  })();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}

/** A clock that was ahead once has left a mark in the future, which nobody can lower: then it is a day of this process. */
async function isDue({ keyStore, clock }: KeyRollDeps, last: number): Promise<boolean> {
  const [at, now] = [(await keyStore.mark('rolled_at')) ?? 0, clock.now()];
  return at > now ? clock.mono() - last >= DAY : now - at >= DAY;
}

const TRIES = 20;

async function emptied(keyStore: Pick<KeyStore, 'scrub'>, signal?: AbortSignal): Promise<boolean> {
  for (let left = TRIES; left > 0; left -= 1) {
    if (await keyStore.scrub()) return true;
    await setTimeout(SECOND / 4, undefined, signal === undefined ? {} : { signal });
  }
  return false;
}
