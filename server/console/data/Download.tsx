import { Button } from '@mantine/core';
import { useState } from 'react';
import type { DeviceView } from '../../../shared/protocol/http/devices.ts';
import type { RequestView } from '../../../shared/protocol/http/requests.ts';
import { COPY_DAYS } from '../../../shared/rightsRequest.ts';
import { openFile, type Request } from '../api/client.ts';
import { useDevices, useRequests } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { OwnDialog } from '../requests/OwnDialog.tsx';
import { dateTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { AskForCopy, Computers } from './AskForCopy.tsx';
import classes from './data.module.css';
import { Receive } from './Receive.tsx';
import { useDownload } from './useDownload.ts';

/** Everything as one file: what is in it, who may have it, and what it still waits for. */
export function Download() {
  return (
    <section className="dl-panel dl-stack" aria-labelledby="download-heading">
      <h2 id="download-heading">{say('download.title')}</h2>
      <p>{say('download.text')}</p>
      <ul className={classes.contents}>
        <li>{say('download.data')}</li>
        <li>{say('download.days')}</li>
        <li>{say('download.records')}</li>
        <li>{say('download.told')}</li>
        <li>{say('download.brought')}</li>
        <li>{say('download.withheld')}</li>
      </ul>
      <p className="dl-quiet">{say('download.who')}</p>
      <Standing />
    </section>
  );
}

/** Not asked for, asked and not proved, or open: told apart by the person's own request and by whether a computer was ever theirs. */
function Standing() {
  const { person } = useMe();
  const devices = useDevices(person.id);
  const requests = useRequests(person.id);
  for (const read of [devices, requests])
    if (read.isError) return <Failure error={read.error} retry={() => void read.refetch()} />;
  if (devices.data === undefined || requests.data === undefined) return <Waiting lines={2} />;
  const copy = requests.data.requests.find(({ content, state }) => content.kind === 'copy' && UNENDED.includes(state));
  if (copy !== undefined) return <Asked copy={copy} computers={devices.data} />;
  if (devices.data.length > 0) return <AskForCopy computers={devices.data} />;
  return (
    <>
      <p>{say('download.noComputer')}</p>
      <ReceiveOwn />
    </>
  );
}

const UNENDED: readonly RequestView['state'][] = ['awaiting_device', 'awaiting_time', 'ready'];

/** What was asked for: what it waits for, or the download; and the way to end it, which is there in every state. */
function Asked({ copy, computers }: { copy: RequestView; computers: readonly DeviceView[] }) {
  const [ending, end] = useState(false);
  const isReady = copy.state === 'ready';
  return (
    <>
      {copy.state === 'awaiting_device' ? <SayYes computers={computers} /> : <Progress copy={copy} />}
      {isReady && <ReceiveOwn />}
      <div>
        <Button variant="default" onClick={() => end(true)}>
          {say(isReady ? 'download.notMe' : 'download.withdraw')}
        </Button>
      </div>
      <OwnDialog request={copy} what="withdraw" opened={ending} onClose={() => end(false)} />
    </>
  );
}

function SayYes({ computers }: { computers: readonly DeviceView[] }) {
  return (
    <>
      {computers.some(({ status }) => status === 'active') && (
        <Note tone="wait">
          <p role="status">
            <strong>{say('download.sayYes')}</strong> {say('download.thenOpen', { days: String(COPY_DAYS) })}
          </p>
        </Note>
      )}
      <Computers computers={computers} />
    </>
  );
}

function Progress({ copy: { state, countsFrom, openUntil, proof } }: { copy: RequestView }) {
  if (countsFrom === null || openUntil === null) return null;
  if (state === 'ready') {
    return (
      <Note tone="on">
        <p role="status">{say('download.open', { when: dateTime(openUntil) })}</p>
      </Note>
    );
  }
  const how = proof?.kind === 'in_person' ? 'download.opensSeen' : 'download.opensYoung';
  return (
    <Note tone="wait">
      <p role="status">{say(how, { when: dateTime(countsFrom) })}</p>
    </Note>
  );
}

function ReceiveOwn() {
  const { person } = useMe();
  const download = useDownload<Request<'exportData'>['body']>((body, signal) =>
    openFile('exportData', { params: { person: person.id }, body }, signal),
  );
  return <Receive download={download} button={say('download.title')} />;
}
