import { Button } from '@mantine/core';
import { useState } from 'react';
import { catalog } from '../../../shared/catalog.ts';
import { useOpenObjections } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { Empty, Page } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { AllRestrictions } from '../restrictions/AllRestrictions.tsx';
import { say } from '../strings/say.ts';
import { AnswerDialog } from './AnswerDialog.tsx';
import { ObjectionState } from './ObjectionState.tsx';
import classes from './objections.module.css';

/** Everybody's objections that have not ended, for who answers them. Their words are read here, which those people see. */
export function OpenObjections() {
  const { data, error, isPending, refetch } = useOpenObjections();
  return (
    <Page title={say('openObjections.title')} lead={say('openObjections.lead')}>
      <div className="dl-stack">
        {error !== null && <Failure error={error} retry={() => void refetch()} />}
        {error === null && isPending && <Waiting />}
        {data?.length === 0 && <Empty>{say('openObjections.none')}</Empty>}
        {data !== undefined && data.length > 0 && (
          <section className="dl-panel dl-stack" aria-label={say('openObjections.title')}>
            {data.map((objection) => (
              <Row key={`${objection.person} ${objection.parameter}`} objection={objection} />
            ))}
          </section>
        )}
        <AllRestrictions />
      </div>
    </Page>
  );
}

type Open = NonNullable<ReturnType<typeof useOpenObjections>['data']>[number];

function Row({ objection }: { objection: Open }) {
  const me = useMe();
  const [opened, open] = useState(false);
  const { personName: name, state, person, parameter } = objection;
  return (
    <div className={classes.row}>
      <div className="dl-stack">
        <strong>{name}</strong>
        <ObjectionState objection={objection} own={false} />
        {person === me.person.id && <p className="dl-quiet dl-small">{say('openObjections.own')}</p>}
      </div>
      {state === 'pending' && person !== me.person.id && (
        <>
          <Button
            onClick={() => open(true)}
            aria-label={say('openObjections.answerOf', { name, label: catalog[parameter].label })}
          >
            {say('openObjections.answer')}
          </Button>
          <AnswerDialog objection={objection} name={name} opened={opened} onClose={() => open(false)} />
        </>
      )}
    </div>
  );
}
