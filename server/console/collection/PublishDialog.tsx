import { Button, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { DaylightError } from '../../../shared/errors.ts';
import type { PolicyDocument } from '../../../shared/policy/policy.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { Failure } from '../frame/Failure.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { say } from '../strings/say.ts';
import { Changes } from './Changes.tsx';
import { ClassLine } from './ClassLine.tsx';
import { type Difference, type Draft, type Effects, toChange, withDraft } from './draft.ts';
import { EffectLines } from './EffectLines.tsx';

/** The last look before a change holds: all of it, what it means, and the reason that everyone will be able to read. */
export function PublishDialog(props: {
  changes: readonly Difference[];
  effects: Effects;
  policy: PolicyDocument;
  draft: Draft;
  baseVersion: number;
  opened: boolean;
  onClose: () => void;
  onPublished: (version: number) => void;
}) {
  const { changes, effects, policy, draft, baseVersion, opened, onClose, onPublished } = props;
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const client = useQueryClient();
  const missing = reason.trim().length < 3;
  const publish = useMutation({
    mutationFn: async () => call('publishPolicy', { body: toChange(policy, draft, baseVersion, reason.trim()) }),
    onSuccess: (published) => {
      client.setQueryData(keys.policy, published);
      void client.invalidateQueries({ queryKey: keys.notice });
      void client.invalidateQueries({ queryKey: keys.proof });
      onPublished(published.policy.version);
    },
    onError: (error) => {
      if (!(error instanceof DaylightError) || error.code !== 'conflict') return;
      void client.invalidateQueries({ queryKey: keys.policy }); // the page then shows what changed, beside the draft
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (!missing) publish.mutate();
  };
  return (
    <Dialog opened={opened} onClose={onClose} title={say('publish.title')}>
      <form className="dl-stack" onSubmit={submit} noValidate>
        <Changes changes={changes} />
        <div>
          <EffectLines effects={effects} />
          <ClassLine before={policy} after={withDraft(policy, draft)} />
        </div>
        <Textarea
          label={say('publish.reason')}
          description={say('publish.reasonHelp')}
          autosize
          minRows={2}
          maxLength={500}
          required
          data-autofocus
          value={reason}
          error={tried && missing && say('publish.reasonMissing')}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {publish.isError && <Failure error={publish.error} />}
        <div className="dl-row">
          <Button type="submit" loading={publish.isPending}>
            {say('publish.now')}
          </Button>
          <Button variant="default" onClick={onClose}>
            {say('action.back')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
