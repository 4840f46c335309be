import { useNow } from '../../look/useNow.ts';
import { DiscardReason } from '../../shared/outcome.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { SECOND } from '../../shared/time.ts';
import { clockTime, nearTime } from '../strings/format.ts';
import { count, listed, say } from '../strings/say.ts';
import { Panel } from './Panel.tsx';
import { readableRecord } from './readableRecord.ts';
import classes from './window.module.css';

/** The last batch as it was sent, and what was recorded and never sent, with the reason. */
export function Sent({ status }: { status: AgentStatus }) {
  return (
    <Panel title={say('sent.title')}>
      <Totals sent={status.sent} />
      {status.sent.at !== null && <LastBatch status={status} />}
      <h3>{say('dropped.title')}</h3>
      {status.dropped.length === 0 ? (
        <p className={classes.quiet}>{say('dropped.none')}</p>
      ) : (
        <ul className={classes.lines}>
          {status.dropped.map(({ parameter, cause, count: n, words }) => (
            <li key={`${parameter} ${cause}`}>
              {say('dropped.line', { n, label: status.parameters[parameter].label, words })}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Totals({ sent: { at, stored, discarded } }: Pick<AgentStatus, 'sent'>) {
  const now = useNow(SECOND);
  if (at === null) return <p className={classes.quiet}>{say('sent.never')}</p>;
  const refused = DiscardReason.options.flatMap((reason) => {
    const n = discarded[reason] ?? 0;
    return n === 0 ? [] : [say('sent.each', { n, why: say(`discarded.${reason}`) })];
  });
  return (
    <div className={classes.stack}>
      <p>{say('sent.last', { time: nearTime(at, now), stored: count('records', stored) })}</p>
      {refused.length > 0 && <p>{say('sent.discarded', { what: listed(refused) })}</p>}
    </div>
  );
}

function LastBatch({ status: { sent, parameters } }: { status: AgentStatus }) {
  return (
    <details>
      <summary>{say('sent.lastMinute')}</summary>
      {sent.last.length === 0 && <p>{say('sent.empty')}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <ul className={classes.records} tabIndex={0} aria-label={say('sent.lastMinute')}>
        {sent.last.map((record, index) => {
          const { at, label, what } = readableRecord(record, parameters);
          return (
            <li key={`${index} ${JSON.stringify(record)}`}>
              <time>{at === null ? '' : clockTime(at)}</time>
              <div>
                <strong>{label}</strong> {what}
                <details className={classes.small}>
                  <summary className={classes.quiet}>{say('sent.literally')}</summary>
                  <code className={classes.code}>{JSON.stringify(record)}</code>
                </details>
              </div>
            </li>
          );
        })}
      </ul>
    </details>
  );
}
