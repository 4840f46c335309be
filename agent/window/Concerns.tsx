import { useNow } from '../../look/useNow.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { MINUTE } from '../../shared/time.ts';
import { concernsIn } from '../strings/concerns.ts';
import { say } from '../strings/say.ts';
import { Panel } from './Panel.tsx';
import classes from './window.module.css';

/** What happened to data of the person: nothing is asked, and it stays as long as the server says it. */
export function Concerns({ status: { concerns, server } }: { readonly status: AgentStatus }) {
  const all = concernsIn(concerns, useNow(MINUTE));
  if (all.length === 0) return null;
  return (
    <Panel title={say('concerns.title')} asks>
      {all.map(({ title, text }) => (
        <section key={title} className={classes.stack}>
          <h3>{title}</h3>
          <p style={{ whiteSpace: 'pre-line' }}>{text}</p>
        </section>
      ))}
      <p className={`${classes.quiet} ${classes.small}`}>
        {say('concerns.more')}{' '}
        <a href={server} target="_blank" rel="noreferrer">
          {say('frame.console')}
        </a>
      </p>
    </Panel>
  );
}
