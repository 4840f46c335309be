import { expect, test } from 'vitest';
import { reportOf } from '../../../server/console/people/deviceReport.ts';
import { parameterIds } from '../../../shared/catalog.ts';
import { UnixMs } from '../../../shared/time.ts';

const at = UnixMs.parse(Date.UTC(2026, 10, 22, 12));
const none = { sensors: null, queue: null };

test('a device that signed nothing is said nothing of', () => {
  expect(reportOf(none, at)).toEqual([]);
});

test('what works is counted, and what cannot is named with its reason', () => {
  const sensors = (work: readonly (typeof parameterIds)[number][], unable: readonly (typeof parameterIds)[number][]) =>
    reportOf({ ...none, sensors: { work: [...work], unable: [...unable] } }, at);
  expect(sensors([], [])).toEqual(['No sensor is switched on.']);
  expect(sensors(['app'], [])).toEqual(['1 sensor works.']);
  expect(sensors(['app', 'activity'], ['screenshot', 'title', 'url'])).toEqual([
    '2 sensors work. Cannot be recorded, because its sensor does not work on this computer: Screenshots, Window title. ' +
      'Cannot be recorded, because no browser extension is heard: Active site.',
  ]);
});

test('its person is told how much waited and when; others hundreds, and no time', () => {
  const queue = (records: number, when: number | null) =>
    reportOf({ ...none, queue: { records, at: when } }, at).join();
  expect(queue(0, at)).toMatch(/^Nothing waited to be sent when it last reported, \d\d:\d\d\.$/);
  expect(queue(1, at)).toMatch(/^1 record waited to be sent when it last reported, \d\d:\d\d\.$/);
  expect(queue(43, at)).toMatch(/^43 records waited/);
  expect(queue(0, null)).toBe('Fewer than 100 records waited to be sent when it last reported.');
  expect(queue(300, null)).toBe('At least 300 records waited to be sent when it last reported.');
});
