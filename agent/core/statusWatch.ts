import { type AgentStatus, REPEAT_MS } from '../../shared/protocol/window.ts';
import { SECOND } from '../../shared/time.ts';
import type { Clock } from './ports.ts';

/** How often to look whether the status has changed: most of it changes by itself, with what is recorded and sent. */
const LOOK_MS = SECOND;

/** Calls back with the status at once, whenever it has changed, and every REPEAT_MS anyway, until it is stopped. */
export function watchStatus(
  clock: Clock,
  status: () => AgentStatus,
  onStatus: (status: AgentStatus) => void,
): () => void {
  let cancel = (): void => undefined;
  let last = '';
  let toldAt = 0;
  function look(): void {
    cancel = clock.after(LOOK_MS, look);
    const now = status();
    const text = JSON.stringify(now);
    if (text === last && clock.mono() - toldAt < REPEAT_MS) return;
    last = text;
    toldAt = clock.mono();
    onStatus(now);
  }
  look();
  return () => cancel();
}
