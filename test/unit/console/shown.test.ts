import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { NoticeText } from '../../../server/console/collection/NoticeText.tsx';
import { addressedDay } from '../../../server/console/day/addressedDay.ts';
import { DayTables } from '../../../server/console/day/DayTables.tsx';
import { en } from '../../../server/console/strings/en.ts';
import { dayReport } from '../../../server/reports/day.ts';
import { firstRules } from '../../../shared/policy/policy.ts';
import { noticeOf, RETENTION } from '../../../shared/policy/notice.ts';
import { MINUTE } from '../../../shared/time.ts';
import { dayFacts } from '../../support/dayFacts.ts';

const start = Date.parse('2026-11-16T00:00:00Z');
const apps = (title: string | null) => [{ from: start, to: start + MINUTE, label: 'XTerm', title }];
const tables = (title: string | null) =>
  renderToStaticMarkup(
    createElement(DayTables, {
      report: { ...dayReport(dayFacts(start, [])), apps: apps(title), absent: [] },
      own: true,
    }),
  );

test('a title that is not there is explained below the table, and one that is there needs no words', () => {
  expect(tables(null)).toContain(en['col.titleNone']);
  expect(tables('draft.md')).not.toContain(en['col.titleNone']);
});

test('a notice says that nothing is deleted by its days yet, where it collects anything', () => {
  const notice = noticeOf({
    ...{ version: 1, parameters: firstRules() },
    ...{ screenshotReviewSeconds: 300, idleSeconds: 300, leaseHours: { observed: 24, entered: 720 } },
  });
  expect(notice.collected.length).toBeGreaterThan(0);
  expect(renderToStaticMarkup(createElement(NoticeText, { notice }))).toContain(RETENTION);
  const empty = createElement(NoticeText, { notice: { ...notice, collected: [] } });
  expect(renderToStaticMarkup(empty)).not.toContain(RETENTION);
});

test('an address that names no day of the calendar names none, and today is not read in its place', () => {
  const today = '2026-11-22';
  expect(
    [undefined, '2026-11-16', '2026-13-45', '2026-02-30', 'today', ''].map((text) => addressedDay(text, today)),
  ).toEqual([today, '2026-11-16', null, null, null, null]);
});
