import { Button, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { saveFile } from '../../look/saveFile.ts';
import { catalog, type ParameterId, parameterIds } from '../../shared/catalog.ts';
import type { WindowAnswer } from '../../shared/protocol/window.ts';
import { clockTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { Panel } from './Panel.tsx';
import type { Transport } from './transport.ts';
import classes from './window.module.css';

/** Has this computer prove that something is off, and shows each thing that it tried. */
export function ProveOff({ transport }: { transport: Transport }) {
  const [parameter, setParameter] = useState<ParameterId>('screenshot');
  const [isTrying, setTrying] = useState(false);
  const [answer, setAnswer] = useState<WindowAnswer | null>(null);
  const choose = (value: string): void => {
    setParameter(parameterIds.find((id) => id === value) ?? parameter);
    setAnswer(null);
  };
  const prove = async (): Promise<void> => {
    setTrying(true);
    setAnswer(await transport.ask({ command: 'prove', parameter }));
    setTrying(false);
  };
  return (
    <Panel title={say('prove.title')}>
      <p className={`${classes.quiet} ${classes.small}`}>{say('prove.text')}</p>
      <NativeSelect
        label={say('prove.what')}
        data={parameterIds.map((id) => ({ value: id, label: catalog[id].label }))}
        value={parameter}
        disabled={isTrying}
        onChange={(event) => choose(event.currentTarget.value)}
      />
      <Button variant="default" disabled={isTrying} onClick={() => void prove()}>
        {say(isTrying ? 'prove.doing' : 'prove.do')}
      </Button>
      <div aria-live="polite">{answer !== null && <Outcome answer={answer} />}</div>
    </Panel>
  );
}

function Outcome({ answer }: { answer: WindowAnswer }) {
  if (!answer.ok) return <p role="alert">{answer.problem}</p>;
  const { proof, said, why = '' } = answer;
  if (proof === undefined) return <p>{said}</p>;
  const { checks, parameter } = proof.said;
  const save = (): void => {
    const file = new Blob([JSON.stringify(proof, null, 2)], { type: 'application/json' });
    saveFile(file, `daylight-self-test-${parameter}.json`);
  };
  return (
    <div className={classes.stack}>
      <p>
        <strong>{said}</strong>
      </p>
      {why !== '' && <p>{say('prove.by', { why })}</p>}
      {checks.length > 0 && (
        <ul className={classes.lines}>
          {checks.map(({ check, passed, at }) => (
            <li key={check}>
              {say('prove.line', {
                time: clockTime(at),
                outcome: say(passed ? 'prove.passed' : 'prove.failed'),
                check: say(`prove.check.${check}`),
              })}
            </li>
          ))}
        </ul>
      )}
      <Button variant="default" onClick={save}>
        {say('prove.save')}
      </Button>
      <p className={`${classes.quiet} ${classes.small}`}>{say('prove.server')}</p>
    </div>
  );
}
