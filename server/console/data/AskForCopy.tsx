import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { SyntheticEvent } from 'react';
import type { DeviceView } from '../../../shared/protocol/http/devices.ts';
import { COPY, COPY_DAYS } from '../../../shared/rightsRequest.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { ProofFields, useProof } from '../requests/ProofFields.tsx';
import { dateTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';

/** Asks for the download: the password here, and then a word on a computer of theirs. */
export function AskForCopy({ computers }: { computers: readonly DeviceView[] }) {
  const { person } = useMe();
  const client = useQueryClient();
  const given = useProof();
  const ask = useMutation({
    mutationFn: () =>
      call('fileRequest', { params: { person: person.id }, body: { content: COPY, password: '', ...given.proof } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.requests(person.id) }),
    onSettled: () => given.clear(),
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (given.proof !== null) ask.mutate();
  };
  return (
    <>
      <p>{say('download.steps', { days: String(COPY_DAYS) })}</p>
      <Computers computers={computers} />
      <form className="dl-stack" style={{ maxWidth: '26rem' }} onSubmit={submit} noValidate>
        <ProofFields entered={given} error={ask.error} />
        {ask.isError && <Failure error={ask.error} fields={['password']} />}
        <div>
          <Button type="submit" loading={ask.isPending} disabled={given.proof === null}>
            {say('download.ask')}
          </Button>
        </div>
      </form>
    </>
  );
}

/** Which computers are asked, and the ways of somebody who has none of them any more. */
export function Computers({ computers }: { computers: readonly DeviceView[] }) {
  const active = computers.filter(({ status }) => status === 'active');
  if (active.length === 0) {
    return (
      <Note tone="wait">
        <p>
          <strong>{say('download.noneLeft')}</strong> {say('download.ways')}
        </p>
      </Note>
    );
  }
  return (
    <>
      <div>
        <p id="asked-computers">{say('download.computers')}</p>
        <ul className="dl-plain-list" aria-labelledby="asked-computers">
          {active.map(({ id, enrolledAt, connected }) => (
            <li key={id}>
              {say('device.name')} <span className="dl-code">{id.slice(0, 8)}</span>{' '}
              <span className="dl-quiet">
                {say('device.enrolled', { when: dateTime(enrolledAt) })} ·{' '}
                {say(connected === true ? 'download.reachable' : 'download.notReachable')}
              </span>
            </li>
          ))}
        </ul>
      </div>
      <details>
        <summary>{say('download.gone')}</summary>
        <p>
          {say('download.goneText')} {say('download.ways')}
        </p>
      </details>
    </>
  );
}
