import { useQueryClient } from '@tanstack/react-query';
import type { Me } from '../../../shared/protocol/http/signIn.ts';
import { keys } from '../api/keys.ts';
import { tellOtherTabs } from '../api/otherTabs.ts';

/** Makes someone the signed-in person. Whatever an earlier person was shown in this tab is forgotten. */
export function useEnter(): (me: Me) => void {
  const client = useQueryClient();
  return (me) => {
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.me[0] });
    client.setQueryData(keys.me, me);
    tellOtherTabs();
  };
}
