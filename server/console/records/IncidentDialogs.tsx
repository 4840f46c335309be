import { MultiSelect, Select, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { PersonId } from '../../../shared/ids.ts';
import { IncidentContent, IncidentEffect, type IncidentView } from '../../../shared/protocol/http/incidents.ts';
import { DAY, dayOf } from '../../../shared/time.ts';
import { call } from '../api/client.ts';
import { say } from '../strings/say.ts';
import { RegisterForm } from './RegisterForm.tsx';
import { useWhoever } from './useWhoever.ts';

export type IncidentChange = 'tell' | 'authority' | 'found' | 'close';

const kinds = ['looks', 'people', 'everyone'] as const;
type Kind = (typeof kinds)[number];

/** What is entered so far. Times as a field has them: local, to the minute. */
interface Entered {
  readonly what: string;
  readonly effects: readonly IncidentEffect[];
  readonly noticedAt: string;
  readonly kind: Kind;
  readonly people: readonly PersonId[];
  readonly from: string;
  readonly to: string;
}

interface DialogProps {
  readonly revision: number;
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function OpenIncident({ revision, opened, onClose }: DialogProps) {
  const [entered, setEntered] = useState<Entered>(() => begun(Date.now()));
  const parsed = IncidentContent.safeParse(contentOf(entered));
  return (
    <RegisterForm
      title={say('incidents.add')}
      save={say('incidents.save')}
      why={say('incidents.how')}
      opened={opened}
      onClose={onClose}
      write={
        parsed.success ? (reason) => call('openIncident', { body: { revision, content: parsed.data, reason } }) : null
      }
    >
      {(tried) => (
        <>
          <p>{say('incidents.help')}</p>
          <Fields entered={entered} wrong={wrongIn(parsed, tried)} onChange={setEntered} />
        </>
      )}
    </RegisterForm>
  );
}

interface ChangeProps {
  readonly change: IncidentChange;
  readonly incident: IncidentView;
  readonly revision: number;
  readonly onClose: () => void;
}

type Step = Parameters<typeof call<'changeIncident'>>[1]['body']['step'];

export function ChangeIncident({ change, incident, revision, onClose }: ChangeProps) {
  const [words, setWords] = useState('');
  const [outcome, setOutcome] = useState<'told' | 'no_risk'>('told');
  const [on, setOn] = useState(() => dayOf(Date.now()));
  const [entered, setEntered] = useState<Entered>(() => enteredOf(incident));
  const parsed = IncidentContent.safeParse(contentOf(entered));
  const steps: Readonly<Record<IncidentChange, Step | null>> = {
    tell: words.trim() === '' ? null : { kind: 'tell', words },
    authority: on === '' ? null : { kind: 'authority', outcome, on },
    found: parsed.success ? { kind: 'found', content: parsed.data } : null,
    close: { kind: 'close' },
  };
  const step = steps[change];
  const { number } = incident;
  return (
    <RegisterForm
      title={say(`incidents.${change}`)}
      save={say(`incidents.${change}`)}
      opened
      onClose={onClose}
      write={
        step === null
          ? null
          : (reason) => call('changeIncident', { params: { number: String(number) }, body: { revision, step, reason } })
      }
    >
      {(tried) => (
        <>
          <p>{say(`incidents.will.${change}`, { people: incident.affected.length })}</p>
          {change === 'tell' && (
            <Textarea
              label={say('incidents.words')}
              description={say('incidents.wordsHelp')}
              autosize
              minRows={4}
              maxLength={4_000}
              value={words}
              error={tried && words.trim() === '' ? say('represent.missing') : null}
              onChange={(event) => setWords(event.currentTarget.value)}
            />
          )}
          {change === 'authority' && (
            <>
              <Select
                label={say('incidents.outcome')}
                allowDeselect={false}
                data={(['told', 'no_risk'] as const).map((value) => ({
                  value,
                  label: say(`incidents.outcome.${value}`),
                }))}
                value={outcome}
                onChange={(value) => setOutcome(value === 'no_risk' ? 'no_risk' : 'told')}
              />
              <TextInput
                type="date"
                label={say('incidents.on')}
                value={on}
                onChange={(event) => setOn(event.currentTarget.value)}
              />
            </>
          )}
          {change === 'found' && <Fields entered={entered} wrong={wrongIn(parsed, tried)} onChange={setEntered} />}
        </>
      )}
    </RegisterForm>
  );
}

type Wrong = (field: string) => string | null;

function Fields(props: { entered: Entered; wrong: Wrong; onChange: (entered: Entered) => void }) {
  const { entered, wrong, onChange } = props;
  const people = useWhoever();
  const change = (more: Partial<Entered>) => onChange({ ...entered, ...more });
  const time = (field: 'noticedAt' | 'from' | 'to') => (
    <TextInput
      type="datetime-local"
      label={say(`incidents.${field}`)}
      value={entered[field]}
      error={wrong(field)}
      onChange={(event) => change({ [field]: event.currentTarget.value })}
    />
  );
  return (
    <>
      <Textarea
        label={say('incidents.what')}
        description={say('incidents.whatHelp')}
        autosize
        minRows={2}
        maxLength={2_000}
        value={entered.what}
        error={wrong('what')}
        onChange={(event) => change({ what: event.currentTarget.value })}
      />
      <MultiSelect
        label={say('incidents.effects')}
        data={IncidentEffect.options.map((value) => ({ value, label: say(`incidents.effect.${value}`) }))}
        value={[...entered.effects]}
        error={wrong('effects')}
        onChange={(values) => change({ effects: values.map((value) => IncidentEffect.parse(value)) })}
      />
      {time('noticedAt')}
      <Select
        label={say('incidents.scope')}
        allowDeselect={false}
        data={kinds.map((value) => ({ value, label: say(`incidents.kind.${value}`) }))}
        value={entered.kind}
        onChange={(value) => change({ kind: kinds.find((one) => one === value) ?? 'everyone' })}
      />
      {entered.kind !== 'everyone' && (
        <MultiSelect
          label={say(entered.kind === 'looks' ? 'incidents.readers' : 'incidents.people')}
          searchable
          data={people}
          value={[...entered.people]}
          error={wrong(entered.kind === 'looks' ? 'readers' : 'people')}
          onChange={(values) => change({ people: values.map((value) => PersonId.parse(value)) })}
        />
      )}
      {entered.kind === 'looks' && (
        <div className="dl-row">
          {time('from')}
          {time('to')}
        </div>
      )}
    </>
  );
}

function wrongIn(parsed: ReturnType<typeof IncidentContent.safeParse>, tried: boolean): Wrong {
  return (field) =>
    tried && parsed.error?.issues.some(({ path }) => path.includes(field)) === true ? say('represent.missing') : null;
}

function contentOf({ what, effects, noticedAt, kind, people, from, to }: Entered): unknown {
  const scopes: Readonly<Record<Kind, unknown>> = {
    looks: { kind, readers: people, from: Date.parse(from), to: Date.parse(to) },
    people: { kind, people },
    everyone: { kind },
  };
  return { what, effects, noticedAt: Date.parse(noticedAt), scope: scopes[kind] };
}

function begun(now: number): Entered {
  const [noticedAt, from] = [localMinute(now), localMinute(now - DAY)];
  return { what: '', effects: [], noticedAt, kind: 'looks', people: [], from, to: noticedAt };
}

function enteredOf({ what, effects, noticedAt, scope }: IncidentView): Entered {
  const known = { ...begun(noticedAt), what, effects, kind: scope.kind };
  if (scope.kind === 'everyone') return known;
  if (scope.kind === 'people') return { ...known, people: scope.people };
  return { ...known, people: scope.readers, from: localMinute(scope.from), to: localMinute(scope.to) };
}

/** As a field of date and time has it. */
function localMinute(at: number): string {
  return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
