import type { AgentStatus } from '../../shared/protocol/window.ts';
import { date } from '../strings/format.ts';
import { notRecordedLines } from '../strings/notRecorded.ts';
import { say } from '../strings/say.ts';
import { Panel } from './Panel.tsx';
import classes from './window.module.css';

/** What was not recorded, by day: counted here, for the person, and told to nobody else. */
export function NotRecorded({ status: { days } }: { status: AgentStatus }) {
  const counted = days.map((one) => ({ day: one.day, lines: notRecordedLines(one) }));
  const told = counted.filter(({ lines }) => lines.length > 0);
  return (
    <Panel title={say('days.title')}>
      <p className={`${classes.quiet} ${classes.small}`}>{say('days.lead')}</p>
      {told.length === 0 && <p className={classes.quiet}>{say('days.none')}</p>}
      {told.map(({ day, lines }, index) => (
        <details key={day} open={index === 0}>
          <summary>{dayWords(day)}</summary>
          <ul className={classes.lines}>
            {lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </details>
      ))}
    </Panel>
  );
}

/** Noon there: a date without a time is one of UTC. */
function dayWords(day: string): string {
  return date(new Date(`${day}T12:00:00`).getTime());
}
