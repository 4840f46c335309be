import type { PageRequest, WindowAnswer, WindowNews } from '../../shared/protocol/window.ts';

/** How the page reaches the agent: through the desktop shell's preload, or over loopback in a browser. */
export interface Transport {
  /** Resolves with the agent's answer, its refusals included; never rejects. */
  ask(request: PageRequest): Promise<WindowAnswer>;
  /** Calls back with the status at once, whenever it changes, and at the end. The returned function stops it. */
  watch(onNews: (news: WindowNews) => void): () => void;
}

/** The agent did not answer: in words, like every other refusal. */
export function unanswered(problem: string, remedy: string): WindowAnswer {
  return { ok: false, kind: 'failed', problem, remedy };
}
