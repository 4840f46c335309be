import { useCallback, useEffect, useRef, useState } from 'react';
import type { AgentStatus, PageRequest, WindowAnswer, WindowNews } from '../../shared/protocol/window.ts';
import type { Transport } from './transport.ts';

export type AgentView =
  | { readonly kind: 'opening' }
  | { readonly kind: 'live'; readonly status: AgentStatus; readonly heardAt: number }
  | Exclude<WindowNews, { kind: 'status' }>;

/** What the agent said to the last thing that was asked of it. */
export interface Said {
  readonly answer: WindowAnswer;
  readonly count: number;
}

/** Asks the agent, and resolves with whether it agreed; what it said is shown, and what it is now. */
export type Ask = (request: PageRequest) => Promise<boolean>;

/** The agent, as this page knows it. The end is the end: a new window is opened from outside. */
export function useAgent(transport: Transport): { view: AgentView; ask: Ask; said: Said | null; close: () => void } {
  const [view, setView] = useState<AgentView>({ kind: 'opening' });
  const [said, setSaid] = useState<Said | null>(null);
  const close = useCallback(() => setSaid(null), []);
  useEffect(() => {
    return transport.watch((news) => setView(news.kind === 'status' ? live(news.status) : news));
  }, [transport]);
  const underWay = useRef(new Map<string, Promise<boolean>>());
  const put: Ask = async (request) => {
    const answer = await transport.ask(request);
    setSaid((before) => ({ answer, count: (before?.count ?? 0) + 1 }));
    const now = await transport.ask({ command: 'status' });
    const status = now.ok ? now.status : undefined;
    if (status !== undefined) setView((before) => (isOver(before) ? before : live(status)));
    return answer.ok;
  };
  // Whoever presses twice means it once.
  const ask: Ask = (request) => {
    const name = JSON.stringify(request);
    const asked = underWay.current.get(name) ?? put(request).finally(() => underWay.current.delete(name));
    underWay.current.set(name, asked);
    return asked;
  };
  return { view, ask, said, close };
}

function isOver({ kind }: AgentView): boolean {
  return kind === 'ended' || kind === 'wiped';
}

function live(status: AgentStatus): AgentView {
  return { kind: 'live', status, heardAt: Date.now() };
}
