import { Button, Checkbox, Textarea, TextInput } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { raisesAnything } from '../../../shared/policy/changeClass.ts';
import { type Difference } from '../../../shared/policy/differences.ts';
import type { PolicyDocument } from '../../../shared/policy/policy.ts';
import type { ProposalView } from '../../../shared/protocol/http/proposals.ts';
import { useProposals } from '../api/reads.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { useAuthorName } from '../frame/useNames.ts';
import { dateTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { Changes } from './Changes.tsx';
import { ClassLine } from './ClassLine.tsx';
import classes from './collection.module.css';
import { type Draft, type Effects, toChange, withDraft } from './draft.ts';
import { EffectLines } from './EffectLines.tsx';
import { isOpen } from './Proposals.tsx';
import { usePublishing } from './usePublishing.ts';
import { WhatGoes } from './WhatGoes.tsx';

/** The last look before a change holds, or is put forward: all of it, what it means, and the reason that everyone will be able to read. */
export function PublishDialog(props: {
  changes: readonly Difference[];
  effects: Effects;
  policy: PolicyDocument;
  draft: Draft;
  baseVersion: number;
  opened: boolean;
  onClose: () => void;
  onPublished: (version: number | null) => void;
}) {
  const { changes, effects, policy, draft, baseVersion, opened, onClose, onPublished } = props;
  const [reason, setReason] = useState('');
  const [at, setAt] = useState<string | null>(null);
  const [tried, setTried] = useState(false);
  const next = withDraft(policy, draft);
  const raises = raisesAnything(policy, next);
  const needsSecond = useProposals().data?.secondRequired === true && raises;
  const waits = needsSecond || at !== null;
  const publishAt = at === null ? null : Date.parse(at);
  const missing = reason.trim().length < 3;
  const undated = publishAt !== null && !(publishAt > Date.now());
  const publish = usePublishing(onPublished);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (missing || undated) return;
    const change = toChange(policy, draft, baseVersion, reason.trim());
    publish.mutate({ change, forward: waits ? { publishAt } : null });
  };
  return (
    <Dialog opened={opened} onClose={onClose} title={say('publish.title')}>
      <form className="dl-stack" onSubmit={submit} noValidate>
        <Changes changes={changes} />
        <div className={classes.sentences}>
          <EffectLines effects={effects} waits={waits} />
          <ClassLine before={policy} after={next} />
          {needsSecond && <p>{say('publish.second')}</p>}
          {waits && raises && effects.lowers && <p>{say('publish.lowerApart')}</p>}
        </div>
        <WhatGoes changes={changes} waits={waits} />
        <Overtaken isLater={waits} />
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
        <Checkbox
          label={say('publish.dated')}
          description={say('publish.datedHelp')}
          checked={at !== null}
          onChange={(event) => setAt(event.currentTarget.checked ? '' : null)}
        />
        {at !== null && (
          <TextInput
            type="datetime-local"
            label={say('publish.at')}
            required
            value={at}
            error={tried && undated && say('publish.atMissing')}
            onChange={(event) => setAt(event.currentTarget.value)}
          />
        )}
        {publish.isError && <Failure error={publish.error} />}
        <div className="dl-row">
          <Button type="submit" loading={publish.isPending}>
            {say(needsSecond ? 'publish.forward' : at === null ? 'publish.now' : 'publish.later')}
          </Button>
          <Button variant="default" onClick={onClose}>
            {say('action.back')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** What waits, and is not published any more once another version is. */
function Overtaken({ isLater }: { isLater: boolean }) {
  const open = (useProposals().data?.proposals ?? []).filter((one) => isOpen(one) && one.content.kind === 'policy');
  if (open.length === 0) return null;
  return (
    <Note tone="wait">
      <p>{say(isLater ? 'publish.overtakesLater' : 'publish.overtakes')}</p>
      <ul className="dl-list">
        {open.map((one) => (
          <OvertakenOne key={one.number} proposal={one} />
        ))}
      </ul>
    </Note>
  );
}

function OvertakenOne({ proposal: { proposedBy, due, content, reason } }: { proposal: ProposalView }) {
  const proposer = useAuthorName(proposedBy);
  const date = due ?? (content.kind === 'policy' ? content.publishAt : null);
  if (date === null) return <li>{say('publish.overtakenUndated', { proposer, reason })}</li>;
  return <li>{say('publish.overtaken', { proposer, when: dateTime(date), reason })}</li>;
}
