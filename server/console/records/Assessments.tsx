import { Button } from '@mantine/core';
import { useState } from 'react';
import { Mark, type Tone } from '../../../look/Mark.tsx';
import { catalog } from '../../../shared/catalog.ts';
import type { AssessmentsView, AssessmentView } from '../../../shared/protocol/http/assessments.ts';
import { useAssessments } from '../api/reads.ts';
import { Empty } from '../frame/Page.tsx';
import { useAuthorName } from '../frame/useNames.ts';
import { dateTime, longDay } from '../strings/format.ts';
import { listed, say } from '../strings/say.ts';
import { AssessmentDialog } from './AssessmentDialog.tsx';
import { Detail } from './Detail.tsx';
import { Register } from './Register.tsx';
import classes from './records.module.css';

/** The register of impact assessments, each with the day to which it counts. */
export function Assessments() {
  const read = useAssessments();
  const [adding, add] = useState(false);
  return (
    <Register
      title={say('assessments.title')}
      lead={say('assessments.lead')}
      add={say('assessments.add')}
      onAdd={() => add(true)}
      read={read}
    >
      {(data) => (
        <>
          {data.assessments.length === 0 && <Empty>{say('assessments.none')}</Empty>}
          {data.assessments.map((one) => (
            <One key={`${one.number} ${data.revision}`} assessment={one} register={data} />
          ))}
          <AssessmentDialog
            key={data.revision}
            revision={data.revision}
            assessment={null}
            opened={adding}
            onClose={() => add(false)}
          />
        </>
      )}
    </Register>
  );
}

const tones: Readonly<Record<AssessmentView['review'], Tone>> = {
  holds: 'on',
  due: 'wait',
  over: 'gone',
  withdrawn: 'off',
};

function One({ assessment, register }: { assessment: AssessmentView; register: AssessmentsView }) {
  const { number, title, parameters, findings, measures, assessor, assessedOn, document, reviewBy, review } =
    assessment;
  const [changing, change] = useState(false);
  const heading = `assessment-${number}`;
  return (
    <section className="dl-panel dl-stack" aria-labelledby={heading}>
      <div className={classes.head}>
        <h2 id={heading}>{title}</h2>
        <Button variant="default" onClick={() => change(true)}>
          {say('assessments.again')}
          <span className="dl-hidden"> {title}</span>
        </Button>
      </div>
      <div className="dl-row">
        <Mark tone={tones[review]}>{say(`assessments.review.${review}`)}</Mark>
        {review !== 'withdrawn' && <span>{say('assessments.was', { day: longDay(reviewBy) })}</span>}
      </div>
      <p>{say('assessments.about', { what: listed(parameters.map((id) => catalog[id].label)) })}</p>
      <dl className={classes.details}>
        <Detail title={say('assessments.findings')} words={findings} />
        <Detail title={say('assessments.measures')} words={measures} />
        <Detail
          title={say('assessments.assessor')}
          words={say('assessments.by', { assessor, day: longDay(assessedOn) })}
        />
        <Detail
          title={say('assessments.document')}
          words={document === '' ? say('controller.notFilledIn') : document}
        />
      </dl>
      <History changes={assessment.changes} />
      <AssessmentDialog
        revision={register.revision}
        assessment={assessment}
        opened={changing}
        onClose={() => change(false)}
      />
    </section>
  );
}

function History({ changes }: { changes: AssessmentView['changes'] }) {
  return (
    <details className="dl-small">
      <summary>{say('records.history')}</summary>
      <ul className="dl-list">
        {changes.toReversed().map((change) => (
          <Changed key={change.revision} change={change} />
        ))}
      </ul>
    </details>
  );
}

function Changed({ change: { at, by, reason, said } }: { change: AssessmentView['changes'][number] }) {
  const author = useAuthorName(by, 'recorder');
  return (
    <li>
      {say('assessments.changed', { when: dateTime(at), author, reason })}{' '}
      {said.state === 'withdrawn'
        ? say('assessments.wasWithdrawn')
        : say('assessments.was', { day: longDay(said.reviewBy) })}
    </li>
  );
}
