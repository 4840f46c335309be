import { TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNow } from '../../../look/useNow.ts';
import { LEAVING_DAYS_AHEAD, type LeavingDate } from '../../../shared/protocol/http/leavingDates.ts';
import { addDays, MINUTE } from '../../../shared/time.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { usePolicy, usePreviewOfEnding } from '../api/reads.ts';
import { useProofFields } from '../erasing/Proof.tsx';
import { ProvedForm } from '../erasing/ProvedForm.tsx';
import { Failure } from '../frame/Failure.tsx';
import { fieldError } from '../frame/failureWords.ts';
import { Note } from '../frame/Note.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { dayIn, viewerZone } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { WhatGoes } from './WhatGoes.tsx';

interface LeavingProps {
  readonly person: string;
  readonly name: string;
  readonly current: LeavingDate | null;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Asks for the last day, says what goes with it, and who it is that orders it; to move it later takes no proof. */
export function LeavingDialog({ opened, name, onClose, ...rest }: LeavingProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title={say('leavingDate.title', { name })}>
      {opened && <Asking {...rest} onClose={onClose} />}
    </Dialog>
  );
}

function Asking({ person, current, onClose }: Omit<LeavingProps, 'name' | 'opened'>) {
  const preview = usePreviewOfEnding(person);
  const policy = usePolicy();
  const fields = useProofFields();
  const [day, setDay] = useState(current?.day ?? '');
  const client = useQueryClient();
  const zone = current?.zone ?? policy.data?.policy.workingHours?.zone ?? viewerZone();
  const today = dayIn(useNow(MINUTE), zone);
  const isLater = current !== null && day > current.day;
  const send = useMutation({
    mutationFn: () =>
      isLater
        ? call('postponeLeavingDate', { params: { person }, body: { day } })
        : call('setLeavingDate', { params: { person }, body: { day, zone, ...fields.body } }),
    onSuccess: () => {
      onClose();
      return client.invalidateQueries({ queryKey: keys.leavingDates });
    },
    onSettled: fields.clear,
  });
  const failed = preview.isError ? preview : policy.isError ? policy : null;
  if (failed !== null) return <Failure error={failed.error} retry={() => void failed.refetch()} />;
  if (preview.data === undefined || policy.data === undefined) return <Waiting lines={5} />;
  return (
    <ProvedForm
      fields={fields}
      asks={isLater ? 'nothing' : 'proof'}
      button={say(isLater ? 'leavingDate.move' : 'leavingDate.set')}
      isWhole={day !== '' && day !== current?.day}
      named={['day']}
      sending={send}
      onClose={onClose}
    >
      <TextInput
        type="date"
        label={say('leavingDate.day')}
        description={say('leavingDate.dayHelp', { zone })}
        required
        min={today}
        max={addDays(today, LEAVING_DAYS_AHEAD)}
        value={day}
        error={fieldError(send.error, 'day')}
        onChange={(event) => setDay(event.currentTarget.value)}
      />
      <p>{say('leavingDate.told')}</p>
      {isLater ? (
        <p>{say('leavingDate.later')}</p>
      ) : (
        <>
          <p>{say('leavingDate.asNow')}</p>
          <WhatGoes preview={preview.data} />
          {preview.data.obstacle !== null && (
            <Note tone="wait">
              <p>{say('leavingDate.obstacle.only_owner')}</p>
            </Note>
          )}
        </>
      )}
    </ProvedForm>
  );
}
