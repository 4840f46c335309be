import { Checkbox, MultiSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Processor, type ProcessorSummary, processorFields } from '../../../shared/protocol/http/processors.ts';
import { dayOf } from '../../../shared/time.ts';
import { call } from '../api/client.ts';
import { say } from '../strings/say.ts';
import { RegisterForm } from './RegisterForm.tsx';

const lines = ['name', 'contact', 'region', 'purpose'] as const;

/** A new processor, or one that is written anew. */
export function ProcessorDialog(props: {
  revision: number;
  processor: ProcessorSummary | null;
  opened: boolean;
  onClose: () => void;
}) {
  const { revision, processor, opened, onClose } = props;
  const [entered, setEntered] = useState<Processor>(() => begun(processor));
  const change = (more: Partial<Processor>) => setEntered((now) => ({ ...now, ...more }));
  const parsed = Processor.safeParse(entered);
  const missing = (field: keyof Processor, tried: boolean) =>
    tried && parsed.error?.issues.some(({ path }) => path[0] === field) === true ? say('represent.missing') : null;
  const number = processor?.number ?? null;
  return (
    <RegisterForm
      title={say(processor === null ? 'processors.add' : 'processors.title')}
      save={say('controller.save')}
      opened={opened}
      onClose={onClose}
      write={
        parsed.success
          ? (reason) => call('recordProcessor', { body: { revision, number, processor: parsed.data, reason } })
          : null
      }
    >
      {(tried) => (
        <>
          {lines.map((field) => (
            <TextInput
              key={field}
              label={say(`processors.${field}`)}
              maxLength={200}
              value={entered[field]}
              error={missing(field, tried)}
              onChange={(event) => change({ [field]: event.currentTarget.value })}
            />
          ))}
          <MultiSelect
            label={say('processors.fields')}
            description={say('processors.fieldsHelp')}
            searchable
            data={[...processorFields]}
            value={entered.fields}
            error={missing('fields', tried)}
            onChange={(fields) => change({ fields })}
          />
          <TextInput
            type="date"
            label={say('processors.contractOn')}
            value={entered.contractOn}
            error={missing('contractOn', tried)}
            onChange={(event) => change({ contractOn: event.currentTarget.value })}
          />
          <TextInput
            label={say('processors.safeguard')}
            description={say('processors.safeguardHelp')}
            maxLength={500}
            value={entered.safeguard}
            onChange={(event) => change({ safeguard: event.currentTarget.value })}
          />
          <p className="dl-small">{say('processors.saved')}</p>
          {processor !== null && (
            <Checkbox
              label={say('processors.end')}
              checked={entered.state === 'ended'}
              onChange={(event) => change({ state: event.currentTarget.checked ? 'ended' : 'holds' })}
            />
          )}
        </>
      )}
    </RegisterForm>
  );
}

function begun(processor: ProcessorSummary | null): Processor {
  const words = { name: '', contact: '', region: '', purpose: '', safeguard: '' };
  if (processor === null) return { ...words, fields: [], contractOn: dayOf(Date.now()), state: 'holds' };
  const { name, contact, region, purpose, fields, contractOn, safeguard, state } = processor;
  return { name, contact, region, purpose, fields, contractOn, safeguard, state };
}
