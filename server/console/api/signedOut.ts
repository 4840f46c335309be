import { type QueryClient, skipToken, useQuery } from '@tanstack/react-query';
import { DaylightError } from '../../../shared/errors.ts';
import { keys } from './keys.ts';
import { tellOtherTabs } from './otherTabs.ts';

/** A 401 from anywhere: nobody is signed in any more. True when the error was one. */
export function noteSignedOut(client: QueryClient, error: unknown): boolean {
  if (!(error instanceof DaylightError) || error.code !== 'unauthenticated') return false;
  if (error.field === 'organisation') client.setQueryData(keys.organisationEnded, true);
  client.setQueryData(keys.me, null);
  return true;
}

/** The session has ended on the server: whatever this tab was shown is forgotten, and the others ask who it is now. */
export function forgetSession(client: QueryClient): void {
  client.setQueryData(keys.me, null);
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.me[0] });
  tellOtherTabs();
}

/** Whether nobody is signed in because the organisation has ended, and the account with it. */
export function useOrganisationEnded(): boolean {
  return useQuery<boolean>({ queryKey: keys.organisationEnded, queryFn: skipToken }).data === true;
}
