import { TextInput } from '@mantine/core';
import { say } from '../strings/say.ts';

/** The six digits of an authenticator; anything else that is typed or pasted is left out. */
export function CodeInput(props: { value: string; onChange: (value: string) => void; focus?: boolean }) {
  const { value, onChange, focus = true } = props;
  return (
    <TextInput
      label={say('field.totp')}
      description={say('field.totpHelp')}
      inputMode="numeric"
      autoComplete="one-time-code"
      autoFocus={focus}
      required
      value={value}
      onChange={(event) => onChange(event.currentTarget.value.replace(/\D/g, '').slice(0, 6))}
    />
  );
}
