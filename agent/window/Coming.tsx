import { useNow } from '../../look/useNow.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { MINUTE } from '../../shared/time.ts';
import { comingWords, droppedWords, dueWords, leavingLines, moreLines } from '../strings/coming.ts';
import { say } from '../strings/say.ts';
import { ChangeLines } from './ChangeLines.tsx';
import { Panel } from './Panel.tsx';
import classes from './window.module.css';

type Dated = NonNullable<AgentStatus['dated']>;

/** What is not collected yet and is going to be: what was acknowledged and does not count yet, and what has a date. Or had one. And with which day the account ends. */
export function Coming({ status: { notice, dated, leaving } }: { readonly status: AgentStatus }) {
  const running = notice?.coming ?? [];
  const isDated = dated !== null && dated.scheduled.length + dated.dropped.length + dated.more > 0;
  const [ends, ...more] = leavingLines(leaving, useNow(MINUTE));
  if (running.length === 0 && !isDated && ends === undefined) return null;
  return (
    <Panel title={say('coming.title')}>
      {ends !== undefined && (
        <section className={classes.stack}>
          <h3>{ends}</h3>
          {more.map((line) => (
            <p key={line}>{line}</p>
          ))}
        </section>
      )}
      {running.length > 0 && (
        <>
          <ul className={classes.lines}>
            {running.map((one) => (
              <li key={one.parameter}>{comingWords(one)}</li>
            ))}
          </ul>
          <p className={`${classes.quiet} ${classes.small}`}>{say('coming.object')}</p>
        </>
      )}
      {isDated && <DatedOnes dated={dated} />}
    </Panel>
  );
}

function DatedOnes({ dated }: { readonly dated: Dated }) {
  const now = useNow(MINUTE);
  return (
    <>
      {dated.scheduled.map((one) => (
        <section key={one.number} className={classes.stack}>
          <h3>{dueWords(one, now)}</h3>
          <p>{say('dated.reason', { reason: one.reason })}</p>
          {one.change === null ? <p>{say('dated.unread')}</p> : <ChangeLines change={one.change} />}
        </section>
      ))}
      {dated.scheduled.length > 0 && <p className={`${classes.quiet} ${classes.small}`}>{say('dated.help')}</p>}
      {dated.dropped.length > 0 && (
        <section className={classes.stack}>
          <h3>{say('dated.dropped')}</h3>
          <ul className={classes.lines}>
            {dated.dropped.map((one) => (
              <li key={one.number}>{droppedWords(one)}</li>
            ))}
          </ul>
        </section>
      )}
      {moreLines(dated).map((line) => (
        <p key={line} className={`${classes.quiet} ${classes.small}`}>
          {line}
        </p>
      ))}
    </>
  );
}
