import { PasswordInput } from '@mantine/core';
import { Password } from '../../../shared/protocol/http/credentials.ts';
import { fieldError } from '../frame/failureWords.ts';
import { say } from '../strings/say.ts';

export interface PasswordChoice {
  readonly password: string;
  readonly again: string;
}

/** What is wrong with the choice, and where; null when nothing is. */
export function passwordProblem({
  password,
  again,
}: PasswordChoice): { at: 'password' | 'again'; text: string } | null {
  if (!Password.safeParse(password).success) return { at: 'password', text: say('field.passwordShort') };
  if (password !== again) return { at: 'again', text: say('field.passwordDiffers') };
  return null;
}

export function NewPassword(props: {
  choice: PasswordChoice;
  onChange: (choice: PasswordChoice) => void;
  showProblem: boolean;
  /** Why the server refused the last one. */
  error?: unknown;
  autoFocus?: boolean;
}) {
  const { choice, onChange, showProblem, error, autoFocus = false } = props;
  const problem = showProblem ? passwordProblem(choice) : null;
  return (
    <>
      <PasswordInput
        label={say('field.newPassword')}
        description={say('field.newPasswordHelp')}
        autoComplete="new-password"
        autoFocus={autoFocus}
        required
        value={choice.password}
        error={problem?.at === 'password' ? problem.text : fieldError(error, 'password')}
        onChange={(event) => onChange({ ...choice, password: event.currentTarget.value })}
      />
      <PasswordInput
        label={say('field.passwordAgain')}
        autoComplete="new-password"
        required
        value={choice.again}
        error={problem?.at === 'again' && problem.text}
        onChange={(event) => onChange({ ...choice, again: event.currentTarget.value })}
      />
    </>
  );
}
