import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { PolicyDocument } from '../../../shared/policy/policy.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { usePolicyDraft } from '../api/reads.ts';
import { Failure } from '../frame/Failure.tsx';
import { say } from '../strings/say.ts';
import { toDraftedChange } from './draft.ts';
import type { Drafting } from './useDraft.ts';

/** Keeps this tab's draft on the server for whoever may publish. In the place of somebody else's only once that was seen. */
export function SaveDraft({ current, drafting }: { current: PolicyDocument; drafting: Drafting }) {
  const client = useQueryClient();
  const { data } = usePolicyDraft();
  const { draft, baseVersion, seen, saved, take } = drafting;
  const isOver = data !== undefined && data.draft !== null && data.revision !== seen;
  const save = useMutation({
    mutationFn: (revision: number) =>
      call('savePolicyDraft', { body: { revision, change: toDraftedChange(current, draft, baseVersion) } }),
    onSuccess: (view) => {
      client.setQueryData(keys.policyDraft, view);
      take({ draft, base: current, seen: view.revision, saved: true });
    },
    onError: () => client.invalidateQueries({ queryKey: keys.policyDraft }),
  });
  // A draft whose base was overtaken is saved once it was put on top of the version in force.
  if (data === undefined || drafting.conflict !== null) return null;
  if (saved && data.revision === seen) return <span className="dl-quiet dl-small">{say('draft.saved')}</span>;
  return (
    <>
      {isOver && <span className="dl-quiet dl-small">{say('draft.overSaved')}</span>}
      {save.isError && <Failure error={save.error} />}
      <Button variant="default" size="sm" loading={save.isPending} onClick={() => save.mutate(data.revision)}>
        {say(isOver ? 'draft.replace' : 'draft.save')}
      </Button>
    </>
  );
}
