import { describe, expect, it } from 'vitest';
import { createWallClocks, isWiderThan, WorkingHours, workingUntil } from '../../../../shared/policy/workingHours.ts';

const WEEKDAYS = [1, 2, 3, 4, 5];
const office = WorkingHours.parse({
  zone: 'Europe/Berlin',
  spans: [
    { days: WEEKDAYS, from: '09:00', to: '12:00' },
    { days: WEEKDAYS, from: '13:00', to: '17:00' },
  ],
});
const at = (instant: string) => Date.parse(instant);
const until = (hours: WorkingHours, instant: string, zone = hours.zone) => {
  const wall = createWallClocks().in(zone);
  if (wall === null) throw new Error(`no such zone: ${zone}`);
  const end = workingUntil(hours, wall, at(instant));
  return end === null ? null : new Date(end).toISOString();
};

describe('working hours', () => {
  it('hold from their first minute to the one before their end, on their days alone', () => {
    // 16 November 2026 is a Monday; Berlin is one hour ahead of UTC.
    expect(until(office, '2026-11-16T07:59:59.999Z')).toBeNull();
    expect(until(office, '2026-11-16T08:00:00.000Z')).toBe('2026-11-16T11:00:00.000Z');
    expect(until(office, '2026-11-16T10:59:59.999Z')).toBe('2026-11-16T11:00:00.000Z');
    expect(until(office, '2026-11-16T11:00:00.000Z')).toBeNull();
    expect(until(office, '2026-11-16T12:00:30.000Z')).toBe('2026-11-16T16:00:00.000Z');
    expect(until(office, '2026-11-16T16:00:00.000Z')).toBeNull();
    expect(until(office, '2026-11-21T09:00:00.000Z')).toBeNull();
  });

  it('go by the clock of the person’s own zone where they have named one', () => {
    expect(until(office, '2026-11-16T08:00:00.000Z', 'America/New_York')).toBeNull();
    expect(until(office, '2026-11-16T14:00:00.000Z', 'America/New_York')).toBe('2026-11-16T17:00:00.000Z');
  });

  it('that adjoin are one, through midnight and the end of the week', () => {
    const night = WorkingHours.parse({
      zone: 'UTC',
      spans: [
        { days: [7], from: '22:00', to: '24:00' },
        { days: [1], from: '00:00', to: '06:00' },
      ],
    });
    expect(until(night, '2026-11-15T23:30:00Z')).toBe('2026-11-16T06:00:00.000Z');
    expect(until(night, '2026-11-16T22:30:00Z')).toBeNull();
    const always = WorkingHours.parse({
      zone: 'UTC',
      spans: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' }],
    });
    expect(at(until(always, '2026-11-16T10:00:00Z') ?? '')).toBeGreaterThan(at('2026-11-25T00:00:00Z'));
  });

  it('end by the wall when the clocks are changed within them, and never later', () => {
    const early = WorkingHours.parse({ zone: 'Europe/Berlin', spans: [{ days: [7], from: '01:00', to: '05:00' }] });
    // Forward at 02:00 on 29 March 2026: three hours from 01:00 to 05:00.
    expect(until(early, '2026-03-29T00:00:00Z')).toBe('2026-03-29T03:00:00.000Z');
    // Back at 03:00 on 25 October 2026: five hours.
    expect(until(early, '2026-10-24T23:00:00Z')).toBe('2026-10-25T04:00:00.000Z');
    // A span that begins in the hour that there is not begins with the next one.
    const skipped = WorkingHours.parse({ zone: 'Europe/Berlin', spans: [{ days: [7], from: '02:30', to: '04:00' }] });
    expect(until(skipped, '2026-03-29T00:59:59Z')).toBeNull();
    expect(until(skipped, '2026-03-29T01:00:00Z')).toBe('2026-03-29T02:00:00.000Z');
    expect(until(early, '2026-10-25T04:00:00Z')).toBeNull();
  });

  it('are refused in words that say what was expected', () => {
    const problem = (change: object) =>
      WorkingHours.safeParse({ zone: 'UTC', spans: [{ days: [1], from: '09:00', to: '17:00' }], ...change }).error
        ?.issues[0]?.message;
    expect(problem({})).toBeUndefined();
    expect(problem({ zone: 'Berlin' })).toBe('expected a time zone as IANA names it, such as Europe/Berlin');
    expect(problem({ spans: [] })).toBe('expected at least one span of working hours');
    expect(problem({ spans: [{ days: [1], from: '22:00', to: '06:00' }] })).toMatch(/crosses midnight is two/);
    expect(problem({ spans: [{ days: [1, 1], from: '09:00', to: '10:00' }] })).toBe('expected each day once');
    expect(problem({ spans: [{ days: [1], from: '9:00', to: '10:00' }] })).toBe(
      'expected a time of day from 00:00 to 24:00',
    );
  });

  it('are wider than others where there is a moment of the week that the others leave free, and in another zone', () => {
    const span = (from: string, to: string, days = WEEKDAYS) => ({ zone: 'UTC', spans: [{ days, from, to }] });
    expect(isWiderThan(span('09:00', '17:00'), span('09:00', '17:00'))).toBe(false);
    expect(isWiderThan(span('10:00', '16:00'), span('09:00', '17:00'))).toBe(false);
    expect(isWiderThan(span('09:00', '17:01'), span('09:00', '17:00'))).toBe(true);
    expect(isWiderThan(span('09:00', '17:00', [6]), span('09:00', '17:00'))).toBe(true);
    expect(isWiderThan({ ...span('09:00', '17:00'), zone: 'Asia/Tokyo' }, span('09:00', '17:00'))).toBe(true);
    expect(isWiderThan(office, span('08:00', '18:00'))).toBe(true);
    expect(isWiderThan(span('09:00', '12:00'), { ...office, zone: 'UTC' })).toBe(false);
    expect(isWiderThan(span('11:30', '13:30'), { ...office, zone: 'UTC' })).toBe(true);
    expect(isWiderThan(span('09:00', '17:00'), undefined)).toBe(true);
    expect(isWiderThan(undefined, office)).toBe(false);
  });
});
