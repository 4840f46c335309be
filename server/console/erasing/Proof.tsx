import { PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { useSecondFactor } from '../api/reads.ts';
import { CodeInput } from '../entry/CodeInput.tsx';
import { Failure } from '../frame/Failure.tsx';
import { fieldError } from '../frame/failureWords.ts';
import { say } from '../strings/say.ts';

/** What shows that the very person asks: the password again, and a code of whoever has a second factor. */
export interface ProofFields {
  readonly password: string;
  readonly totp: string;
  readonly asksCode: boolean;
  readonly isWhole: boolean;
  /** As the routes take it. */
  readonly body: { readonly password: string; readonly totp?: string };
  setPassword(password: string): void;
  setTotp(totp: string): void;
  clear(): void;
  readonly factor: ReturnType<typeof useSecondFactor>;
}

export function useProofFields(): ProofFields {
  const factor = useSecondFactor();
  const [password, setPassword] = useState('');
  const [totp, setTotp] = useState('');
  const asksCode = factor.data?.set === true;
  return {
    ...{ password, totp, asksCode, setPassword, setTotp, factor },
    isWhole: password !== '' && (!asksCode || totp.length === 6) && factor.data !== undefined,
    body: { password, ...(asksCode ? { totp } : {}) },
    clear() {
      setPassword('');
      setTotp('');
    },
  };
}

export function Proof({ fields, error }: { fields: ProofFields; error: Error | null }) {
  const { password, totp, asksCode, factor } = fields;
  return (
    <>
      {factor.isError && <Failure error={factor.error} retry={() => void factor.refetch()} />}
      <PasswordInput
        label={say('field.currentPassword')}
        autoComplete="current-password"
        required
        value={password}
        error={fieldError(error, 'password')}
        onChange={(event) => fields.setPassword(event.currentTarget.value)}
      />
      {asksCode && <CodeInput value={totp} onChange={fields.setTotp} focus={false} />}
    </>
  );
}
