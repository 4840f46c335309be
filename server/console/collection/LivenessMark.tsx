import { Mark } from '../../../look/Mark.tsx';
import type { Liveness } from '../api/useProof.ts';
import { exactNear } from '../strings/format.ts';
import { say } from '../strings/say.ts';

/** Whether the proof shown is live; it never pretends to be. */
export function LivenessMark({ liveness, updatedAt }: { liveness: Liveness; updatedAt: number }) {
  return <div aria-live="polite">{markOf(liveness, updatedAt)}</div>;
}

function markOf(liveness: Liveness, updatedAt: number) {
  switch (liveness) {
    case 'live':
      return <Mark tone="on">{say('live.yes')}</Mark>;
    case 'polling':
      return <Mark tone="wait">{say('live.polling')}</Mark>;
    case 'stale':
      return (
        <Mark tone="gone">
          {updatedAt === 0 ? say('live.none') : say('live.stale', { time: exactNear(updatedAt, Date.now()) })}
        </Mark>
      );
  }
}
