import { Select, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { CorrectionValues } from '../../../shared/correction.ts';
import { AppCategory, SiteCategory } from '../../../shared/policy/workCategories.ts';
import type { EntryView, OwnSaid } from '../../../shared/protocol/http/corrections.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useMe } from '../api/useMe.ts';
import { labelText } from '../day/tones.ts';
import { DialogForm } from '../frame/DialogForm.tsx';
import { WORDS } from '../objections/length.ts';
import { clockTime, dayIn } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { fieldLabel, recordText } from './correctionWords.ts';

export type Task = 'correct' | 'dispute' | 'state';
type Value = CorrectionValues[string];

/** What the viewer says about one record of theirs. */
export function SayDialog(props: { day: string; entry: EntryView; task: Task; onClose: () => void }) {
  const { day, entry, task, onClose } = props;
  const { session, stored, shown, fields } = entry;
  const { person } = useMe();
  const [typed, type] = useState<Readonly<Record<string, string>>>({});
  const [words, setWords] = useState('');
  const values = changedValues(entry, typed);
  const hasValues = task === 'state' || Object.keys(values).length > 0;
  const hasWords = task === 'correct' || words.trim() !== '';
  const send = () => {
    const said = saidOf(task, values, words.trim());
    return call('correct', { params: { person: person.id }, body: { day, session, record: stored, said } });
  };
  return (
    <DialogForm
      title={say(`corrections.${task}`)}
      button={say(`corrections.send.${task}`)}
      onClose={onClose}
      send={hasValues && hasWords ? send : null}
      stale={[keys.corrections(person.id), ['entries'], ['day'], ['week']]}
    >
      {(tried) => (
        <>
          <p>
            <strong>{recordText(shown)}</strong>
          </p>
          <p>{say(`corrections.${task}Text`)}</p>
          {task !== 'state' &&
            fields.map((field) => (
              <Field
                key={field}
                field={field}
                parameter={stored.parameter}
                value={typed[field] ?? textOf(field, valueIn(shown, field))}
                onChange={(text) => type((before) => ({ ...before, [field]: text }))}
              />
            ))}
          {tried && !hasValues && <p role="alert">{say('corrections.noChange')}</p>}
          <Textarea
            label={say(task === 'correct' ? 'corrections.wordsFree' : 'corrections.words')}
            autosize
            minRows={2}
            maxLength={WORDS}
            value={words}
            error={tried && !hasWords ? say('corrections.wordsMissing') : null}
            onChange={(event) => setWords(event.currentTarget.value)}
          />
        </>
      )}
    </DialogForm>
  );
}

function saidOf(task: Task, values: CorrectionValues, words: string): OwnSaid {
  if (task === 'state') return { kind: 'stated', words };
  return { kind: task === 'correct' ? 'corrected' : 'disputed', values, words };
}

function Field(props: { field: string; parameter: string; value: string; onChange: (text: string) => void }) {
  const { field, parameter, value, onChange } = props;
  const choices = choicesOf(field, parameter);
  const label = fieldLabel(field);
  if (choices !== null)
    return (
      <Select
        label={label}
        data={choices}
        value={value}
        allowDeselect={false}
        onChange={(text) => onChange(text ?? value)}
      />
    );
  return (
    <TextInput
      label={label}
      type={field === 'at' ? 'datetime-local' : NUMBERS.has(field) ? 'number' : 'text'}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

const NUMBERS: ReadonlySet<string> = new Set(['keys', 'clicks', 'scrolls', 'moves', 'memoryGiB']);

function choicesOf(field: string, parameter: string): { value: string; label: string }[] | null {
  if (field === 'active')
    return (['yes', 'no'] as const).map((value) => ({ value, label: say(`corrections.${value}`) }));
  if (field !== 'category') return null;
  const categories: readonly string[] = parameter === 'app' ? AppCategory.options : SiteCategory.options;
  return [...categories, 'private'].map((value) => ({ value, label: labelText(value) }));
}

function valueIn(record: EntryView['shown'], field: string): Value {
  const all: Readonly<Record<string, unknown>> = { ...record };
  const value = all[field];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

function textOf(field: string, value: Value): string {
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (field === 'at' && typeof value === 'number') return `${dayIn(value)}T${clockTime(value)}`;
  return String(value);
}

/** Of the fields that were changed; a project or task that is emptied is none. */
function changedValues({ shown, fields }: EntryView, typed: Readonly<Record<string, string>>): CorrectionValues {
  const changed = fields.filter((field) => {
    const text = typed[field];
    return text !== undefined && text !== textOf(field, valueIn(shown, field));
  });
  return Object.fromEntries(changed.map((field) => [field, valueOf(field, typed[field] ?? '')]));
}

function valueOf(field: string, text: string): Value {
  if (field === 'at') return new Date(text).getTime();
  if (field === 'active') return text === 'yes';
  if (NUMBERS.has(field)) return Number(text);
  if (text.trim() === '' && ['project', 'task', 'model'].includes(field)) return null;
  return text;
}
