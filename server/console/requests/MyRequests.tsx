import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import type { RequestView } from '../../../shared/protocol/http/requests.ts';
import { useRequests } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { Empty, Page } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { dateTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { FileRequest } from './FileRequest.tsx';
import { OwnDialog } from './OwnDialog.tsx';
import { RequestState } from './RequestState.tsx';
import classes from './requests.module.css';

/** What the viewer has asked about their own data, and a new request. */
export function MyRequests() {
  const { person } = useMe();
  const { data, error, isPending, refetch } = useRequests(person.id);
  return (
    <Page title={say('nav.requests')} lead={say('requests.lead')}>
      <div className="dl-stack">
        {error !== null && <Failure error={error} retry={() => void refetch()} />}
        {error === null && isPending && <Waiting lines={4} />}
        {data !== undefined && data.unreadable > 0 && (
          <Note tone="gone">
            <p>{say('requests.unreadable')}</p>
          </Note>
        )}
        {data !== undefined && (
          <section className="dl-panel dl-stack" aria-labelledby="mine-heading">
            <h2 id="mine-heading">{say('requests.mine')}</h2>
            {data.requests.length === 0 && <Empty>{say('requests.noneMine')}</Empty>}
            {data.requests.map((request) => (
              <Mine key={request.request} request={request} />
            ))}
          </section>
        )}
        <FileRequest />
      </div>
    </Page>
  );
}

const UNANSWERED: readonly RequestView['state'][] = [
  'awaiting_person',
  'awaiting_device',
  'awaiting_time',
  'open',
  'ready',
];

function Mine({ request }: { request: RequestView }) {
  const [dialog, setDialog] = useState<'agree' | 'withdraw' | null>(null);
  const { state } = request;
  const close = () => setDialog(null);
  return (
    <div className={classes.row}>
      <RequestState request={request} own />
      <div className="dl-row">
        {state === 'awaiting_person' && <Button onClick={() => setDialog('agree')}>{say('requests.agree')}</Button>}
        {state === 'ready' && (
          <Button component={Link} to="/my-data">
            {say('requests.toDownload')}
          </Button>
        )}
        {UNANSWERED.includes(state) && (
          <Button variant="default" onClick={() => setDialog('withdraw')}>
            {say('requests.withdraw')}
          </Button>
        )}
      </div>
      <OwnDialog request={request} what={dialog ?? 'withdraw'} opened={dialog !== null} onClose={close} />
    </div>
  );
}

/** A computer of theirs has said yes, which others can still contradict; null where none has. */
function proofByDevice({ proof, countsFrom }: RequestView): { device: string; when: string } | null {
  if (proof?.kind !== 'device' || countsFrom === null) return null;
  return { device: proof.device.slice(0, 8), when: dateTime(countsFrom) };
}

/** It can be downloaded, and none of the computers that they have had for some time has said so. */
function isGivenOutWeakly({ state, proof }: RequestView): boolean {
  return state === 'ready' && (proof?.kind === 'in_person' || (proof?.kind === 'device' && proof.enrolledAt !== null));
}

/** In every session of the person, on every page: something is going on in their name that they can still stop. */
export function RequestsInMyName() {
  const { person } = useMe();
  const { data } = useRequests(person.id);
  const inMyName =
    data?.requests.filter(
      ({ state, doubts, received }) =>
        state === 'awaiting_time' ||
        state === 'awaiting_person' ||
        (state === 'awaiting_device' && (doubts.length > 0 || received !== null)),
    ) ?? [];
  const copies = data?.requests.filter(isGivenOutWeakly) ?? [];
  if (inMyName.length + copies.length === 0) return null;
  return (
    <Note tone="wait">
      {inMyName.some((one) => proofByDevice(one) === null) && (
        <p>
          <strong>{say('requests.inYourName')}</strong> {say('requests.inYourNameText')}
        </p>
      )}
      {inMyName.flatMap((one) => {
        const said = proofByDevice(one);
        return said === null ? [] : [<p key={one.request}>{say('requests.inYourNameSaid', said)}</p>];
      })}
      {copies.flatMap(({ request, openUntil }) =>
        openUntil === null
          ? []
          : [<p key={request}>{say('requests.inYourNameReady', { when: dateTime(openUntil) })}</p>],
      )}
      <p>
        <a href="#/my-requests">{say('requests.look')}</a>
      </p>
    </Note>
  );
}
