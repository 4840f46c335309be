import { MultiSelect, Select, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { catalog, ParameterId, parameterIds } from '../../../shared/catalog.ts';
import { HoldContent } from '../../../shared/protocol/http/holds.ts';
import { addDays, dayOf } from '../../../shared/time.ts';
import { call } from '../api/client.ts';
import { say } from '../strings/say.ts';
import { RegisterForm } from './RegisterForm.tsx';
import { useWhoever } from './useWhoever.ts';

export type HoldAnswer = 'approved' | 'refused' | 'released';

type Entered = Omit<HoldContent, 'person'> & { readonly person: string | null };

const days = ['from', 'to', 'until'] as const;
const A_MONTH = 30;
const HALF_A_YEAR = 183;

export function ProposeHold(props: { revision: number; opened: boolean; onClose: () => void }) {
  const { revision, opened, onClose } = props;
  const [entered, setEntered] = useState<Entered>(() => begun(dayOf(Date.now())));
  const people = useWhoever();
  const change = (more: Partial<Entered>) => setEntered((now) => ({ ...now, ...more }));
  const parsed = HoldContent.safeParse(entered);
  const missing = (field: string, tried: boolean) =>
    tried && parsed.error?.issues.some(({ path }) => path.includes(field)) === true ? say('represent.missing') : null;
  return (
    <RegisterForm
      title={say('holds.add')}
      save={say('holds.propose')}
      why={say('because.proposed')}
      opened={opened}
      onClose={onClose}
      write={
        parsed.success ? (reason) => call('proposeHold', { body: { revision, content: parsed.data, reason } }) : null
      }
    >
      {(tried) => (
        <>
          <p>{say('holds.help')}</p>
          <Select
            label={say('holds.person')}
            searchable
            data={people}
            value={entered.person}
            error={missing('person', tried)}
            onChange={(person) => change({ person })}
          />
          <MultiSelect
            label={say('holds.data')}
            data={parameterIds.map((id) => ({ value: id, label: catalog[id].label }))}
            value={entered.parameters}
            error={missing('parameters', tried)}
            onChange={(values) => change({ parameters: values.map((value) => ParameterId.parse(value)) })}
          />
          <Textarea
            label={say('holds.why')}
            autosize
            minRows={2}
            maxLength={1_000}
            value={entered.why}
            error={missing('why', tried)}
            onChange={(event) => change({ why: event.currentTarget.value })}
          />
          <TextInput
            label={say('holds.authority')}
            maxLength={300}
            value={entered.authority}
            error={missing('authority', tried)}
            onChange={(event) => change({ authority: event.currentTarget.value })}
          />
          <div className="dl-row">
            {days.map((field) => (
              <TextInput
                key={field}
                type="date"
                label={say(`holds.${field}`)}
                value={entered[field]}
                error={missing(field, tried)}
                onChange={(event) => change({ [field]: event.currentTarget.value })}
              />
            ))}
          </div>
          <p className="dl-quiet dl-small">{say('holds.untilHelp')}</p>
        </>
      )}
    </RegisterForm>
  );
}

export function AnswerHold(props: { answer: HoldAnswer; number: number; revision: number; onClose: () => void }) {
  const { answer, number, revision, onClose } = props;
  return (
    <RegisterForm
      title={say(`holds.${answer}`)}
      save={say(`holds.${answer}`)}
      why={say(`because.${answer}`)}
      opened
      onClose={onClose}
      write={(reason) => call('answerHold', { params: { number: String(number) }, body: { revision, answer, reason } })}
    >
      {() => <p>{say(`holds.will.${answer}`)}</p>}
    </RegisterForm>
  );
}

function begun(today: string): Entered {
  const range = { from: addDays(today, -A_MONTH), to: today, until: addDays(today, HALF_A_YEAR) };
  return { person: null, parameters: [], why: '', authority: '', ...range };
}
