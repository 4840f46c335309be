import { type ComingView, DROPPED_TOLD, type ProposalsView, TOLD_DAYS } from '../../shared/protocol/http/proposals.ts';
import { limits } from '../../shared/protocol/limits.ts';
import type { ComingFrame } from '../../shared/protocol/messages.ts';
import { DAY, type UnixMs } from '../../shared/time.ts';

/** What everyone can read the date of: of what is going to be published, and of what is not any more. */
export type Announced = Pick<ComingView, 'scheduled' | 'dropped'>;

/** Of all that was put forward. What waits for a second person is not in it: it may never come. */
export function announcedIn({ proposals }: ProposalsView, now: UnixMs): Announced {
  const scheduled = proposals.flatMap(({ number, state, due, reason, content }) =>
    state === 'scheduled' && due !== null && content.kind === 'policy'
      ? [{ number, due, reason, policy: content.document }]
      : [],
  );
  const dropped = proposals.flatMap(({ number, content, state, due, endedAt, reason }) => {
    if (content.kind !== 'policy' || due === null || endedAt === null || endedAt <= now - TOLD_DAYS * DAY) return [];
    if (state === 'waiting' || state === 'scheduled' || state === 'done') return [];
    return [{ number, due, reason, state, endedAt }];
  });
  return {
    scheduled: scheduled.toSorted((a, b) => a.due - b.due),
    dropped: dropped.toSorted((a, b) => b.endedAt - a.endedAt),
  };
}

/** In UTF-16 code units, each at most three bytes of a frame. */
const FRAME_MOST = limits.frameBytes / 3 - 1_000;

/** The same as an agent is told it: what comes first goes first, as much as a frame takes. */
export function comingFrame({ scheduled, dropped }: Announced, asOf: UnixMs): ComingFrame {
  const told = [...scheduled, ...dropped.slice(0, DROPPED_TOLD)];
  let size = 0;
  const fitting = new Set(
    told.filter((one) => {
      size += JSON.stringify(one).length + 1;
      return size < FRAME_MOST;
    }),
  );
  return {
    type: 'coming',
    asOf,
    scheduled: scheduled.filter((one) => fitting.has(one)),
    dropped: dropped.filter((one) => fitting.has(one)),
    more: scheduled.length + dropped.length - fitting.size,
  };
}
