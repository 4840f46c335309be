import { useCallback, useEffect, useState } from 'react';
import type { AgentStatus, PageRequest, WindowAnswer, WindowNews } from '../../shared/protocol/window.ts';
import type { Transport } from './transport.ts';

export type AgentView =
  | { readonly kind: 'opening' }
  | { readonly kind: 'live'; readonly status: AgentStatus; readonly heardAt: number }
  | { readonly kind: 'ended'; readonly why: (WindowNews & { kind: 'ended' })['why'] };

/** What the agent says now. The end is the end: a new window is opened from outside. */
export function useAgent(transport: Transport): AgentView {
  const [view, setView] = useState<AgentView>({ kind: 'opening' });
  useEffect(() => {
    return transport.watch((news) => {
      setView(news.kind === 'ended' ? news : { kind: 'live', status: news.status, heardAt: Date.now() });
    });
  }, [transport]);
  return view;
}

/** What the agent said to the last thing that was asked of it. */
export interface Said {
  readonly answer: WindowAnswer;
  readonly count: number;
}

/** Asks the agent, and resolves with whether it agreed; what it said is shown. */
export type Ask = (request: PageRequest) => Promise<boolean>;

export function useAsk(transport: Transport): { ask: Ask; said: Said | null; close: () => void } {
  const [said, setSaid] = useState<Said | null>(null);
  const ask: Ask = async (request) => {
    const answer = await transport.ask(request);
    setSaid((before) => ({ answer, count: (before?.count ?? 0) + 1 }));
    return answer.ok;
  };
  const close = useCallback(() => setSaid(null), []);
  return { ask, said, close };
}
