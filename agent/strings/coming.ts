import { catalog } from '../../shared/catalog.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { date } from './format.ts';
import { levelWord } from './level.ts';
import { say } from './say.ts';

type Coming = NonNullable<AgentStatus['notice']>['coming'][number];

/** What was acknowledged, and from when it counts. */
export function comingWords({ parameter, level, from }: Coming): string {
  return say('coming.line', { what: catalog[parameter].label, level: levelWord(level), date: date(from) });
}
