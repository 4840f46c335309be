import type { AgentStatus } from '../../shared/protocol/window.ts';
import { comingWords } from '../strings/coming.ts';
import { say } from '../strings/say.ts';
import { Panel } from './Panel.tsx';
import classes from './window.module.css';

/** What was acknowledged and does not count yet: from when it does, and what can be done until then. */
export function Coming({ status: { notice } }: { readonly status: AgentStatus }) {
  if (notice === null || notice.coming.length === 0) return null;
  return (
    <Panel title={say('coming.title')}>
      <ul className={classes.lines}>
        {notice.coming.map((one) => (
          <li key={one.parameter}>{comingWords(one)}</li>
        ))}
      </ul>
      <p className={`${classes.quiet} ${classes.small}`}>{say('coming.object')}</p>
    </Panel>
  );
}
