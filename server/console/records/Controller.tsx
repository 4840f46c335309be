import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { Mark } from '../../../look/Mark.tsx';
import { controllerFields, type ProcessingRecord } from '../../../shared/protocol/http/processing.ts';
import { Note } from '../frame/Note.tsx';
import { dateTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { ControllerDialog } from './ControllerDialog.tsx';
import classes from './records.module.css';

/** What only people know: who answers for the processing. */
export function Controller({ record: { controller, contacts } }: { record: ProcessingRecord }) {
  const [opened, open] = useState(false);
  const { details, changedAt, unreadable } = controller;
  const { authority, privacy } = contacts;
  return (
    <section className="dl-panel dl-stack" aria-labelledby="controller-heading">
      <div className={classes.head}>
        <h2 id="controller-heading">{say('controller.title')}</h2>
        <Button variant="default" onClick={() => open(true)}>
          {say('controller.change')}
        </Button>
      </div>
      {unreadable && (
        <Note tone="gone">
          <p>{say('controller.unreadable')}</p>
        </Note>
      )}
      <dl className={classes.details}>
        {controllerFields.map((field) => (
          <Detail key={field} title={say(`controller.${field}`)} words={details[field]} />
        ))}
        <Detail title={say('controller.privacy')} words={privacy === null ? '' : `${privacy.name}, ${privacy.email}`} />
        <Detail title={say('controller.authority')} words={authority?.name ?? ''} />
      </dl>
      <p className="dl-small">
        {say('controller.contacts')} <Link to="/notice">{say('nav.notice')}</Link>
      </p>
      {changedAt !== null && (
        <p className="dl-quiet dl-small">{say('controller.changedAt', { when: dateTime(changedAt) })}</p>
      )}
      <ControllerDialog key={controller.revision} controller={controller} opened={opened} onClose={() => open(false)} />
    </section>
  );
}

function Detail({ title, words }: { title: string; words: string }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>
        {words.trim() === '' ? (
          <Mark tone="wait">{say('controller.notFilledIn')}</Mark>
        ) : (
          <span className={classes.words}>{words}</span>
        )}
      </dd>
    </div>
  );
}
