import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { DaylightError } from '../../../shared/errors.ts';
import type { Me } from '../../../shared/protocol/http/signIn.ts';
import { call } from './client.ts';
import { keys } from './keys.ts';
import { unlessOvertaken } from './unlessOvertaken.ts';

/** Who is signed in; `null` when nobody is. */
export function useSession() {
  const client = useQueryClient();
  return useQuery({
    queryKey: keys.me,
    queryFn: ({ signal }) => unlessOvertaken(client, keys.me, readMe(signal)),
    staleTime: 60_000,
  });
}

async function readMe(signal: AbortSignal): Promise<Me | null> {
  try {
    return await call('me', {}, signal);
  } catch (error) {
    if (error instanceof DaylightError && error.code === 'unauthenticated') return null;
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
