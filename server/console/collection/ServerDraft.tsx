import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { differences } from '../../../shared/policy/differences.ts';
import type { PolicyDocument } from '../../../shared/policy/policy.ts';
import type { PolicyDraft } from '../../../shared/protocol/http/policyDraft.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { usePolicyDraft } from '../api/reads.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { useAuthorName } from '../frame/useNames.ts';
import { dateTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { Changes } from './Changes.tsx';
import { type Draft, fromChange, isEmpty, rebase, withDraft } from './draft.ts';
import { PolicyAhead, useBase } from './PolicyAhead.tsx';
import type { Drafting } from './useDraft.ts';

interface ServerDraftProps {
  readonly current: PolicyDocument;
  readonly drafting: Drafting;
}

/** The draft that waits on the server, unless it is the one that the viewer goes on with. */
export function ServerDraft({ current, drafting }: ServerDraftProps) {
  const { data } = usePolicyDraft();
  const kept = data?.draft ?? null;
  const version = kept?.change.baseVersion ?? current.version;
  const base = useBase(version, current);
  if (data?.unreadable === true) return <Note tone="gone">{say('serverDraft.unreadable')}</Note>;
  if (data === undefined || kept === null || base === undefined || data.revision === drafting.seen) return null;
  const draft = fromChange(base, kept.change);
  if (isEmpty(rebase(draft, current))) return null; // published meanwhile
  return (
    <Waiting kept={kept} draft={draft} base={base} revision={data.revision} current={current} drafting={drafting} />
  );
}

function Waiting(
  props: ServerDraftProps & { kept: PolicyDraft; draft: Draft; base: PolicyDocument; revision: number },
) {
  const { kept, draft, base, revision, current, drafting } = props;
  const [begunBy, savedBy] = [useAuthorName(kept.begunBy), useAuthorName(kept.savedBy)];
  const [asked, discarding] = useDisclosure(false);
  const next = withDraft(base, draft);
  const changes = differences(base, next);
  const { seen } = drafting;
  const hasOwn = !isEmpty(drafting.draft);
  return (
    <section className="dl-panel dl-stack" aria-labelledby="server-draft">
      <div>
        <h2 id="server-draft">{say('serverDraft.title')}</h2>
        <p className="dl-quiet dl-small">
          {say('serverDraft.by', {
            ...{ begunBy, savedBy, version: base.version },
            ...{ begunAt: dateTime(kept.begunAt), savedAt: dateTime(kept.savedAt) },
          })}
        </p>
        <p className="dl-quiet dl-small">{say('serverDraft.free')}</p>
      </div>
      {seen !== null && <Note tone="gone">{say('serverDraft.changed')}</Note>}
      {base.version !== current.version && (
        <Note tone="wait">{say('serverDraft.overtaken', { version: current.version })}</Note>
      )}
      <PolicyAhead before={base} after={next}>
        <Button size="sm" onClick={() => drafting.take({ draft, base, seen: revision, saved: true })}>
          {say(hasOwn ? 'serverDraft.take' : 'serverDraft.go')}
        </Button>
        <Button size="sm" variant="default" onClick={discarding.open}>
          {say('serverDraft.discard')}
        </Button>
      </PolicyAhead>
      <DiscardDialog opened={asked} onClose={discarding.close} revision={revision}>
        <Changes changes={changes} />
      </DiscardDialog>
    </section>
  );
}

function DiscardDialog(props: { opened: boolean; onClose: () => void; revision: number; children: React.ReactNode }) {
  const { opened, onClose, revision, children } = props;
  const discard = useDiscardDraft(onClose);
  return (
    <Dialog opened={opened} onClose={onClose} title={say('serverDraft.discardTitle')}>
      <div className="dl-stack">
        <p>{say('serverDraft.discardText')}</p>
        {children}
        {discard.isError && <Failure error={discard.error} />}
        <div className="dl-row">
          <Button color="red" loading={discard.isPending} onClick={() => discard.mutate(revision)}>
            {say('serverDraft.discardNow')}
          </Button>
          <Button variant="default" onClick={onClose} data-autofocus>
            {say('action.back')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

/** Ends the draft on the server, as it was at a revision. */
export function useDiscardDraft(onDone?: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (revision: number) => call('discardPolicyDraft', { query: { revision: String(revision) } }),
    onSuccess: (view) => {
      client.setQueryData(keys.policyDraft, view);
      onDone?.();
    },
    onError: () => client.invalidateQueries({ queryKey: keys.policyDraft }),
  });
}
