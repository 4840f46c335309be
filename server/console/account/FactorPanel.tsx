import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Mark } from '../../../look/Mark.tsx';
import { assertNever } from '../../../shared/errors.ts';
import type { Me } from '../../../shared/protocol/http/signIn.ts';
import { type Answer, call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useSecondFactor } from '../api/reads.ts';
import { RecoveryCodes } from '../entry/RecoveryCodes.tsx';
import { SecondFactor } from '../entry/SecondFactor.tsx';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { count, say } from '../strings/say.ts';

/** The second factor: set up, moved, removed where the role allows it; and how many recovery codes are left. */
export function FactorPanel() {
  const factor = useSecondFactor();
  return (
    <section className="dl-panel" aria-labelledby="factor-heading">
      <div className="dl-row">
        <h2 id="factor-heading">{say('field.secondFactor')}</h2>
        {factor.data !== undefined && (
          <Mark tone={factor.data.set ? 'on' : factor.data.needed ? 'wait' : 'off'}>
            {say(factor.data.set ? 'factor.set' : 'factor.notSet')}
          </Mark>
        )}
      </div>
      {factor.isPending && <Waiting lines={2} />}
      {factor.isError && <Failure error={factor.error} retry={() => void factor.refetch()} />}
      {factor.data !== undefined && <Factor factor={factor.data} />}
    </section>
  );
}

type Doing = 'nothing' | 'setting_up' | 'removing' | 'renewing';

function Factor({ factor: { set, needed, recoveryCodesLeft } }: { factor: Answer<'secondFactor'> }) {
  const client = useQueryClient();
  const [doing, setDoing] = useState<Doing>(set ? 'nothing' : 'setting_up');
  const changed = () => {
    for (const queryKey of [keys.factor, keys.people, keys.sessions]) void client.invalidateQueries({ queryKey });
    setDoing('nothing');
  };
  const entered = (me: Me) => {
    client.setQueryData(keys.me, me);
    changed();
  };
  const back = () => setDoing('nothing');
  const stands = say(set ? 'account.factorSet' : needed ? 'account.factorDue' : 'account.factorNone');
  switch (doing) {
    case 'setting_up':
      return (
        <div className="dl-stack" style={{ maxWidth: '26rem' }}>
          <p className="dl-quiet">{stands}</p>
          <SecondFactor onDone={entered} />
        </div>
      );
    case 'removing':
      return <Removing onDone={entered} onBack={back} />;
    case 'renewing':
      return <Renewing onDone={changed} onBack={back} />;
    case 'nothing':
      return (
        <div className="dl-stack">
          <p className="dl-quiet">{stands}</p>
          {set && (
            <p>
              <Mark tone={recoveryCodesLeft > 2 ? 'on' : 'wait'}>{count('account.codesLeft', recoveryCodesLeft)}</Mark>
            </p>
          )}
          {needed && set && <p className="dl-quiet dl-small">{say('account.factorNeeded')}</p>}
          <div className="dl-row">
            <Button variant="default" onClick={() => setDoing('setting_up')}>
              {say(set ? 'account.factorReplace' : 'factor.begin')}
            </Button>
            {set && (
              <Button variant="default" onClick={() => setDoing('renewing')}>
                {say('account.codesRenew')}
              </Button>
            )}
            {set && !needed && (
              <Button variant="default" onClick={() => setDoing('removing')}>
                {say('account.factorRemove')}
              </Button>
            )}
          </div>
        </div>
      );
    default:
      return assertNever(doing);
  }
}

function Removing({ onDone, onBack }: { onDone: (me: Me) => void; onBack: () => void }) {
  const remove = useMutation({ mutationFn: () => call('removeTotp', {}), onSuccess: onDone });
  return (
    <div className="dl-stack">
      <Note tone="wait">{say('account.factorRemoveText')}</Note>
      {remove.isError && <Failure error={remove.error} />}
      <div className="dl-row">
        <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
          {say('account.factorRemoveNow')}
        </Button>
        <Button variant="default" onClick={onBack}>
          {say('action.back')}
        </Button>
      </div>
    </div>
  );
}

function Renewing({ onDone, onBack }: { onDone: () => void; onBack: () => void }) {
  const renew = useMutation({ mutationFn: () => call('renewRecoveryCodes', { body: {} }) });
  if (renew.data !== undefined) {
    return (
      <div className="dl-stack" style={{ maxWidth: '26rem' }}>
        <RecoveryCodes codes={renew.data.recoveryCodes} onSaved={onDone} />
      </div>
    );
  }
  return (
    <div className="dl-stack">
      <Note tone="wait">{say('account.codesRenewText')}</Note>
      {renew.isError && <Failure error={renew.error} />}
      <div className="dl-row">
        <Button loading={renew.isPending} onClick={() => renew.mutate()}>
          {say('account.codesRenewNow')}
        </Button>
        <Button variant="default" onClick={onBack}>
          {say('action.back')}
        </Button>
      </div>
    </div>
  );
}
