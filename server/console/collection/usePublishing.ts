import { useMutation, useQueryClient } from '@tanstack/react-query';
import { DaylightError } from '../../../shared/errors.ts';
import type { PolicyChange } from '../../../shared/protocol/http/policy.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';

/** Null: put forward, and published later. */
type Published = number | null;

/** Publishes a change, or puts it forward. What became of it is read anew, and where it was overtaken, what overtook it. */
export function usePublishing(onDone: (version: Published) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ change, forward }: { change: PolicyChange; forward: { publishAt: number | null } | null }) => {
      if (forward !== null) {
        await call('propose', { body: { change, ...forward } });
        return null;
      }
      const published = await call('publishPolicy', { body: change });
      client.setQueryData(keys.policy, published);
      void client.invalidateQueries({ queryKey: keys.proof });
      return published.policy.version;
    },
    onSuccess: (version) => {
      void client.invalidateQueries({ queryKey: keys.notice });
      void client.invalidateQueries({ queryKey: keys.proposals });
      onDone(version);
    },
    onError: (error) => {
      if (!(error instanceof DaylightError) || error.code !== 'conflict') return;
      void client.invalidateQueries({ queryKey: keys.policy }); // the page then shows what changed, beside the draft
    },
  });
}
