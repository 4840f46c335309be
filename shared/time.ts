import { z } from 'zod';

/** Milliseconds since 1970-01-01T00:00Z. The bounds (2020 to 2100) turn a forgotten unit into an error at the door. */
export const UnixMs = z.int().min(1_577_836_800_000).max(4_102_444_800_000);
export type UnixMs = z.infer<typeof UnixMs>;

/** Milliseconds on the device's monotonic clock, comparable only within one boot id. */
export const MonoMs = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
export type MonoMs = z.infer<typeof MonoMs>;

/** A length of time in milliseconds, at most one day. */
export const SpanMs = z.int().min(0).max(86_400_000);
export type SpanMs = z.infer<typeof SpanMs>;

/** A calendar day in UTC, `YYYY-MM-DD`. */
export const Day = z.iso.date();
export type Day = z.infer<typeof Day>;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The UTC day on which an instant falls. */
export function dayOf(at: UnixMs): Day {
  return new Date(at).toISOString().slice(0, 10);
}

/** The day `days` after `day` (before it, when negative). */
export function addDays(day: Day, days: number): Day {
  return dayOf(Date.parse(`${day}T00:00:00Z`) + days * DAY);
}

/** Whether this runtime knows a time zone of this name: a name that nobody knows could be any word at all. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
