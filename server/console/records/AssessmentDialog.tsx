import { Checkbox, MultiSelect, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { catalog, ParameterId, parameterIds } from '../../../shared/catalog.ts';
import { Assessment, type AssessmentView, REVIEW_MOST_DAYS } from '../../../shared/protocol/http/assessments.ts';
import { addDays, dayOf } from '../../../shared/time.ts';
import { call } from '../api/client.ts';
import { say } from '../strings/say.ts';
import { RegisterForm } from './RegisterForm.tsx';

const A_YEAR = 365;

/** A new assessment, or one that is written anew. */
export function AssessmentDialog(props: {
  revision: number;
  assessment: AssessmentView | null;
  opened: boolean;
  onClose: () => void;
}) {
  const { revision, assessment, opened, onClose } = props;
  const today = dayOf(Date.now());
  const [entered, setEntered] = useState<Assessment>(() => begun(assessment, today));
  const change = (more: Partial<Assessment>) => setEntered((now) => ({ ...now, ...more }));
  const parsed = Assessment.safeParse(entered);
  const missing = (field: keyof Assessment, tried: boolean) =>
    tried && parsed.error?.issues.some(({ path }) => path[0] === field) === true ? say('represent.missing') : null;
  const write = parsed.success
    ? (reason: string) =>
        call('recordAssessment', {
          body: { revision, number: assessment?.number ?? null, assessment: parsed.data, reason },
        })
    : null;
  return (
    <RegisterForm
      title={say(assessment === null ? 'assessments.add' : 'assessments.again')}
      save={say('controller.save')}
      opened={opened}
      onClose={onClose}
      write={write}
    >
      {(tried) => (
        <>
          <p>{say('assessments.help')}</p>
          <TextInput
            label={say('assessments.name')}
            maxLength={120}
            value={entered.title}
            error={missing('title', tried)}
            onChange={(event) => change({ title: event.currentTarget.value })}
          />
          <MultiSelect
            label={say('assessments.parameters')}
            data={parameterIds.map((id) => ({ value: id, label: catalog[id].label }))}
            value={entered.parameters}
            error={missing('parameters', tried)}
            onChange={(values) => change({ parameters: values.map((value) => ParameterId.parse(value)) })}
          />
          {(['findings', 'measures'] as const).map((field) => (
            <Textarea
              key={field}
              label={say(`assessments.${field}`)}
              autosize
              minRows={2}
              maxLength={4_000}
              value={entered[field]}
              error={missing(field, tried)}
              onChange={(event) => change({ [field]: event.currentTarget.value })}
            />
          ))}
          <TextInput
            label={say('assessments.assessor')}
            maxLength={200}
            value={entered.assessor}
            error={missing('assessor', tried)}
            onChange={(event) => change({ assessor: event.currentTarget.value })}
          />
          <TextInput
            label={say('assessments.document')}
            description={say('assessments.documentHelp')}
            maxLength={500}
            value={entered.document}
            error={missing('document', tried)}
            onChange={(event) => change({ document: event.currentTarget.value })}
          />
          <div className="dl-row">
            <TextInput
              type="date"
              label={say('assessments.assessedOn')}
              max={today}
              value={entered.assessedOn}
              error={missing('assessedOn', tried)}
              onChange={(event) => change({ assessedOn: event.currentTarget.value })}
            />
            <TextInput
              type="date"
              label={say('assessments.reviewBy')}
              min={today}
              max={addDays(today, REVIEW_MOST_DAYS)}
              value={entered.reviewBy}
              error={missing('reviewBy', tried)}
              onChange={(event) => change({ reviewBy: event.currentTarget.value })}
            />
          </div>
          {assessment !== null && (
            <Checkbox
              label={say('assessments.withdraw')}
              description={say('assessments.withdrawHelp')}
              checked={entered.state === 'withdrawn'}
              onChange={(event) => change({ state: event.currentTarget.checked ? 'withdrawn' : 'holds' })}
            />
          )}
        </>
      )}
    </RegisterForm>
  );
}

/** Of one that is assessed again, all that was said, with the days of today. */
function begun(assessment: AssessmentView | null, today: string): Assessment {
  const days = { assessedOn: today, reviewBy: addDays(today, A_YEAR) };
  if (assessment === null) {
    const words = { title: '', findings: '', measures: '', assessor: '', document: '' };
    return { ...words, parameters: [], state: 'holds', ...days };
  }
  const { number: _n, review: _r, changes: _c, ...said } = assessment;
  return said;
}
