import { Button } from '@mantine/core';
import { useState } from 'react';
import { Mark } from '../../../look/Mark.tsx';
import type { ProcessorSummary } from '../../../shared/protocol/http/processors.ts';
import { dayOf } from '../../../shared/time.ts';
import { useProcessors } from '../api/reads.ts';
import { Empty } from '../frame/Page.tsx';
import { longDay } from '../strings/format.ts';
import { listed, say } from '../strings/say.ts';
import { Detail } from './Detail.tsx';
import { ProcessorDialog } from './ProcessorDialog.tsx';
import { Register } from './Register.tsx';
import classes from './records.module.css';

/** Who works with data of people for the organisation, and what they may get. */
export function Processors() {
  const read = useProcessors();
  const [adding, add] = useState(false);
  return (
    <Register
      title={say('processors.title')}
      lead={say('processors.lead')}
      add={say('processors.add')}
      onAdd={() => add(true)}
      read={read}
    >
      {(data) => (
        <>
          {data.processors.length === 0 && <Empty>{say('processors.none')}</Empty>}
          {data.processors.map((one) => (
            <One key={`${one.number} ${data.revision}`} processor={one} revision={data.revision} />
          ))}
          <ProcessorDialog
            key={data.revision}
            revision={data.revision}
            processor={null}
            opened={adding}
            onClose={() => add(false)}
          />
        </>
      )}
    </Register>
  );
}

function One({ processor, revision }: { processor: ProcessorSummary; revision: number }) {
  const { number, name, contact, region, purpose, fields, contractOn, safeguard, state, from } = processor;
  const [changing, change] = useState(false);
  const heading = `processor-${number}`;
  return (
    <section className="dl-panel dl-stack" aria-labelledby={heading}>
      <div className={classes.head}>
        <h2 id={heading}>{name}</h2>
        <Button variant="default" onClick={() => change(true)}>
          {say('controller.change')}
          <span className="dl-hidden"> {name}</span>
        </Button>
      </div>
      {state === 'ended' && (
        <div className="dl-row">
          <Mark tone="off">{say('processors.ended')}</Mark>
        </div>
      )}
      <dl className={classes.details}>
        <Detail title={say('processors.contact')} words={contact} />
        <Detail title={say('processors.region')} words={region} />
        <Detail title={say('processors.purpose')} words={purpose} />
        <Detail
          title={say('processors.fields')}
          words={fields.length === 0 ? say('records.nothing') : listed(fields)}
        />
        <Detail title={say('processors.contractOn')} words={longDay(contractOn)} />
        {safeguard !== '' && <Detail title={say('processors.safeguard')} words={safeguard} />}
        {from !== undefined && state === 'holds' && (
          <Detail title={say('processors.from')} words={longDay(dayOf(from))} />
        )}
      </dl>
      <ProcessorDialog revision={revision} processor={processor} opened={changing} onClose={() => change(false)} />
    </section>
  );
}
