import fc from 'fast-check';
import { expect, test } from 'vitest';
import { requireLeavingDay } from '../../../server/lifecycle/leavingDay.ts';
import { localDay } from '../../../server/reports/zonedDay.ts';
import { DaylightError } from '../../../shared/errors.ts';
import { LEAVING_DAYS_AHEAD } from '../../../shared/protocol/http/leavingDates.ts';
import { addDays, HOUR } from '../../../shared/time.ts';

/** Ahead of and behind UTC, by whole hours and parts of them, with summer time that begins or ends at midnight, by half an hour, or not at all. */
const zones = fc.constantFrom(
  ...['UTC', 'Europe/Berlin', 'America/Los_Angeles', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Africa/Cairo'],
  ...['Asia/Beirut', 'America/Havana', 'America/Santiago', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Asia/Kolkata'],
);
const now = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2040, 0, 1) });

const today = (at: number, zone: string): string => localDay(at, zone) ?? '';

function refusal(day: string, zone: string, at: number): string {
  try {
    requireLeavingDay(day, zone, at);
  } catch (error) {
    if (error instanceof DaylightError) return error.message;
    throw error;
  }
  return 'none';
}

test('the account ends with the last moment of the day on the wall of its zone: not before, and not a moment after', () => {
  fc.assert(
    fc.property(zones, now, fc.integer({ min: 0, max: LEAVING_DAYS_AHEAD }), (zone, at, ahead) => {
      const day = addDays(today(at, zone), ahead);
      const endsAt = requireLeavingDay(day, zone, at);
      expect([localDay(endsAt - 1, zone), localDay(endsAt, zone)]).toEqual([day, addDays(day, 1)]);
      expect(endsAt).toBeGreaterThan(at);
    }),
    { numRuns: 300 },
  );
});

test('days follow each other: each is 23 to 25 hours long, and a later day ends later', () => {
  fc.assert(
    fc.property(zones, now, fc.integer({ min: 0, max: LEAVING_DAYS_AHEAD - 1 }), (zone, at, ahead) => {
      const day = addDays(today(at, zone), ahead);
      const long = requireLeavingDay(addDays(day, 1), zone, at) - requireLeavingDay(day, zone, at);
      expect(long).toBeGreaterThanOrEqual(23 * HOUR);
      expect(long).toBeLessThanOrEqual(25 * HOUR);
    }),
    { numRuns: 200 },
  );
});

test('a day that is over there, and one more than a year ahead, is refused with the field; today is not', () => {
  fc.assert(
    fc.property(zones, now, fc.integer({ min: 1, max: 3_000 }), (zone, at, more) => {
      const day = today(at, zone);
      expect(refusal(addDays(day, -more), zone, at)).toMatch(/^day: .* is over$/);
      expect(refusal(addDays(day, LEAVING_DAYS_AHEAD + more), zone, at)).toMatch(/^day: .* days ahead$/);
      expect(refusal(day, zone, at)).toBe('none');
    }),
    { numRuns: 100 },
  );
});
