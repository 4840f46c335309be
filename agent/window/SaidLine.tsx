import { CloseButton } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useEffect } from 'react';
import { SECOND } from '../../shared/time.ts';
import { say } from '../strings/say.ts';
import type { Said } from './useAgent.ts';
import classes from './window.module.css';

const GONE_AFTER_MS = 8 * SECOND;

/** What the agent answered; it takes no focus. A problem stays until it is closed or the next answer comes. */
export function SaidLine({ said, close }: { said: Said | null; close: () => void }) {
  const answer = said?.answer ?? null;
  const isGood = answer?.ok === true;
  useEffect(() => {
    if (!isGood) return;
    const timer = setTimeout(close, GONE_AFTER_MS);
    return () => clearTimeout(timer);
    // Each answer has its own time.
  }, [said?.count, isGood, close]);
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
