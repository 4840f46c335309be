import { Button } from '@mantine/core';
import { useState } from 'react';
import { Mark, type Tone } from '../../../look/Mark.tsx';
import { differences } from '../../../shared/policy/differences.ts';
import type { PolicyDocument } from '../../../shared/policy/policy.ts';
import {
  type ProposalContent,
  type ProposalState,
  type ProposalView,
  TOLD_DAYS,
} from '../../../shared/protocol/http/proposals.ts';
import type { Role } from '../../../shared/roles.ts';
import { DAY } from '../../../shared/time.ts';
import { call } from '../api/client.ts';
import { useProposals } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { may } from '../frame/may.ts';
import { Note } from '../frame/Note.tsx';
import { useAuthorName } from '../frame/useNames.ts';
import { RegisterForm } from '../records/RegisterForm.tsx';
import { dateTime } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';
import { Changes } from './Changes.tsx';
import { fromChange } from './draft.ts';
import { PolicyAhead, useBase } from './PolicyAhead.tsx';
import type { Drafting } from './useDraft.ts';

interface ProposalsProps {
  readonly current: PolicyDocument;
  readonly drafting: Drafting;
}

/** What waits for a second person or for its date, or was lately not published against its plan, and, folded away, what became of the rest. */
export function Proposals(props: ProposalsProps) {
  const { data } = useProposals();
  if (data === undefined) return null;
  const open = data.proposals.filter((one) => isOpen(one) || isNews(one, data.asOf));
  const decided = data.proposals.filter((one) => !open.includes(one));
  return (
    <>
      {data.unreadable > 0 && <Note tone="gone">{say('proposals.unreadable')}</Note>}
      {open.map((one) => (
        <Proposal key={one.number} proposal={one} {...props} />
      ))}
      {decided.length > 0 && (
        <details>
          <summary>{count('proposals.decided', decided.length)}</summary>
          <div className="dl-stack">
            {decided.map((one) => (
              <Proposal key={one.number} proposal={one} {...props} />
            ))}
          </div>
        </details>
      )}
    </>
  );
}

const tones: Readonly<Record<ProposalState, Tone>> = {
  ...{ waiting: 'wait', scheduled: 'wait', done: 'on', refused: 'off', withdrawn: 'off' },
  ...{ overtaken: 'off', not_published: 'off' },
};

type Answer = 'approved' | 'refused' | 'withdrawn';

function Proposal({ proposal, current, drafting }: ProposalsProps & { proposal: ProposalView }) {
  const { number, content, state, proposedAt, reason } = proposal;
  const { person } = useMe();
  const proposer = useAuthorName(proposal.proposedBy);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const heading = `proposal-${number}`;
  const buttons = answersTo(proposal, person).map((one) => (
    <Button key={one} size="sm" variant={one === 'approved' ? 'filled' : 'default'} onClick={() => setAnswer(one)}>
      {say(`proposals.${one}`)}
    </Button>
  ));
  return (
    <section className="dl-panel dl-stack" aria-labelledby={heading}>
      <div>
        <div className="dl-row">
          <h2 id={heading}>{say(content.kind === 'policy' ? 'proposals.policy' : 'proposals.secondOff')}</h2>
          <Mark tone={tones[state]}>{say(`proposals.state.${state}`)}</Mark>
        </div>
        <p className="dl-quiet dl-small">{say('proposals.by', { proposer, when: dateTime(proposedAt) })}</p>
      </div>
      <p>
        <StateWords proposal={proposal} />
      </p>
      <p>{say('history.reason', { reason })}</p>
      {content.kind === 'policy' ? (
        <OfPolicy content={content} current={current} drafting={drafting} isOpen={isOpen(proposal)} state={state}>
          {buttons}
        </OfPolicy>
      ) : (
        <>
          <p>{say('second.offMeans')}</p>
          <div className="dl-row">{buttons}</div>
        </>
      )}
      {answer !== null && <AnswerDialog proposal={proposal} answer={answer} onClose={() => setAnswer(null)} />}
    </section>
  );
}

function OfPolicy(
  props: ProposalsProps & {
    content: Extract<ProposalContent, { kind: 'policy' }>;
    state: ProposalState;
    isOpen: boolean;
    children: React.ReactNode;
  },
) {
  const { content, current, drafting, state, isOpen: open, children } = props;
  const { document, change } = content;
  const base = useBase(document.version - 1, current);
  if (base === undefined) return null;
  if (open) {
    return (
      <PolicyAhead before={base} after={document}>
        {children}
      </PolicyAhead>
    );
  }
  const again = () => drafting.take({ draft: fromChange(base, change), base, seen: null, saved: false });
  return (
    <>
      <Changes changes={differences(base, document)} />
      {state !== 'done' && (
        <div>
          <Button size="sm" variant="default" onClick={again}>
            {say('proposals.again')}
          </Button>
        </div>
      )}
    </>
  );
}

/** What is so of it, and who decided, in a sentence or two. */
function StateWords({ proposal }: { proposal: ProposalView }) {
  const { state, due, approvedBy, alone, version, why, content, steps } = proposal;
  const last = steps.at(-1);
  const [approver, decider] = [useAuthorName(approvedBy), useAuthorName(last?.by ?? null)];
  const when = due === null ? '' : dateTime(due);
  const approved = approvedBy === null ? '' : ` ${say('proposals.approvedBy', { approver })}`;
  switch (state) {
    case 'waiting': {
      const wished = content.kind === 'policy' ? content.publishAt : null;
      const date = wished === null ? '' : ` ${say('proposals.wished', { when: dateTime(wished) })}`;
      return `${say(content.kind === 'policy' ? 'proposals.waits' : 'proposals.waitsForOwner')}${date}`;
    }
    case 'scheduled': {
      const isAlone = alone && proposal.needsSecond && approvedBy === null;
      const words = say(content.kind === 'policy' ? 'proposals.scheduled' : 'proposals.holdsAt', { when });
      return `${words}${approved}${isAlone ? ` ${say('proposals.alone')}` : ''}`;
    }
    case 'done':
      return `${version === null ? say('proposals.holds') : say('proposals.published', { version })}${approved}`;
    case 'refused':
    case 'withdrawn':
      return say(`proposals.was.${state}`, { decider, reason: last?.reason ?? '' });
    case 'overtaken':
      return say('proposals.overtaken');
    case 'not_published':
      return say(`proposals.why.${why ?? 'changed'}`);
  }
}

function AnswerDialog({ proposal, answer, onClose }: { proposal: ProposalView; answer: Answer; onClose: () => void }) {
  const { number, hash, content } = proposal;
  const publishAt = content.kind === 'policy' ? content.publishAt : null;
  const means = answer === 'approved' && publishAt !== null && publishAt > Date.now() ? 'approvedDated' : answer;
  return (
    <RegisterForm
      title={say(`proposals.${answer}`)}
      save={say(`proposals.${answer}`)}
      why={say(`because.${answer}`)}
      opened
      onClose={onClose}
      write={(reason) => call('answerProposal', { params: { number: String(number) }, body: { hash, answer, reason } })}
    >
      {() => <p>{say(`proposals.will.${means}`)}</p>}
    </RegisterForm>
  );
}

/** What nobody decided that it is not published, and whoever may publish has to hear. */
function isNews({ state, endedAt }: ProposalView, now: number): boolean {
  return (state === 'overtaken' || state === 'not_published') && endedAt !== null && endedAt > now - TOLD_DAYS * DAY;
}

export function isOpen({ state }: ProposalView): boolean {
  return state === 'waiting' || state === 'scheduled';
}

function answersTo(proposal: ProposalView, me: { readonly id: string; readonly role: Role }): readonly Answer[] {
  if (!isOpen(proposal)) return [];
  if (proposal.proposedBy === me.id) return ['withdrawn'];
  const mayApprove = proposal.content.kind === 'policy' || may.requireSecond(me.role);
  return mayApprove && proposal.needsSecond && proposal.approvedBy === null ? ['approved', 'refused'] : ['refused'];
}
