import { Button } from '@mantine/core';
import { DaylightError } from '../../../shared/errors.ts';
import { say } from '../strings/say.ts';
import { isAt, wordsOf } from './failureWords.ts';
import { Note } from './Note.tsx';

/** An error as one sentence and what to do about it. What is about one of `fields` is shown there, and not again here. */
export function Failure(props: { error: unknown; fields?: readonly string[]; retry?: () => void }) {
  const { error, fields = [], retry } = props;
  if (isAt(error, fields)) return null;
  const { message, remedy } = wordsOf(error);
  return (
    <Note tone="gone">
      <p>
        <strong>{message}</strong>
      </p>
      {remedy !== undefined && <p>{remedy}</p>}
      {retry !== undefined && mayHelp(error) && (
        <p>
          <Button size="compact-sm" variant="default" onClick={retry}>
            {say('action.tryAgain')}
          </Button>
        </p>
      )}
    </Note>
  );
}

/** Asking again does not change what one may see. */
function mayHelp(error: unknown): boolean {
  return !(error instanceof DaylightError && (error.code === 'forbidden' || error.code === 'not_found'));
}
