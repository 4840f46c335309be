import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { DaylightError } from '../../../shared/errors.ts';
import { noteSignedOut } from './signedOut.ts';

/**
 * Nothing is read again behind the viewer's back: every read of a person's data is recorded under their name, and a
 * window that comes to the front is no reason to look again. A 401 from anywhere shows the sign-in, at the same place.
 */
export function createQueryClient(): QueryClient {
  const signedOut = (error: unknown) => void noteSignedOut(client, error);
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: signedOut }),
    mutationCache: new MutationCache({ onError: signedOut }),
    defaultOptions: {
      queries: {
        retry: (failures, error) => failures < 2 && error instanceof DaylightError && error.code === 'unavailable',
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        staleTime: 15_000,
      },
      mutations: { retry: false },
    },
  });
  return client;
}
