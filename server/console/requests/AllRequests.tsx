import { Button } from '@mantine/core';
import { useState } from 'react';
import { useAllRequests } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { AllCorrections } from '../corrections/AllCorrections.tsx';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { Empty, Page } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { say } from '../strings/say.ts';
import { CarryOutCorrection } from './CarryOutCorrection.tsx';
import { CarryOutErasure } from './CarryOutErasure.tsx';
import { OfficerDialog, type OfficerTask } from './OfficerDialog.tsx';
import { Represent } from './Represent.tsx';
import { RequestState } from './RequestState.tsx';
import classes from './requests.module.css';
import { TakeDown } from './TakeDown.tsx';

/** Everybody's requests that are not answered, by their last day, for who answers them. Their words are read here, which those people see. */
export function AllRequests() {
  const { data, error, isPending, refetch } = useAllRequests();
  const open = data?.requests.filter(({ state }) => state === 'open') ?? [];
  const waiting = data?.requests.filter(({ state }) => state !== 'open') ?? [];
  return (
    <Page title={say('nav.allRequests')} lead={say('allRequests.lead')}>
      <div className="dl-stack">
        {error !== null && <Failure error={error} retry={() => void refetch()} />}
        {error === null && isPending && <Waiting lines={4} />}
        {data !== undefined && data.unreadable > 0 && (
          <Note tone="gone">
            <p>{say('requests.unreadable')}</p>
          </Note>
        )}
        {data !== undefined && (
          <section className="dl-panel dl-stack" aria-labelledby="open-heading">
            <h2 id="open-heading">{say('allRequests.open')}</h2>
            {open.length === 0 && <Empty>{say('allRequests.noneOpen')}</Empty>}
            {open.map((request) => (
              <Row key={request.request} request={request} />
            ))}
          </section>
        )}
        {waiting.length > 0 && (
          <section className="dl-panel dl-stack" aria-labelledby="waiting-heading">
            <h2 id="waiting-heading">{say('allRequests.waiting')}</h2>
            <p>{say('allRequests.waitingText')}</p>
            {waiting.map((request) => (
              <Row key={request.request} request={request} />
            ))}
          </section>
        )}
        <AllCorrections />
        <TakeDown />
        <Represent />
      </div>
    </Page>
  );
}

type Listed = NonNullable<ReturnType<typeof useAllRequests>['data']>['requests'][number];

function tasksFor({ state, extension, isOverdue }: Listed): readonly OfficerTask[] {
  if (state === 'awaiting_device') return ['identify'];
  if (state !== 'open') return [];
  return extension === null && !isOverdue ? ['fulfil', 'refuse', 'extend'] : ['fulfil', 'refuse'];
}

function Row({ request }: { request: Listed }) {
  const me = useMe();
  const [task, setTask] = useState<OfficerTask | null>(null);
  const { personName: name, person } = request;
  const isOwn = person === me.person.id;
  const { kind } = request.content;
  const canBeCarriedOut = !isOwn && request.state === 'open' && (kind === 'erasure' || kind === 'rectification');
  const [isCarriedOut, carryOut] = useState(false);
  return (
    <div className={classes.row}>
      <div className="dl-stack">
        <strong>{name}</strong>
        <RequestState request={request} own={false} />
        {isOwn && <p className="dl-quiet dl-small">{say('openObjections.own')}</p>}
      </div>
      <div className="dl-row">
        {canBeCarriedOut && (
          <Button onClick={() => carryOut(true)}>
            {say('carryOut.begin')}
            <span className="dl-hidden"> {name}</span>
          </Button>
        )}
        {!isOwn &&
          tasksFor(request).map((one) => (
            <Button
              key={one}
              variant={one === 'fulfil' && !canBeCarriedOut ? 'filled' : 'default'}
              onClick={() => setTask(one)}
            >
              {say(`allRequests.${one}`)}
              <span className="dl-hidden"> {name}</span>
            </Button>
          ))}
      </div>
      <OfficerDialog
        key={task}
        request={request}
        name={name}
        task={task ?? 'fulfil'}
        opened={task !== null}
        onClose={() => setTask(null)}
      />
      {isCarriedOut && kind === 'erasure' && (
        <CarryOutErasure request={request} name={name} onClose={() => carryOut(false)} />
      )}
      {isCarriedOut && kind === 'rectification' && (
        <CarryOutCorrection request={request} name={name} onClose={() => carryOut(false)} />
      )}
    </div>
  );
}
