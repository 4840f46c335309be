import type { AgentStatus } from '../../shared/protocol/window.ts';
import { levelWord } from './level.ts';
import { say } from './say.ts';

type Asked = AgentStatus['consents'][number];

/** What rests on consent, a line each, for a terminal. */
export function consentLine({ label, level, text, counts }: Asked): string {
  return say('consents.line', { what: label, level: levelWord(level), state: say(`consents.${counts}`), text });
}
