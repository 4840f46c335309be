import { CloseButton } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { say } from './strings/say.ts';
import type { Said } from './useAgent.ts';
import classes from './window.module.css';

/** What the agent answered. It stays until it is closed or the next answer comes, and takes no focus. */
export function SaidLine({ said, close }: { said: Said | null; close: () => void }) {
  const answer = said?.answer ?? null;
  const isEmpty = answer === null || (answer.ok && answer.said === '');
  return (
    <div className={classes.said} role="status" aria-live="polite">
      {!isEmpty && (
        <div className={classes.saidCard} key={said?.count}>
          {answer.ok ? <IconCircleCheck size={20} aria-hidden /> : <IconAlertTriangle size={20} aria-hidden />}
          <div>
            {answer.ok ? answer.said : <strong>{answer.problem}</strong>}
            {!answer.ok && <p>{answer.remedy}</p>}
          </div>
          <CloseButton onClick={close} aria-label={say('said.close')} />
        </div>
      )}
    </div>
  );
}
