import { Mark } from '../../look/Mark.tsx';
import { useNow } from '../../look/useNow.ts';
import { assertNever } from '../../shared/errors.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { SECOND } from '../../shared/time.ts';
import { say } from '../strings/say.ts';
import { Agreement } from './Agreement.tsx';
import { Coming } from './Coming.tsx';
import { Concerns } from './Concerns.tsx';
import { Connection } from './Connection.tsx';
import { Consents } from './Consents.tsx';
import { Ended } from './Ended.tsx';
import { FirstUse } from './FirstUse.tsx';
import { IdleQuestion } from './IdleQuestion.tsx';
import { NoticeWaiting } from './Notice.tsx';
import { NotRecorded } from './NotRecorded.tsx';
import { ProveOff } from './ProveOff.tsx';
import { Recording } from './Recording.tsx';
import { Requests } from './Requests.tsx';
import { SaidLine } from './SaidLine.tsx';
import { Screenshots } from './Screenshots.tsx';
import { Sent } from './Sent.tsx';
import { Tracking } from './Tracking.tsx';
import type { Transport } from './transport.ts';
import { useAgent } from './useAgent.ts';
import classes from './window.module.css';

/** The employee's window: what the agent says, and what it can be asked. It decides nothing. */
export function Window({ transport }: { transport: Transport }) {
  const { view, ask, said, close } = useAgent(transport);
  switch (view.kind) {
    case 'opening':
      return (
        <main className={classes.frame}>
          <p role="status">{say('frame.opening')}</p>
        </main>
      );
    case 'ended':
    case 'wiped':
      return <Ended news={view} />;
    case 'live':
      return (
        <div className={classes.frame}>
          <title>{`${say(`state.${view.status.state}`)} · ${say('product.name')}`}</title>
          <Head status={view.status} heardAt={view.heardAt} />
          <main className={classes.columns}>
            <div className={classes.column}>
              <Concerns status={view.status} />
              <IdleQuestion status={view.status} ask={ask} />
              <Requests status={view.status} ask={ask} />
              <NoticeWaiting status={view.status} transport={transport} ask={ask} />
              <Coming status={view.status} />
              <Agreement status={view.status} transport={transport} ask={ask} />
              <Tracking status={view.status} ask={ask} />
              <FirstUse status={view.status} transport={transport} ask={ask} />
              <Recording status={view.status} transport={transport} ask={ask} />
              <Consents status={view.status} ask={ask} />
            </div>
            <div className={classes.column}>
              <Screenshots status={view.status} transport={transport} ask={ask} />
              <Connection status={view.status} />
              <Sent status={view.status} />
              <NotRecorded status={view.status} />
              <ProveOff transport={transport} />
              <Elsewhere status={view.status} />
            </div>
          </main>
          <SaidLine said={said} close={close} />
        </div>
      );
    default:
      return assertNever(view);
  }
}

/** Heard of every five seconds at the least: later than this, something is late. */
const LATE_MS = 8 * SECOND;

function Head({ status, heardAt }: { status: AgentStatus; heardAt: number }) {
  const age = useNow(SECOND) - heardAt;
  const { person, organisation } = status;
  return (
    <header className={classes.head}>
      <img src="./daylight.svg" alt="" />
      <div className={classes.headWords}>
        <h1>{say('product.name')}</h1>
        <p className={`${classes.quiet} ${classes.small} ${classes.clip}`}>
          {say('frame.for', { person, organisation })}
        </p>
      </div>
      {age < LATE_MS ? (
        <Mark tone="on">{say('frame.fresh')}</Mark>
      ) : (
        <Mark tone="wait">{say('frame.stale', { n: Math.round(age / SECOND) })}</Mark>
      )}
    </header>
  );
}

/** What the agent does not know: it has no copy of what was sent long ago. */
function Elsewhere({ status: { server, agentVersion } }: { status: AgentStatus }) {
  return (
    <p className={`${classes.quiet} ${classes.small}`}>
      <a href={server} target="_blank" rel="noreferrer">
        {say('frame.console')}
      </a>{' '}
      {say('frame.consoleWhere', { server })} · {say('frame.agent', { version: agentVersion })}
    </p>
  );
}
