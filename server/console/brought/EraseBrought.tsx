import { Radio } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ImportView } from '../../../shared/protocol/http/imports.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useMe } from '../api/useMe.ts';
import { DayPair, type DaySpan, isWholeSpan } from '../erasing/DayPair.tsx';
import { useProofFields } from '../erasing/Proof.tsx';
import { ProvedForm } from '../erasing/ProvedForm.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { count, say } from '../strings/say.ts';

interface EraseProps {
  readonly brought: ImportView;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** All of it, or some of its days; says what goes, and asks who it is. */
export function EraseBrought({ brought, opened, onClose }: EraseProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title={say('brought.eraseTitle')}>
      {opened && <Asking brought={brought} onClose={onClose} />}
    </Dialog>
  );
}

function Asking({ brought, onClose }: Omit<EraseProps, 'opened'>) {
  const person = useMe().person.id;
  const client = useQueryClient();
  const fields = useProofFields();
  const all = brought.parameters.flatMap(({ days }) => days).toSorted();
  const [which, choose] = useState('all');
  const [span, setSpan] = useState<DaySpan>({ from: all[0] ?? '', to: all.at(-1) ?? '' });
  const days = which === 'all' ? null : span;
  const erase = useMutation({
    mutationFn: () =>
      call('eraseImport', { params: { person, import: brought.import }, body: { days, ...fields.body } }),
    onSuccess: () => {
      onClose();
      return client.invalidateQueries({ queryKey: keys.imports(person) });
    },
    onSettled: fields.clear,
  });
  const records = brought.parameters.reduce((sum, one) => sum + one.records, 0);
  return (
    <ProvedForm
      fields={fields}
      button={say('brought.eraseNow')}
      isWhole={days === null || isWholeSpan(days)}
      sending={erase}
      onClose={onClose}
    >
      <Radio.Group label={say('brought.which')} value={which} onChange={choose}>
        <div className="dl-stack" style={{ gap: '0.5rem', marginTop: '0.5rem' }}>
          <Radio
            value="all"
            label={say('brought.all', {
              records: count('brought.records', records),
              images: count('brought.images', brought.images),
            })}
          />
          <Radio value="days" label={say('brought.days')} />
        </div>
      </Radio.Group>
      {days !== null && <DayPair span={days} onChange={setSpan} />}
      <p>{say('brought.forEver')}</p>
    </ProvedForm>
  );
}
