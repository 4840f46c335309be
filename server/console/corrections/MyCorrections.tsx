import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from 'react-router';
import type { CorrectionView } from '../../../shared/protocol/http/corrections.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useCorrections } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import classes from '../objections/objections.module.css';
import { say } from '../strings/say.ts';
import { CorrectionState } from './CorrectionState.tsx';

/** What the viewer said about records of theirs, and the way to say more. */
export function MyCorrections() {
  const { person } = useMe();
  const { data, error, isPending, refetch } = useCorrections(person.id);
  return (
    <section className="dl-panel dl-stack" aria-labelledby="corrections-heading">
      <h2 id="corrections-heading">{say('corrections.title')}</h2>
      <p>{say('corrections.text')}</p>
      {isPending && <Waiting lines={2} />}
      {error !== null && <Failure error={error} retry={() => void refetch()} />}
      {data?.map((one) => (
        <div key={one.correction} className={classes.row}>
          <MyCorrection correction={one} />
        </div>
      ))}
      <div>
        <Button component={Link} to="/correct" variant="default">
          {say('corrections.begin')}
        </Button>
      </div>
    </section>
  );
}

export function MyCorrection({ correction: view }: { correction: CorrectionView }) {
  const { person, correction } = view;
  const client = useQueryClient();
  const withdraw = useMutation({
    mutationFn: (number: number) => call('withdrawDispute', { params: { person, correction, number: String(number) } }),
    onSuccess: () =>
      Promise.all(
        [keys.corrections(person), ['entries'], ['day'], ['week']].map((queryKey) =>
          client.invalidateQueries({ queryKey }),
        ),
      ),
  });
  return (
    <CorrectionState
      correction={view}
      ofDispute={({ state, number }) =>
        state === 'open' && (
          <>
            {withdraw.isError && <Failure error={withdraw.error} />}
            <div>
              <Button size="xs" variant="default" loading={withdraw.isPending} onClick={() => withdraw.mutate(number)}>
                {say('corrections.withdraw')}
              </Button>
            </div>
          </>
        )
      }
      ofRecipient={() => null}
    />
  );
}
