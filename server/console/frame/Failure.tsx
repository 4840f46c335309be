import { Button } from '@mantine/core';
import { DaylightError } from '../../../shared/errors.ts';
import { say } from '../strings/say.ts';
import { Note } from './Note.tsx';

/** An error as one sentence and what to do about it. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { message, remedy } = wordsOf(error);
  return (
    <Note tone="gone">
      <p>
        <strong>{capitalised(message)}</strong>
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

/** The server's sentences begin in lower case, as they also stand in logs and after a colon. */
function capitalised(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** Asking again does not change what one may see. */
function mayHelp(error: unknown): boolean {
  return !(error instanceof DaylightError && (error.code === 'forbidden' || error.code === 'not_found'));
}

/** What to tell a person of an error; never more than the server meant to be read. */
export function wordsOf(error: unknown): { message: string; remedy: string | undefined } {
  if (!(error instanceof DaylightError)) return { message: say('error.unexpected'), remedy: say('error.reloadRemedy') };
  if (error.code === 'forbidden') {
    return { message: error.message, remedy: error.remedy ?? say('error.forbiddenRemedy') };
  }
  return { message: error.message, remedy: error.remedy };
}

/** The message of the field that the server named, for the input that it belongs to. */
export function fieldError(error: unknown, field: string): string | undefined {
  if (!(error instanceof DaylightError) || error.field === undefined) return undefined;
  return error.field === field || error.field.endsWith(`.${field}`) ? error.message : undefined;
}
