import { catalog } from '../../shared/catalog.ts';
import type { NotRecordedDay } from '../../shared/protocol/window.ts';
import { MINUTE, SECOND } from '../../shared/time.ts';
import { duration } from './format.ts';
import { listed, say } from './say.ts';

/** What was not recorded, or not kept, on that day, a line each. */
export function notRecordedLines({ off, dropped, refused, hidden }: NotRecordedDay): string[] {
  return [
    ...offLines(off),
    ...dropped.map(({ parameter, words, count: n }) =>
      say('dropped.line', { n, label: catalog[parameter].label, words }),
    ),
    ...refused.map(({ reason, count: n }) => say('days.refused', { n, why: say(`discarded.${reason}`) })),
    ...hidden.map((one) => say('days.line', { n: one.count, what: hiddenWords(one) })),
  ];
}

/** What was off for the same reason and the same time stands together; what lasted no minute is left out. */
function offLines(off: NotRecordedDay['off']): string[] {
  const together = new Map<string, NotRecordedDay['off']>();
  for (const one of off.filter(({ seconds }) => seconds * SECOND >= MINUTE)) {
    const key = `${one.why} ${duration(one.seconds * SECOND)}`;
    together.set(key, [...(together.get(key) ?? []), one]);
  }
  return [...together.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const what = listed(same.map(({ parameter }) => catalog[parameter].named));
    return [say('days.off', { time: duration(first.seconds * SECOND), what, why: first.why })];
  });
}

function hiddenWords({ by, rule }: NotRecordedDay['hidden'][number]): string {
  if (by === 'app') return say('days.app', { rule });
  if (by === 'site') return say('days.site', { rule });
  return isList(rule) ? say(`days.list.${rule}`) : rule;
}

const lists = ['sensitive_apps', 'special_sites', 'private_windows', 'more'] as const;

function isList(rule: string): rule is (typeof lists)[number] {
  return lists.some((list) => list === rule);
}
