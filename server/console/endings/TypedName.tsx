import { TextInput } from '@mantine/core';
import { fieldError } from '../frame/failureWords.ts';
import { say } from '../strings/say.ts';

interface TypedNameProps {
  /** What has to be typed. */
  readonly name: string;
  readonly typed: string;
  readonly error: Error | null;
  readonly onType: (typed: string) => void;
}

/** Nobody types the name of what they did not mean. */
export function TypedName({ name, typed, error, onType }: TypedNameProps) {
  return (
    <TextInput
      label={say('end.name', { name })}
      autoComplete="off"
      required
      value={typed}
      error={fieldError(error, 'name')}
      onChange={(event) => onType(event.currentTarget.value)}
    />
  );
}

export function isTyped(name: string, typed: string): boolean {
  return typed.trim() === name.trim();
}
