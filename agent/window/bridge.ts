import { AgentStatus, type PageRequest, WindowAnswer } from '../../shared/protocol/window.ts';
import { say } from '../strings/say.ts';
import { type Transport, unanswered } from './transport.ts';

/**
 * What the preload of the desktop shell exposes as `window.daylight`: these two functions and nothing else. `watch`
 * calls back with the status at once, whenever it changes, and every REPEAT_MS anyway: `Agent.watch` does.
 */
export interface Bridge {
  ask(request: PageRequest): Promise<unknown>;
  watch(onStatus: (status: unknown) => void): () => void;
}

declare global {
  interface Window {
    readonly daylight?: Bridge;
  }
}

/** The agent in the desktop shell's main process. What comes through is parsed like anything else that comes in. */
export function bridgeTransport(bridge: Bridge): Transport {
  return {
    async ask(request) {
      try {
        return WindowAnswer.parse(await bridge.ask(request));
      } catch {
        return unanswered(say('ended.title'), say('ended.desktop'));
      }
    },
    watch(onNews) {
      return bridge.watch((value) => {
        const status = AgentStatus.safeParse(value);
        if (status.success) onNews({ kind: 'status', status: status.data });
      });
    },
  };
}
