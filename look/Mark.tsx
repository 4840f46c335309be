import {
  IconAlertTriangle,
  IconCircle,
  IconCircleCheck,
  IconHourglassEmpty,
  IconLock,
  type TablerIcon,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './Mark.module.css';

/** The five things that a colour can mean here. */
export type Tone = 'on' | 'off' | 'wait' | 'private' | 'gone';

const icons: Readonly<Record<Tone, TablerIcon>> = {
  on: IconCircleCheck,
  off: IconCircle,
  wait: IconHourglassEmpty,
  private: IconLock,
  gone: IconAlertTriangle,
};

/** A state as icon and word; the colour only repeats them. */
export function Mark({ tone, children }: { tone: Tone; children: ReactNode }) {
  const Icon = icons[tone];
  return (
    <span className={`${classes.mark} ${classes[tone]}`}>
      <Icon size={15} stroke={2} aria-hidden />
      {children}
    </span>
  );
}
