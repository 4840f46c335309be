import { useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { tellOtherTabs } from '../api/otherTabs.ts';
import { useKeptDraft } from '../collection/Drafts.tsx';

/** Ends the session on the server and forgets everything that this tab was shown. */
export function useSignOut() {
  const client = useQueryClient();
  const { keep } = useKeptDraft();
  return useMutation({
    mutationFn: () => call('signOut', {}),
    onSuccess: () => {
      keep(null);
      client.setQueryData(keys.me, null);
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.me[0] });
      tellOtherTabs();
    },
  });
}
