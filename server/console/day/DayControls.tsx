import { ActionIcon, Button, TextInput } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconRefresh } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { Day } from '../../../shared/time.ts';
import { dayBeside } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import classes from './day.module.css';
import { purposesText, type ReadPurposeName } from './purposes.ts';

/** Which day, for which purpose, and read again. */
export function DayControls(props: {
  day: string;
  today: string;
  /** Null on one's own day and before one is chosen. */
  purposes: readonly ReadPurposeName[] | null;
  refreshing: boolean;
  onDay: (day: string) => void;
  /** To choose anew. */
  onPurpose: () => void;
  onRefresh: (() => void) | null;
}) {
  const { day, today, purposes, refreshing, onDay, onPurpose, onRefresh } = props;
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
        <DayField day={day} today={today} onDay={onDay} />
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
      {purposes !== null && (
        <Button variant="default" onClick={onPurpose}>
          {say('day.purpose', { purpose: purposesText(purposes) })}
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

/** So long nothing is typed any more when a day is whole. */
const QUIET_MS = 800;

/**
 * A day to be typed or picked. On the way to the one that is meant a field for dates holds others, the day 1 before the 12 and
 * the year 20 before 2026: each of them would be a look at somebody's day, on record.
 */
function DayField({ day, today, onDay }: { day: string; today: string; onDay: (day: string) => void }) {
  const [typed, setTyped] = useState<string | null>(null);
  useEffect(() => {
    const whole = Day.safeParse(typed);
    if (!whole.success) return;
    const timer = setTimeout(() => {
      setTyped(null);
      if (whole.data !== day) onDay(whole.data);
    }, QUIET_MS);
    return () => clearTimeout(timer);
  }, [typed, day, onDay]);
  return (
    <TextInput
      type="date"
      aria-label={say('day.pick')}
      value={typed ?? day}
      max={today}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={() => {
        if (!Day.safeParse(typed).success) setTyped(null);
      }}
    />
  );
}
