import { catalog } from '../../shared/catalog.ts';
import type { ChangeLine } from '../../shared/policy/changeWords.ts';
import type { AgentStatus, NoticeNews } from '../../shared/protocol/window.ts';
import { calendarDay, date, dateTime } from './format.ts';
import { levelWord } from './level.ts';
import { type StringKey, say } from './say.ts';

type Coming = NonNullable<AgentStatus['notice']>['coming'][number];
type Dated = NonNullable<AgentStatus['dated']>;

/** What was acknowledged, and from when it counts. */
export function comingWords({ parameter, level, from }: Coming): string {
  return say('coming.line', { what: catalog[parameter].label, level: levelWord(level), date: date(from) });
}

/** When it is published; where that is past and nothing was heard of it since, that it was to be. */
export function dueWords({ due }: Dated['scheduled'][number], now: number): string {
  return say(due > now ? 'dated.scheduled' : 'dated.overdue', { when: dateTime(due) });
}

export function droppedWords({ due, reason, state }: Dated['dropped'][number]): string {
  return `${say('dated.droppedOne', { when: dateTime(due), reason })} ${whyDropped(state)}`;
}

/** From what to what, and whether that is more or less. */
export function changeWords({ text, direction }: Pick<ChangeLine, 'text' | 'direction'>): string {
  return say('dated.change', { text, direction });
}

/** With which day the account ends, who set it, and what the person may do before; none where no day is set. */
export function leavingLines(leaving: AgentStatus['leaving'], now: number): string[] {
  if (leaving === null || leaving === undefined) return [];
  const { day, endsAt, setAt, setBy } = leaving;
  const times = { day: calendarDay(day), when: dateTime(endsAt) };
  const who = say(`leaving.${setBy}` satisfies StringKey);
  return [
    say(endsAt > now ? 'leaving.ahead' : 'leaving.over', times),
    say('leaving.setBy', { who, at: dateTime(setAt) }),
    say('leaving.means'),
  ];
}

/** All of it for a terminal, a line each; none when nothing is coming and nothing was dropped. */
export function datedLines(dated: AgentStatus['dated'], now: number): string[] {
  if (dated === null || dated.scheduled.length + dated.dropped.length + dated.more === 0) return [];
  return [
    say('coming.titleTerminal'),
    ...dated.scheduled.flatMap((one) => [
      `  ${dueWords(one, now)}`,
      `    ${say('dated.reason', { reason: one.reason })}`,
      ...(one.change === null
        ? [say('dated.unread')]
        : [...one.change.lines.map(lineWords), ...one.change.meaning]
      ).map((line) => `    ${line}`),
    ]),
    ...dated.dropped.map((one) => `  ${droppedWords(one)}`),
    ...(dated.scheduled.length === 0 ? [] : [`  ${say('dated.help')}`]),
    ...moreLines(dated).map((line) => `  ${line}`),
  ];
}

/** What did not fit, and of when it all is. */
export function moreLines({ more, asOf }: Dated): string[] {
  return [
    ...(more === 0 ? [] : [say('dated.more', { n: more })]),
    ...(asOf === null ? [] : [say('dated.asOf', { when: dateTime(asOf) })]),
  ];
}

function lineWords(line: ChangeLine): string {
  return `${line.subject} · ${changeWords(line)}`;
}

/** What is new in a notice, before its text in a terminal; none where it is acknowledged. */
export function newsLines(news: NoticeNews | undefined): string[] {
  return news === undefined ? [] : [...newsSummary(news), news.whole, ''];
}

/** The same where its text does not follow. */
export function newsSummary(news: NoticeNews | undefined): string[] {
  if (news === undefined) return [];
  const { title, lead, change } = news;
  const lines = change === null ? [] : [...change.lines.map(lineWords), ...change.meaning];
  return [title, ...[lead, ...lines].map((line) => `  ${line}`), ''];
}

function whyDropped(state: string): string {
  switch (state) {
    case 'refused':
    case 'withdrawn':
    case 'overtaken':
      return say(`dated.dropped.${state}`);
    default:
      return say('dated.dropped.not_published');
  }
}
