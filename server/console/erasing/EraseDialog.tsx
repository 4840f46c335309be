import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { SyntheticEvent } from 'react';
import { catalog } from '../../../shared/catalog.ts';
import type { ErasurePreview, ErasureTarget, ErasureView } from '../../../shared/protocol/http/erasures.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { longDay } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';
import { Proof, useProofFields } from './Proof.tsx';

/** Says what exactly will go before it goes, and asks who it is. */
export function EraseDialog(props: {
  target: ErasureTarget;
  opened: boolean;
  onClose: () => void;
  onErased: (erasure: ErasureView) => void;
}) {
  const { target, opened, onClose } = props;
  return (
    <Dialog opened={opened} onClose={onClose} title={say('erase.title')}>
      {opened && <Asking {...props} target={target} />}
    </Dialog>
  );
}

function Asking({
  target,
  onClose,
  onErased,
}: {
  target: ErasureTarget;
  onClose: () => void;
  onErased: (erasure: ErasureView) => void;
}) {
  const person = useMe().person.id;
  const client = useQueryClient();
  const fields = useProofFields();
  const preview = useQuery({
    queryKey: ['erasurePreview', person, target],
    queryFn: ({ signal }) => call('previewErasure', { params: { person }, body: target }, signal),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const mutationKey = ['erase', person];
  const erase = useMutation({
    mutationKey,
    mutationFn: async (what: ErasureTarget) => call('erase', { params: { person }, body: { what, ...fields.body } }),
    onSuccess: (erasure) => {
      for (const queryKey of [keys.erasures(person), keys.held(person), keys.ownExclusions(person)])
        void client.invalidateQueries({ queryKey });
      for (const queryKey of [['day'], ['week']]) void client.resetQueries({ queryKey });
      onErased(erasure);
    },
    onSettled: fields.clear,
  });
  if (preview.isPending)
    return (
      <div className="dl-stack">
        <p>{say('erase.looking')}</p>
        <Waiting lines={4} />
      </div>
    );
  if (preview.isError) return <Failure error={preview.error} retry={() => void preview.refetch()} />;
  const { goes, refused, held } = preview.data;
  const what = withoutRefused(target, refused);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    // The second of two fast clicks comes before the button is drawn as busy.
    if (client.isMutating({ mutationKey }) === 0) erase.mutate(what);
  };
  return (
    <form className="dl-stack" onSubmit={submit} noValidate>
      <Refused refused={refused} />
      {goes.length === 0 ? <p>{say('erase.nothing')}</p> : <Goes goes={goes} />}
      {held && (
        <Note tone="wait">
          <p>{say('erase.held')}</p>
        </Note>
      )}
      {goes.length > 0 && (
        <>
          <ul className="dl-list">
            <li>{say('erase.forEver')}</li>
            <li>{say(target.kind === 'private' && !target.leaveOut ? 'private.late' : 'erase.late')}</li>
            <li>{say('erase.stays')}</li>
            <li>{say('erase.listed')}</li>
          </ul>
          <Proof fields={fields} error={erase.error} />
        </>
      )}
      {erase.isPending && <p role="status">{say('erase.ordering')}</p>}
      {erase.isError && <Failure error={erase.error} fields={['password']} />}
      <div className="dl-row">
        {goes.length > 0 && (
          <Button type="submit" color="red" loading={erase.isPending} disabled={!fields.isWhole}>
            {say('erase.now')}
          </Button>
        )}
        <Button variant="default" onClick={onClose}>
          {say('action.back')}
        </Button>
      </div>
    </form>
  );
}

/** What may not be erased is said, and the rest goes without it. */
function withoutRefused(target: ErasureTarget, refused: ErasurePreview['refused']): ErasureTarget {
  if (target.kind !== 'days') return target;
  const no = new Set(refused.map(({ parameter }) => parameter));
  return { ...target, parameters: target.parameters.filter((id) => !no.has(id)) };
}

/** How much goes, by parameter and day. */
export function Goes({ goes }: { goes: ErasurePreview['goes'] }) {
  return (
    <section aria-labelledby="goes-heading">
      <h3 id="goes-heading">{say('erase.goes')}</h3>
      <ul className="dl-list">
        {goes.map(({ parameter, records, days }) => (
          <li key={parameter}>
            <strong>{catalog[parameter].label}</strong>: {count('erase.records', records)}
            <details>
              <summary>{count('erase.onDays', days.length)}</summary>
              <ul className="dl-list">
                {days.map((one) => (
                  <li key={one.day}>
                    {longDay(one.day)}: {count('erase.records', one.records)}
                  </li>
                ))}
              </ul>
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Refused({ refused }: { refused: ErasurePreview['refused'] }) {
  if (refused.length === 0) return null;
  return (
    <Note tone="wait">
      <p>{say('erase.refused')}</p>
      <ul className="dl-list">
        {refused.map(({ parameter, basis }) => (
          <li key={parameter}>
            {say('erase.refusedOne', { label: catalog[parameter].label, basis: say(`basis.${basis}`) })}
          </li>
        ))}
      </ul>
      <p>{say('erase.refusedRemedy')}</p>
    </Note>
  );
}
