import { useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../api/client.ts';
import { forgetSession } from '../api/signedOut.ts';
import { useKeptDraft } from '../collection/Drafts.tsx';

/** Ends the session on the server and forgets everything that this tab was shown. */
export function useSignOut() {
  const client = useQueryClient();
  const { keep } = useKeptDraft();
  return useMutation({
    mutationFn: () => call('signOut', {}),
    onSuccess: () => {
      keep(null);
      forgetSession(client);
    },
  });
}
