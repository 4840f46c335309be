import { Button, Checkbox, Group, Select, TextInput } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { WorkingHours } from '../../../shared/policy/workingHours.ts';
import { Note } from '../frame/Note.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { knownZones } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { dayName } from './hours.ts';

type Span = WorkingHours['spans'][number];

const WEEK = [1, 2, 3, 4, 5, 6, 7];
const EMPTY: Span = { days: [], from: '', to: '' };

/** Says when people work: nothing is filled in for an organisation that has not said it. */
export function HoursDialog(props: {
  hours: WorkingHours | null;
  opened: boolean;
  onClose: () => void;
  onKeep: (hours: WorkingHours) => void;
}) {
  const { hours, opened, onClose, onKeep } = props;
  return (
    <Dialog opened={opened} onClose={onClose} title={say('bounds.workingHours')}>
      <HoursForm
        hours={hours}
        onKeep={(kept) => {
          onKeep(kept);
          onClose();
        }}
      />
    </Dialog>
  );
}

function HoursForm({ hours, onKeep }: { hours: WorkingHours | null; onKeep: (hours: WorkingHours) => void }) {
  const [spans, setSpans] = useState<readonly Span[]>(hours?.spans ?? [EMPTY]);
  const [zone, setZone] = useState(hours?.zone ?? null);
  const [wrong, setWrong] = useState(false);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const said = WorkingHours.safeParse({ zone, spans });
    setWrong(!said.success);
    if (said.success) onKeep(said.data);
  };
  return (
    <form className="dl-stack" onSubmit={submit} noValidate>
      {spans.map((span, place) => (
        <SpanFields
          // biome-ignore lint/suspicious/noArrayIndexKey: a span has no name but its place
          key={place}
          span={span}
          onChange={(changed) => setSpans(spans.with(place, changed))}
          onRemove={spans.length > 1 ? () => setSpans(spans.toSpliced(place, 1)) : null}
        />
      ))}
      <div>
        <Button size="xs" variant="default" onClick={() => setSpans([...spans, EMPTY])}>
          {say('bounds.add')}
        </Button>
      </div>
      <Select
        label={say('bounds.zone')}
        placeholder={say('bounds.chooseZone')}
        searchable
        allowDeselect={false}
        value={zone}
        data={[...new Set([...knownZones(), ...(zone === null ? [] : [zone])])]}
        onChange={setZone}
      />
      {wrong && <Note tone="gone">{say('bounds.wrong')}</Note>}
      <div>
        <Button type="submit">{say('bounds.keep')}</Button>
      </div>
    </form>
  );
}

function SpanFields(props: { span: Span; onChange: (span: Span) => void; onRemove: (() => void) | null }) {
  const { span, onChange, onRemove } = props;
  return (
    <div className="dl-stack">
      <Checkbox.Group
        label={say('bounds.days')}
        value={span.days.map(String)}
        onChange={(days) => onChange({ ...span, days: days.map(Number).toSorted((a, b) => a - b) })}
      >
        <Group gap="sm" mt={6}>
          {WEEK.map((day) => (
            <Checkbox key={day} size="xs" value={String(day)} label={dayName(day)} />
          ))}
        </Group>
      </Checkbox.Group>
      <div className="dl-row">
        {(['from', 'to'] as const).map((end) => (
          <TextInput
            key={end}
            size="xs"
            label={say(`bounds.${end}`)}
            description={say('bounds.moment')}
            value={span[end]}
            onChange={(event) => onChange({ ...span, [end]: event.currentTarget.value.trim() })}
          />
        ))}
        {onRemove !== null && (
          <Button size="xs" variant="default" onClick={onRemove}>
            {say('bounds.remove')}
          </Button>
        )}
      </div>
    </div>
  );
}
