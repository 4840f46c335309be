import { Button } from '@mantine/core';
import { IconCircle, IconCircleCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { useNow } from '../../look/useNow.ts';
import { catalog, type ParameterId, parameterIds } from '../../shared/catalog.ts';
import { RETENTION } from '../../shared/policy/notice.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { SECOND } from '../../shared/time.ts';
import { date } from '../strings/format.ts';
import { listed, say } from '../strings/say.ts';
import { termsWords } from '../strings/terms.ts';
import { NoticeDialog } from './Notice.tsx';
import { Panel } from './Panel.tsx';
import type { Transport } from './transport.ts';
import { untilWords } from './until.ts';
import type { Ask } from './useAgent.ts';
import classes from './window.module.css';

interface RecordingProps {
  readonly status: AgentStatus;
  readonly transport: Transport;
  readonly ask: Ask;
}

/** What is recorded now and what is not, in words; who asked for it, why, for how long, and who may see it. */
export function Recording({ status, transport, ask }: RecordingProps) {
  const [isReading, setReading] = useState(false);
  return (
    <Panel title={say('recording.title')}>
      <Sentence status={status} />
      <Asked status={status} />
      <details>
        <summary>{say('recording.each')}</summary>
        <ul className={classes.lines}>
          {parameterIds.map((id) => (
            <Line key={id} parameter={status.parameters[id]} />
          ))}
        </ul>
        {status.policy !== null && <p className={`${classes.quiet} ${classes.small}`}>{RETENTION}</p>}
      </details>
      {status.policy !== null && (
        <Button variant="default" onClick={() => setReading(true)}>
          {say('recording.notice')}
        </Button>
      )}
      <NoticeDialog
        opened={isReading}
        onClose={() => setReading(false)}
        status={status}
        transport={transport}
        ask={ask}
      />
    </Panel>
  );
}

function Sentence({ status: { parameters, visible } }: { status: AgentStatus }) {
  const named = (active: boolean) =>
    parameterIds
      .filter((id) => parameters[id].active === active)
      .map((id) => nameOf(id, parameters[id].needs !== null));
  const [on, off] = [named(true), named(false)];
  return (
    <div className={classes.stack} data-recording>
      <p>
        <strong>{on.length === 0 ? say('recording.nothing') : say('recording.now', { what: listed(on) })}</strong>
      </p>
      <p>{off.length === 0 ? say('recording.all') : say('recording.not', { what: listed(off) })}</p>
      {!visible && <p>{say('recording.hidden')}</p>}
    </div>
  );
}

function nameOf(id: ParameterId, needsExtension: boolean): string {
  const { named: name } = catalog[id];
  return needsExtension ? say('recording.needsExtension', { name }) : name;
}

function Asked({ status: { policy, refused, audit, organisation, until } }: { status: AgentStatus }) {
  const now = useNow(SECOND);
  const why = refused !== null && (
    <p role={audit?.isDoubted === true ? 'alert' : undefined}>
      {say('recording.refused', { words: refused.words, remedy: refused.remedy })}
    </p>
  );
  if (policy === null) {
    return (
      <>
        <p>{say('recording.noPolicy')}</p>
        {why}
      </>
    );
  }
  const { version, publishedAt } = policy;
  return (
    <div className={`${classes.stack} ${classes.quiet} ${classes.small}`}>
      <p>{say('recording.asked', { organisation, version: String(version), date: date(publishedAt) })}</p>
      {why}
      {until !== null && <p>{untilWords(until, now)}</p>}
    </div>
  );
}

function Line({ parameter }: { parameter: AgentStatus['parameters'][keyof AgentStatus['parameters']] }) {
  const { label, active, why, terms } = parameter;
  const Icon = active ? IconCircleCheck : IconCircle;
  return (
    <li className={classes.parameter}>
      <Icon size={18} aria-hidden className={active ? classes.iconOn : classes.iconOff} />
      <div>
        <h3>{say('recording.line', { name: label, state: say(active ? 'recording.on' : 'recording.off') })}</h3>
        <p>{why}</p>
        {terms !== null && <p className={`${classes.quiet} ${classes.small}`}>{termsWords(terms)}</p>}
      </div>
    </li>
  );
}
