import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link } from 'react-router';
import { useNow } from '../../../look/useNow.ts';
import { parameterIds } from '../../../shared/catalog.ts';
import { differences } from '../../../shared/policy/differences.ts';
import type { PolicyView } from '../../../shared/protocol/http/policy.ts';
import type { ParameterProof } from '../../../shared/protocol/http/proof.ts';
import { keys } from '../api/keys.ts';
import { usePolicy } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { type Proof, useProof } from '../api/useProof.ts';
import { StoredAbove, ToStoredAbove } from '../erasing/StoredAbove.tsx';
import { Failure } from '../frame/Failure.tsx';
import { may } from '../frame/may.ts';
import { Note } from '../frame/Note.tsx';
import { Page } from '../frame/Page.tsx';
import { SidePanel } from '../frame/Sheet.tsx';
import { useAuthorName } from '../frame/useNames.ts';
import { Waiting } from '../frame/Waiting.tsx';
import { nearTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { Conflict } from './Conflict.tsx';
import { Contradictions } from './Contradictions.tsx';
import classes from './collection.module.css';
import { DraftBar } from './DraftBar.tsx';
import { effectsOf, withDraft } from './draft.ts';
import { LeftOut } from './LeftOut.tsx';
import { LivenessMark } from './LivenessMark.tsx';
import { NoticeSheet } from './NoticeSheet.tsx';
import { ParameterRow } from './ParameterRow.tsx';
import { PolicyBounds } from './PolicyBounds.tsx';
import { PolicyTimes } from './PolicyTimes.tsx';
import { Proposals } from './Proposals.tsx';
import { ReviewNote } from './ReviewLine.tsx';
import { SaveDraft } from './SaveDraft.tsx';
import { SecondPerson } from './SecondPerson.tsx';
import { ServerDraft, useDiscardDraft } from './ServerDraft.tsx';
import { useDraft } from './useDraft.ts';

/** What is collected of everyone, as a matrix: level, retention, purpose, and the proof that it is so. */
export function Collection() {
  const { person } = useMe();
  const policy = usePolicy();
  const { proof, liveness, updatedAt } = useProof(may.seeProof(person.role));
  const [noticeShown, notice] = useDisclosure(false);
  useFollowVersion(proof, policy.data);
  return (
    <Page
      title={say('collection.title')}
      lead={say(may.publishPolicy(person.role) ? 'collection.lead' : 'collection.leadReadOnly')}
      actions={
        <>
          <Button component={Link} to="/why" variant="default">
            {say('why.open')}
          </Button>
          <Button component={Link} to="/notice/history" variant="default">
            {say('history.open')}
          </Button>
          <Button variant="default" onClick={notice.open}>
            {say('collection.seeNotice')}
          </Button>
        </>
      }
    >
      {policy.isPending && <Waiting lines={8} />}
      {policy.isError && <Failure error={policy.error} retry={() => void policy.refetch()} />}
      {policy.data !== undefined && (
        <Matrix
          current={policy.data}
          proof={proof}
          liveness={may.seeProof(person.role) && <LivenessMark liveness={liveness} updatedAt={updatedAt} />}
          editable={may.publishPolicy(person.role)}
          mayErase={may.eraseStored(person.role)}
        />
      )}
      <SidePanel opened={noticeShown} onClose={notice.close} title={say('notice.title')}>
        <NoticeSheet printable />
      </SidePanel>
    </Page>
  );
}

function Matrix(props: {
  current: PolicyView;
  proof: Proof | undefined;
  liveness: React.ReactNode;
  editable: boolean;
  mayErase: boolean;
}) {
  const { current, proof, liveness, editable, mayErase } = props;
  const { policy } = current;
  const drafting = useDraft(policy);
  const endDraft = useDiscardDraft();
  const [published, setPublished] = useState<number | 'forward' | null>(null);
  const now = useNow();
  const proofs = new Map<string, ParameterProof>(proof?.parameters.map((entry) => [entry.parameter, entry]));
  const next = withDraft(policy, drafting.draft);
  const changes = differences(policy, next);
  return (
    <div className="dl-stack">
      <div className="dl-row dl-between">
        <PublishedLine current={current} now={now} />
        {liveness}
      </div>
      {!editable && <Note>{say('collection.readOnly')}</Note>}
      <ReviewNote policy={policy} now={now} />
      {proof !== undefined && <Contradictions proofs={proof.parameters} />}
      {published === policy.version && changes.length === 0 && (
        <Note tone="on">
          <p>{say('publish.done', { version: policy.version })}</p>
          <ToStoredAbove policy={policy} mayErase={mayErase} />
        </Note>
      )}
      {published === 'forward' && changes.length === 0 && <Note tone="wait">{say('publish.forwarded')}</Note>}
      {drafting.conflict !== null && (
        <Conflict {...drafting.conflict} current={current} onKeep={drafting.keep} onDiscard={drafting.discard} />
      )}
      {editable && <Proposals current={policy} drafting={drafting} />}
      {editable && <ServerDraft current={policy} drafting={drafting} />}
      <div>
        <div className={classes.heads} aria-hidden>
          <span>{say('collection.head.parameter')}</span>
          <span>{say('collection.head.level')}</span>
          <span>{say('collection.head.kept')}</span>
          <span>{say('collection.head.proof')}</span>
        </div>
        <ul className={classes.rows}>
          {parameterIds.map((parameter) => (
            <ParameterRow
              key={parameter}
              parameter={parameter}
              policy={policy}
              draft={drafting.draft}
              proof={proofs.get(parameter)}
              now={now}
              editable={editable}
              onEdit={drafting.edit}
            />
          ))}
        </ul>
      </div>
      <PolicyTimes policy={policy} draft={drafting.draft} editable={editable} onEdit={drafting.editTime} />
      <PolicyBounds policy={policy} draft={drafting.draft} editable={editable} onEdit={drafting.editBounds} />
      <LeftOut policy={policy} draft={drafting.draft} editable={editable} onEdit={drafting.editExclusions} />
      {editable && <SecondPerson />}
      {editable && <StoredAbove policy={policy} mayErase={mayErase} />}
      {changes.length > 0 && (
        <DraftBar
          changes={changes}
          effects={effectsOf(policy, next)}
          policy={policy}
          draft={drafting.draft}
          baseVersion={drafting.baseVersion}
          blocked={drafting.conflict !== null}
          save={<SaveDraft current={policy} drafting={drafting} />}
          onDiscard={drafting.discard}
          onPublished={(version) => {
            if (drafting.seen !== null) endDraft.mutate(drafting.seen);
            drafting.discard();
            setPublished(version ?? 'forward');
          }}
        />
      )}
    </div>
  );
}

function PublishedLine({ current, now }: { current: PolicyView; now: number }) {
  const author = useAuthorName(current.author);
  return (
    <p className="dl-quiet dl-small">
      {say('collection.published', {
        version: current.policy.version,
        when: nearTime(current.publishedAt, now),
        author,
        reason: current.reason,
      })}
    </p>
  );
}

/** Another version than the one shown has been published: read it. A draft stays as it is. */
function useFollowVersion(proof: Proof | undefined, policy: PolicyView | undefined): void {
  const client = useQueryClient();
  const seen = proof?.policyVersion;
  const shown = policy?.policy.version;
  useEffect(() => {
    if (seen === undefined || shown === undefined || seen <= shown) return;
    void client.invalidateQueries({ queryKey: keys.policy });
    void client.invalidateQueries({ queryKey: keys.notice });
  }, [client, seen, shown]);
}
