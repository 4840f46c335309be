import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import type { Me } from '../../../shared/protocol/http/signIn.ts';
import { call } from './client.ts';
import { keys } from './keys.ts';
import { noteSignedOut } from './signedOut.ts';
import { unlessOvertaken } from './unlessOvertaken.ts';

/** Who is signed in; `null` when nobody is. */
export function useSession() {
  const client = useQueryClient();
  return useQuery({
    queryKey: keys.me,
    queryFn: ({ signal }) => unlessOvertaken(client, keys.me, readMe(client, signal)),
    staleTime: 60_000,
  });
}

async function readMe(client: QueryClient, signal: AbortSignal): Promise<Me | null> {
  try {
    return await call('me', {}, signal);
  } catch (error) {
    if (noteSignedOut(client, error)) return null;
    throw error;
  }
}

const MeContext = createContext<Me | null>(null);
export const MeProvider = MeContext.Provider;

/** The signed-in person, inside the part of the console that only a whole session reaches. */
export function useMe(): Me {
  const me = useContext(MeContext);
  if (me === null) throw new Error('useMe is used outside a session');
  return me;
}
