import type { Agent } from '../../agent/core/agent.ts';
import type { WindowAnswer } from '../../shared/protocol/window.ts';
import type { Deed } from './shift.ts';

/** Does with Daylight what the person does, at that moment. Null when there was nothing to drop. */
export async function perform(agent: Agent, deed: Deed): Promise<WindowAnswer | null> {
  if ('request' in deed) return agent.handle(deed.request);
  const image = agent.status().screenshots[0]?.image;
  return image === undefined ? null : agent.handle({ command: 'drop_screenshot', image });
}
