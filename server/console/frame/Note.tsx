import {
  IconAlertTriangle,
  IconCircleCheck,
  IconHourglassEmpty,
  IconInfoCircle,
  type TablerIcon,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './frame.module.css';

export type NoteTone = 'plain' | 'wait' | 'gone' | 'on';

const looks: Readonly<Record<NoteTone, { icon: TablerIcon; tone: string | undefined }>> = {
  plain: { icon: IconInfoCircle, tone: undefined },
  wait: { icon: IconHourglassEmpty, tone: classes.noteWait },
  gone: { icon: IconAlertTriangle, tone: classes.noteGone },
  on: { icon: IconCircleCheck, tone: classes.noteOn },
};

/** Something to know about this page. `gone` interrupts a screen reader; the others wait their turn. */
export function Note({ tone = 'plain', children }: { tone?: NoteTone; children: ReactNode }) {
  const { icon: Icon, tone: look } = looks[tone];
  return (
    <div className={`${classes.note} ${look ?? ''}`} role={tone === 'gone' ? 'alert' : 'note'}>
      <Icon size={19} aria-hidden />
      <div>{children}</div>
    </div>
  );
}
