import { PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { useSecondFactor } from '../api/reads.ts';
import { CodeInput } from '../entry/CodeInput.tsx';
import { Failure } from '../frame/Failure.tsx';
import { fieldError } from '../frame/failureWords.ts';
import { say } from '../strings/say.ts';

/** The password again, and the code of whoever has a second factor; `proof` is null until both are there. */
export function useProof() {
  const factor = useSecondFactor();
  const [password, setPassword] = useState('');
  const [totp, setTotp] = useState('');
  const asksCode = factor.data?.set === true;
  const isThere = password !== '' && factor.data !== undefined && (!asksCode || totp.length === 6);
  return {
    factor,
    asksCode,
    ...{ password, setPassword, totp, setTotp },
    proof: isThere ? { password, ...(asksCode ? { totp } : {}) } : null,
    clear() {
      setPassword('');
      setTotp('');
    },
  };
}

export function ProofFields({ entered, error }: { entered: ReturnType<typeof useProof>; error: unknown }) {
  const { factor, asksCode, password, setPassword, totp, setTotp } = entered;
  return (
    <>
      {factor.isError && <Failure error={factor.error} retry={() => void factor.refetch()} />}
      <PasswordInput
        label={say('field.currentPassword')}
        autoComplete="current-password"
        required
        value={password}
        error={fieldError(error, 'password')}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      {asksCode && <CodeInput value={totp} onChange={setTotp} focus={false} />}
    </>
  );
}
