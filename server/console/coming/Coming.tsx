import { Link } from 'react-router';
import { Mark } from '../../../look/Mark.tsx';
import { catalog } from '../../../shared/catalog.ts';
import type { PolicyDocument } from '../../../shared/policy/policy.ts';
import type { ComingView } from '../../../shared/protocol/http/proposals.ts';
import { useComing, usePolicy } from '../api/reads.ts';
import { PolicyAhead, useBase } from '../collection/PolicyAhead.tsx';
import { levelText } from '../collection/words.ts';
import { lastDayWords, setByWords } from '../endings/leavingWords.ts';
import { Failure } from '../frame/Failure.tsx';
import { Page } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { dateTime } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';

/** What is going to be collected of the viewer and is not yet: what has a date, what they may still react to, what they have not read, and what they have not agreed to. */
export function Coming() {
  const [coming, policy] = [useComing(), usePolicy()];
  const failed = coming.isError ? coming : policy.isError ? policy : null;
  return (
    <Page title={say('coming.title')} lead={say('coming.lead')}>
      {failed !== null && <Failure error={failed.error} retry={() => void failed.refetch()} />}
      {failed === null && (coming.data === undefined || policy.data === undefined) && <Waiting />}
      {coming.data !== undefined && policy.data !== undefined && (
        <Parts coming={coming.data} current={policy.data.policy} />
      )}
    </Page>
  );
}

function Parts({ coming, current }: { coming: ComingView; current: PolicyDocument }) {
  const { scheduled, dropped, running, unread, unagreed, leaving } = coming;
  const days = current.reactionDays ?? 0;
  const lines = scheduled.length + dropped.length + running.length + unread.length + unagreed.length;
  if (lines === 0 && leaving === null) {
    return (
      <section className="dl-panel">
        <p>{say('coming.nothing')}</p>
      </section>
    );
  }
  return (
    <div className="dl-stack">
      {leaving !== null && (
        <section className="dl-panel dl-stack" aria-labelledby="coming-leaving">
          <h2 id="coming-leaving">{say('leavingDate.ownTitle')}</h2>
          <p>
            {lastDayWords(leaving)} {setByWords(leaving)}
          </p>
          <p>
            {say('leavingDate.ownMeans')} <Link to="/my-data">{say('nav.myData')}</Link>
          </p>
        </section>
      )}
      {dropped.length > 0 && (
        <section className="dl-panel dl-stack" aria-labelledby="coming-dropped">
          <h2 id="coming-dropped">{say('coming.dropped')}</h2>
          <ul className="dl-list">
            {dropped.map(({ number, due, reason, state }) => (
              <li key={number}>
                <strong>{say('coming.droppedOne', { when: dateTime(due), reason })}</strong>{' '}
                {say(`coming.dropped.${state}`)}
              </li>
            ))}
          </ul>
        </section>
      )}
      {running.length > 0 && (
        <section className="dl-panel dl-stack" aria-labelledby="coming-running">
          <h2 id="coming-running">{say('coming.running')}</h2>
          <p className="dl-quiet dl-small">{say('coming.runningHelp')}</p>
          <ul className="dl-list">
            {running.map(({ parameter, level, from }) => (
              <li key={parameter}>
                <strong>{say('coming.from', { what: catalog[parameter].label, when: dateTime(from) })}</strong>{' '}
                {levelText(parameter, level)}
              </li>
            ))}
          </ul>
        </section>
      )}
      {unread.length > 0 && (
        <Meant
          id="coming-unread"
          title={say('coming.unread')}
          help={days === 0 ? say('coming.unreadHelp') : say('coming.unreadDays', { time: count('days', days) })}
          meant={unread}
        />
      )}
      {unagreed.length > 0 && (
        <Meant
          id="coming-unagreed"
          title={say('coming.unagreed')}
          help={say('coming.unagreedHelp', { version: String(current.version) })}
          meant={unagreed}
        />
      )}
      {scheduled.map((one) => (
        <Scheduled key={one.number} scheduled={one} current={current} />
      ))}
    </div>
  );
}

interface MeantProps {
  readonly id: string;
  readonly title: string;
  readonly help: string;
  readonly meant: ComingView['unread'];
}

/** What is published and not collected, with what it waits for. */
function Meant({ id, title, help, meant }: MeantProps) {
  return (
    <section className="dl-panel dl-stack" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <p className="dl-quiet dl-small">{help}</p>
      <ul className="dl-list">
        {meant.map(({ parameter, level }) => (
          <li key={parameter}>
            <strong>{catalog[parameter].label}.</strong> {levelText(parameter, level)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Scheduled({ scheduled, current }: { scheduled: ComingView['scheduled'][number]; current: PolicyDocument }) {
  const { number, due, reason, policy } = scheduled;
  const base = useBase(policy.version - 1, current);
  const heading = `coming-${number}`;
  return (
    <section className="dl-panel dl-stack" aria-labelledby={heading}>
      <div className="dl-row">
        <h2 id={heading}>{say('coming.scheduled', { when: dateTime(due) })}</h2>
        <Mark tone="wait">{say('coming.notYet')}</Mark>
      </div>
      <p className="dl-quiet dl-small">{say('coming.scheduledHelp')}</p>
      <p>{say('history.reason', { reason })}</p>
      {base !== undefined && <PolicyAhead before={base} after={policy} />}
    </section>
  );
}
