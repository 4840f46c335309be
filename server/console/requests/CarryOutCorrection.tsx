import { Select, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { catalog } from '../../../shared/catalog.ts';
import type { CorrectionValues } from '../../../shared/correction.ts';
import type { RequestView } from '../../../shared/protocol/http/requests.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { fieldLabel } from '../corrections/correctionWords.ts';
import { DialogForm } from '../frame/DialogForm.tsx';
import { viewerZone } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { ProofFields, useProof } from './ProofFields.tsx';

/** What people enter, and what of it can be put right. */
const FIELDS = { project: ['project', 'task'], notes: ['note'], session: ['at'] } as const;
const kinds = ['project', 'notes', 'session'] as const;
type Typed = Readonly<Record<string, string>>;

/** One record of somebody else, found by what they say stands there. */
export function CarryOutCorrection(props: { request: RequestView; name: string; onClose: () => void }) {
  const { request: view, name, onClose } = props;
  const { person, request } = view;
  const given = useProof();
  const [parameter, setParameter] = useState<(typeof kinds)[number]>('project');
  const [day, setDay] = useState('');
  const [read, setRead] = useState<Typed>({});
  const [right, setRight] = useState<Typed>({});
  const [words, setWords] = useState('');
  const [reads, values] = [valuesOf(read), valuesOf(right)];
  const isWhole = day !== '' && words.trim() !== '' && reads !== null && values !== null && given.proof !== null;
  const send = async () => {
    if (reads === null || values === null) return;
    const body = { password: '', ...given.proof, parameter, day, reads, values, words: words.trim() };
    await call('carryOutCorrection', { params: { person, request }, body }).finally(() => given.clear());
  };
  return (
    <DialogForm
      title={say('carryOut.correctOf', { name })}
      button={say('carryOut.correctNow')}
      onClose={onClose}
      send={isWhole ? send : null}
      stale={[keys.allRequests]}
    >
      {(tried) => {
        const missing = (is: boolean) => (tried && is ? say('represent.missing') : null);
        const fields = (typed: Typed, type: (typed: Typed) => void, label: 'carryOut.reads' | 'carryOut.values') =>
          FIELDS[parameter].map((field, place) => (
            <TextInput
              key={field}
              label={say(label, { field: fieldLabel(field) })}
              {...(field === 'at'
                ? { type: 'datetime-local', description: say('carryOut.timeHelp', { zone: viewerZone() }) }
                : {})}
              value={typed[field] ?? ''}
              error={missing(place === 0 && valuesOf(typed) === null)}
              onChange={(event) => type({ ...typed, [field]: event.currentTarget.value })}
            />
          ));
        return (
          <>
            <p>{say('carryOut.correctText', { name })}</p>
            <Select
              label={say('carryOut.kind')}
              data={kinds.map((value) => ({ value, label: catalog[value].label }))}
              value={parameter}
              allowDeselect={false}
              onChange={(value) => {
                setParameter(kinds.find((one) => one === value) ?? parameter);
                setRead({});
                setRight({});
              }}
            />
            <TextInput
              type="date"
              label={say('carryOut.day')}
              value={day}
              error={missing(day === '')}
              onChange={(event) => setDay(event.currentTarget.value)}
            />
            {fields(read, setRead, 'carryOut.reads')}
            {fields(right, setRight, 'carryOut.values')}
            <Textarea
              label={say('carryOut.words')}
              autosize
              minRows={2}
              maxLength={2_000}
              value={words}
              error={missing(words.trim() === '')}
              onChange={(event) => setWords(event.currentTarget.value)}
            />
            <ProofFields entered={given} error={null} />
          </>
        );
      }}
    </DialogForm>
  );
}

/** Null where nothing was typed; a time as it is in the zone of the browser. */
function valuesOf(typed: Typed): CorrectionValues | null {
  const entries = Object.entries(typed).filter(([, text]) => text.trim() !== '');
  if (entries.length === 0) return null;
  return Object.fromEntries(entries.map(([field, text]) => [field, field === 'at' ? new Date(text).getTime() : text]));
}
