import type { AgentStatus } from '../../shared/protocol/window.ts';
import { nearTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';

/** When what is observed, and what is entered, ends unless the server is heard of; or that it has ended. */
export function untilWords({ observed, entered }: NonNullable<AgentStatus['until']>, now: number): string {
  if (entered <= now) return say('recording.untilOver');
  const ends = nearTime(entered, now);
  if (observed <= now) return say('recording.untilEntered', { entered: ends });
  return say('recording.until', { observed: nearTime(observed, now), entered: ends });
}
