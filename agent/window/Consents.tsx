import { Button } from '@mantine/core';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { levelWord } from '../strings/level.ts';
import { say } from '../strings/say.ts';
import { termsWords } from '../strings/terms.ts';
import { Panel } from './Panel.tsx';
import type { Ask } from './useAgent.ts';
import classes from './window.module.css';

type Asked = AgentStatus['consents'][number];

/** What rests on the person's consent: one click gives it, one takes it back. Below what they came for, and neither button shines: nobody is nudged. */
export function Consents({ status: { consents }, ask }: { status: AgentStatus; ask: Ask }) {
  if (consents.length === 0) return null;
  return (
    <Panel title={say('consents.title')}>
      <p className={`${classes.quiet} ${classes.small}`}>{say('consents.text')}</p>
      {consents.map((asked) => (
        <Consent key={asked.parameter} asked={asked} ask={ask} />
      ))}
    </Panel>
  );
}

function Consent({ asked, ask }: { asked: Asked; ask: Ask }) {
  const { parameter, label, level, text, terms, shown, counts } = asked;
  return (
    <section className={classes.stack} aria-label={label}>
      <strong>{say('recording.level', { name: label, level: levelWord(level) })}</strong>
      <p>{text}</p>
      <p className={`${classes.quiet} ${classes.small}`}>{termsWords(terms)}</p>
      <p>{say(`consents.${counts}`)}</p>
      <div className={classes.row}>
        {counts !== 'all' && (
          <Button
            className={classes.grow}
            variant="default"
            onClick={() => void ask({ command: 'consent', parameter, shown })}
          >
            {say('consents.give')}
          </Button>
        )}
        {counts !== 'none' && (
          <Button
            className={classes.grow}
            variant="default"
            onClick={() => void ask({ command: 'withdraw_consent', parameter })}
          >
            {say('consents.withdraw')}
          </Button>
        )}
      </div>
    </section>
  );
}
