import type { AgentStatus } from '../../shared/protocol/window.ts';
import { dateTime } from './format.ts';
import { say } from './say.ts';

export type Concern = { readonly title: string; readonly text: string };

/** What happened to data of the person, one after the other; empty where nothing is known to have. */
export function concernsIn(concerns: AgentStatus['concerns'], now: number): readonly Concern[] {
  if (concerns === undefined) return [];
  return [
    ...concerns.operators.map(({ at, until, closedAt, by, reason }) => {
      const isOpen = closedAt === null && now < until;
      const times = { at: dateTime(at), until: dateTime(closedAt ?? until) };
      return {
        title: say(isOpen ? 'concerns.operatorNow' : 'concerns.operator', times),
        text:
          by === null || reason === null ? say('concerns.operatorGone') : say('concerns.operatorBy', { by, reason }),
      };
    }),
    ...concerns.incidents.map(({ number, at, words }) => ({
      title: say('concerns.incident', { number, at: dateTime(at) }),
      text: words,
    })),
  ];
}

export function concernLines(concerns: AgentStatus['concerns'], now: number): readonly string[] {
  const all = concernsIn(concerns, now);
  if (all.length === 0) return [];
  return [say('concerns.terminal'), ...all.flatMap(({ title, text }) => [`  ${title}`, `    ${text}`])];
}
