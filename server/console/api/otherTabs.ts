import type { QueryClient } from '@tanstack/react-query';
import type { Me } from '../../../shared/protocol/http/signIn.ts';
import { keys } from './keys.ts';

const CHANNEL = 'daylight-session';

/** All tabs of a browser have one session: what one of them begins or ends, it begins or ends for the others. */
export function tellOtherTabs(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(null);
  channel.close();
}

/**
 * Whenever another tab has signed somebody in or out, asks who it is now, and forgets what was shown to anybody else. The
 * message says nothing itself. Returns how it stops.
 */
export function followOtherTabs(client: QueryClient): () => void {
  const person = () => client.getQueryData<Me | null>(keys.me)?.person.id;
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = async () => {
    const before = person();
    await client.refetchQueries({ queryKey: keys.me });
    if (person() !== before) client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.me[0] });
  };
  return () => channel.close();
}
