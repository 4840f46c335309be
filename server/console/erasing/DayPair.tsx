import { TextInput } from '@mantine/core';
import { say } from '../strings/say.ts';

/** From which day to which, both included. */
export interface DaySpan {
  readonly from: string;
  readonly to: string;
}

export function isWholeSpan({ from, to }: DaySpan): boolean {
  return from !== '' && to !== '' && from <= to;
}

export function DayPair({ span, onChange }: { span: DaySpan; onChange: (span: DaySpan) => void }) {
  const { from, to } = span;
  return (
    <div className="dl-row">
      <TextInput
        type="date"
        label={say('erase.from')}
        value={from}
        required
        onChange={(event) => onChange({ from: event.currentTarget.value, to })}
      />
      <TextInput
        type="date"
        label={say('erase.to')}
        value={to}
        required
        error={from !== '' && to !== '' && to < from && say('erase.order')}
        onChange={(event) => onChange({ from, to: event.currentTarget.value })}
      />
    </div>
  );
}
