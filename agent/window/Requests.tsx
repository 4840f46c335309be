import { Button } from '@mantine/core';
import { useNow } from '../../look/useNow.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { nearTime } from '../strings/format.ts';
import { askedAloud, filedLine, meaningOf } from '../strings/request.ts';
import { say } from '../strings/say.ts';
import { Panel } from './Panel.tsx';
import type { Ask } from './useAgent.ts';
import classes from './window.module.css';

type Asked = AgentStatus['requests'][number];

/** Requests about their data in the person's name: was that you? It is read out and takes no focus. */
export function Requests({ status: { requests }, ask }: { status: AgentStatus; ask: Ask }) {
  return (
    <>
      <div className={classes.hidden} role="status" aria-live="polite">
        {[...new Set(requests.map(({ content }) => askedAloud(content)))].join(' ')}
      </div>
      {requests.map((asked) => (
        <Request key={asked.request} asked={asked} ask={ask} />
      ))}
    </>
  );
}

/** All that is signed is shown: what is asked, when, in whose words, and for whom somebody else asks. */
function Request({ asked, ask }: { asked: Asked; ask: Ask }) {
  const now = useNow();
  const { request, digest, filedAt, content, representative } = asked;
  const answer = (given: 'yes' | 'no') => () => void ask({ command: 'answer_request', request, digest, answer: given });
  return (
    <Panel title={say('requests.title')} asks>
      <div className={classes.stack}>
        <p>{filedLine(content, nearTime(filedAt, now))}</p>
        {content.words !== '' && <blockquote className={classes.quoted}>{content.words}</blockquote>}
        {representative !== null && (
          <>
            <p>{say('requests.by', { name: representative.name, reference: representative.reference })}</p>
            <blockquote className={classes.quoted}>{representative.words}</blockquote>
          </>
        )}
        <p className={classes.small}>{meaningOf(content)}</p>
      </div>
      <div className={classes.row}>
        <Button className={classes.grow} onClick={answer('yes')}>
          {say('requests.yes')}
        </Button>
        <Button className={classes.grow} variant="default" onClick={answer('no')}>
          {say('requests.no')}
        </Button>
      </div>
    </Panel>
  );
}
