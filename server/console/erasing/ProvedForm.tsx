import { Button } from '@mantine/core';
import type { ReactNode, SyntheticEvent } from 'react';
import { Failure } from '../frame/Failure.tsx';
import { say } from '../strings/say.ts';
import { Proof, type ProofFields } from './Proof.tsx';

/**
 * What is said before something goes for ever, who orders it, and the button that orders it. `asks`: `nothing` where nothing goes by
 * it, `prevented` where it cannot be ordered now.
 */
export function ProvedForm(props: {
  fields: ProofFields;
  asks?: 'proof' | 'nothing' | 'prevented';
  button: string;
  /** Everything else that is asked for is there. */
  isWhole?: boolean;
  /** The fields among `children` that say themselves what is wrong with them. */
  named?: readonly string[];
  sending: { readonly isPending: boolean; readonly error: Error | null; mutate(): void };
  onClose: () => void;
  children: ReactNode;
}) {
  const { fields, asks = 'proof', button, isWhole = true, named = [], sending, onClose, children } = props;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    sending.mutate();
  };
  return (
    <form className="dl-stack" onSubmit={submit} noValidate>
      {children}
      {asks === 'proof' && <Proof fields={fields} error={sending.error} />}
      {sending.error !== null && <Failure error={sending.error} fields={[...named, 'password']} />}
      <div className="dl-row">
        {asks !== 'prevented' && (
          <Button
            type="submit"
            {...(asks === 'proof' ? { color: 'red' } : {})}
            loading={sending.isPending}
            disabled={!isWhole || (asks === 'proof' && !fields.isWhole)}
          >
            {button}
          </Button>
        )}
        <Button variant="default" onClick={onClose}>
          {say('action.back')}
        </Button>
      </div>
    </form>
  );
}
