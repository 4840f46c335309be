import { Checkbox, MultiSelect, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { catalog, ParameterId, parameterIds } from '../../../shared/catalog.ts';
import { PersonId } from '../../../shared/ids.ts';
import { DisclosureContent, type Secrecy } from '../../../shared/protocol/http/disclosures.ts';
import { addDays, dayOf } from '../../../shared/time.ts';
import { call } from '../api/client.ts';
import { say } from '../strings/say.ts';
import { RegisterForm } from './RegisterForm.tsx';
import { useWhoever } from './useWhoever.ts';

export type DisclosureAnswer = 'approved' | 'refused' | 'told';

/** What is entered so far: whole content, but for what may still be empty. */
type Entered = Omit<DisclosureContent, 'people'> & { readonly people: PersonId[]; readonly everyone: boolean };

const lines = ['recipient', 'basis'] as const;
const texts = ['why', 'what'] as const;
const days = ['from', 'to', 'givenOn'] as const;
const A_MONTH = 30;

export function ProposeDisclosure(props: { revision: number; opened: boolean; onClose: () => void }) {
  const { revision, opened, onClose } = props;
  const [entered, setEntered] = useState<Entered>(() => begun(dayOf(Date.now())));
  const people = useWhoever();
  const change = (more: Partial<Entered>) => setEntered((now) => ({ ...now, ...more }));
  const { everyone, people: named, ...rest } = entered;
  const parsed = DisclosureContent.safeParse({ ...rest, people: everyone ? 'everyone' : named });
  const missing = (field: string, tried: boolean) =>
    tried && parsed.error?.issues.some(({ path }) => path.includes(field)) === true ? say('represent.missing') : null;
  const { secrecy } = entered;
  return (
    <RegisterForm
      title={say('disclosures.add')}
      save={say('disclosures.propose')}
      why={say('because.proposed')}
      opened={opened}
      onClose={onClose}
      write={
        parsed.success
          ? (reason) => call('proposeDisclosure', { body: { revision, content: parsed.data, reason } })
          : null
      }
    >
      {(tried) => (
        <>
          <p>{say('disclosures.help')}</p>
          {lines.map((field) => (
            <TextInput
              key={field}
              label={say(`disclosures.${field}`)}
              maxLength={200}
              value={entered[field]}
              error={missing(field, tried)}
              onChange={(event) => change({ [field]: event.currentTarget.value })}
            />
          ))}
          {texts.map((field) => (
            <Textarea
              key={field}
              label={say(`disclosures.${field}`)}
              autosize
              minRows={2}
              maxLength={2_000}
              value={entered[field]}
              error={missing(field, tried)}
              onChange={(event) => change({ [field]: event.currentTarget.value })}
            />
          ))}
          <Checkbox
            label={say('disclosures.everyone')}
            checked={everyone}
            onChange={(event) => change({ everyone: event.currentTarget.checked })}
          />
          {!everyone && (
            <MultiSelect
              label={say('disclosures.people')}
              searchable
              data={people}
              value={named}
              error={missing('people', tried)}
              onChange={(values) => change({ people: values.map((value) => PersonId.parse(value)) })}
            />
          )}
          <MultiSelect
            label={say('disclosures.data')}
            data={parameterIds.map((id) => ({ value: id, label: catalog[id].label }))}
            value={entered.parameters}
            error={missing('parameters', tried)}
            onChange={(values) => change({ parameters: values.map((value) => ParameterId.parse(value)) })}
          />
          <div className="dl-row">
            {days.map((field) => (
              <TextInput
                key={field}
                type="date"
                label={say(`disclosures.${field}`)}
                value={entered[field]}
                error={missing(field, tried)}
                onChange={(event) => change({ [field]: event.currentTarget.value })}
              />
            ))}
          </div>
          <Checkbox
            label={say('disclosures.keepSecret')}
            description={say('disclosures.keepSecretHelp')}
            checked={secrecy !== null}
            onChange={(event) => change({ secrecy: event.currentTarget.checked ? untold(dayOf(Date.now())) : null })}
          />
          {secrecy !== null && (
            <SecrecyFields
              secrecy={secrecy}
              missing={(field) => missing(field, tried)}
              onChange={(more) => change({ secrecy: { ...secrecy, ...more } })}
            />
          )}
        </>
      )}
    </RegisterForm>
  );
}

function SecrecyFields(props: {
  secrecy: Secrecy;
  missing: (field: string) => string | null;
  onChange: (more: Partial<Secrecy>) => void;
}) {
  const { secrecy, missing, onChange } = props;
  return (
    <>
      <TextInput
        label={say('disclosures.secrecyReason')}
        maxLength={1_000}
        value={secrecy.reason}
        error={missing('reason')}
        onChange={(event) => onChange({ reason: event.currentTarget.value })}
      />
      <TextInput
        label={say('disclosures.secrecyAuthority')}
        maxLength={200}
        value={secrecy.authority}
        error={missing('authority')}
        onChange={(event) => onChange({ authority: event.currentTarget.value })}
      />
      <TextInput
        type="date"
        label={say('disclosures.secrecyUntil')}
        value={secrecy.until}
        error={missing('until')}
        onChange={(event) => onChange({ until: event.currentTarget.value })}
      />
    </>
  );
}

export function AnswerDisclosure(props: {
  answer: DisclosureAnswer;
  number: number;
  revision: number;
  onClose: () => void;
}) {
  const { answer, number, revision, onClose } = props;
  return (
    <RegisterForm
      title={say(`disclosures.${answer}`)}
      save={say(`disclosures.${answer}`)}
      why={say(`because.${answer}`)}
      opened
      onClose={onClose}
      write={(reason) =>
        call('answerDisclosure', { params: { number: String(number) }, body: { revision, answer, reason } })
      }
    >
      {() => <p>{say(`disclosures.will.${answer}`)}</p>}
    </RegisterForm>
  );
}

function begun(today: string): Entered {
  const range = { from: addDays(today, -A_MONTH), to: today, givenOn: today };
  const words = { recipient: '', basis: '', why: '', what: '' };
  return { ...words, ...range, people: [], everyone: false, parameters: [], secrecy: null };
}

function untold(today: string): Secrecy {
  return { reason: '', authority: '', until: addDays(today, A_MONTH) };
}
