import { Button } from '@mantine/core';
import { useNow } from '../../look/useNow.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { nearTime } from '../strings/format.ts';
import { askedFor } from '../strings/request.ts';
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
        {requests.length > 0 && say('requests.asked')}
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
        <p>{say('requests.filed', { when: nearTime(filedAt, now), what: askedFor(content) })}</p>
        {content.words !== '' && <blockquote className={classes.quoted}>{content.words}</blockquote>}
        {representative !== null && (
          <>
            <p>{say('requests.by', { name: representative.name, reference: representative.reference })}</p>
            <blockquote className={classes.quoted}>{representative.words}</blockquote>
          </>
        )}
        <p className={classes.small}>{say('requests.means')}</p>
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
