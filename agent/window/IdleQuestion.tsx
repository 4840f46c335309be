import { Button } from '@mantine/core';
import { useState } from 'react';
import { useNow } from '../../look/useNow.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { MINUTE, SECOND } from '../../shared/time.ts';
import { clockTime, duration, nearTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { Panel } from './Panel.tsx';
import type { Ask } from './useAgent.ts';
import classes from './window.module.css';

type Idle = NonNullable<AgentStatus['idle']>;

/** The question about time away. It is read out and takes no focus: whoever comes back goes on where they were. */
export function IdleQuestion({ status: { idle }, ask }: { status: AgentStatus; ask: Ask }) {
  return (
    <>
      <div className={classes.hidden} role="status" aria-live="polite">
        {idle !== null && `${say('idle.title')}. ${awayWords(idle)}`}
      </div>
      {idle !== null && <Question key={idle.since} idle={idle} ask={ask} />}
    </>
  );
}

function Question({ idle, ask }: { idle: Idle; ask: Ask }) {
  const now = useNow(SECOND);
  const answer = (given: 'keep' | 'discard') => () => void ask({ command: 'answer_idle', answer: given });
  return (
    <Panel title={say('idle.title')} asks>
      <div className={classes.stack}>
        <p>
          {awayWords(idle)} {say('idle.counts')}
        </p>
        <p className={classes.small}>{heldWords(idle, now)}</p>
      </div>
      <div className={classes.row}>
        <Button className={classes.grow} onClick={answer('keep')}>
          {say('idle.keep')}
        </Button>
        <Button className={classes.grow} variant="default" onClick={answer('discard')}>
          {say('idle.discard')}
        </Button>
      </div>
      <Split since={idle.since} end={idle.returned ?? now} ask={ask} />
    </Panel>
  );
}

/** In whole minutes; less than two cannot be divided. */
function Split({ since, end, ask }: { since: number; end: number; ask: Ask }) {
  const most = Math.ceil((end - since) / MINUTE) - 1;
  const [chosen, setChosen] = useState<number | null>(null);
  if (most < 1) return null;
  const minutes = Math.min(chosen ?? Math.ceil(most / 2), most);
  const time = clockTime(since + minutes * MINUTE);
  return (
    <div className={classes.stack}>
      <label className={classes.small}>
        {say('idle.until', { time })}
        <input
          className={classes.range}
          type="range"
          min={1}
          max={most}
          value={minutes}
          aria-valuetext={time}
          onChange={(event) => setChosen(event.currentTarget.valueAsNumber)}
        />
      </label>
      <Button variant="default" onClick={() => void ask({ command: 'split_idle', at: since + minutes * MINUTE })}>
        {say('idle.split', { time })}
      </Button>
    </div>
  );
}

function awayWords({ since, returned }: Idle): string {
  if (returned === null) return say('idle.stillAway', { since: clockTime(since) });
  return say('idle.away', {
    since: clockTime(since),
    returned: clockTime(returned),
    long: duration(returned - since),
  });
}

function heldWords({ isHeld, deletedAt }: Idle, now: number): string {
  if (!isHeld) return say('idle.gone');
  return deletedAt === null ? say('idle.heldOpen') : say('idle.held', { when: nearTime(deletedAt, now) });
}
