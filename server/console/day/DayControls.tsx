import { ActionIcon, Button, TextInput } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconRefresh } from '@tabler/icons-react';
import { Day } from '../../../shared/time.ts';
import { dayBeside } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import classes from './day.module.css';
import type { ReadPurposeName } from './purposes.ts';

/** Which day, for which purpose, and read again. */
export function DayControls(props: {
  day: string;
  today: string;
  /** Null on one's own day and before one is chosen. */
  purpose: ReadPurposeName | null;
  refreshing: boolean;
  onDay: (day: string) => void;
  onPurpose: () => void;
  onRefresh: (() => void) | null;
}) {
  const { day, today, purpose, refreshing, onDay, onPurpose, onRefresh } = props;
  return (
    <div className={`${classes.controls} dl-noprint`}>
      <div className={classes.stepper}>
        <ActionIcon
          variant="default"
          size={36}
          aria-label={say('day.before')}
          onClick={() => onDay(dayBeside(day, -1))}
        >
          <IconChevronLeft size={18} aria-hidden />
        </ActionIcon>
        <TextInput
          type="date"
          aria-label={say('day.pick')}
          value={day}
          max={today}
          onChange={(event) => {
            const picked = Day.safeParse(event.currentTarget.value);
            if (picked.success) onDay(picked.data);
          }}
        />
        <ActionIcon
          variant="default"
          size={36}
          aria-label={say('day.after')}
          disabled={day >= today}
          onClick={() => onDay(dayBeside(day, 1))}
        >
          <IconChevronRight size={18} aria-hidden />
        </ActionIcon>
      </div>
      {day !== today && (
        <Button variant="default" onClick={() => onDay(today)}>
          {say('day.today')}
        </Button>
      )}
      {purpose !== null && (
        <Button variant="default" onClick={onPurpose}>
          {say('day.purpose', { purpose: say(`purpose.${purpose}`) })}
        </Button>
      )}
      {onRefresh !== null && (
        <Button
          variant="default"
          leftSection={<IconRefresh size={16} aria-hidden />}
          loading={refreshing}
          onClick={onRefresh}
        >
          {say('action.refresh')}
        </Button>
      )}
    </div>
  );
}
