import { english } from '../../shared/policy/phrases/en.ts';
import type { Phrases } from '../../shared/policy/phrases/phrases.ts';
import { HOUR, MINUTE, SECOND } from '../../shared/time.ts';
import { say } from './say.ts';

/** `14:02` */
export function clockTime(at: number): string {
  return intl({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);
}

/** `14:02`, `tomorrow 09:12`, `Fri 13 Nov, 09:12` */
export function nearTime(at: number, now: number): string {
  const day = dayOf(at);
  if (day === dayOf(now)) return clockTime(at);
  if (day === dayOf(nextMidnight(now))) return say('time.tomorrow', { time: clockTime(at) });
  const named = intl({ weekday: 'short', day: 'numeric', month: 'short' }).format(at);
  return say('time.dayAndTime', { day: named, time: clockTime(at) });
}

/** `12 Nov 2026` */
export function date(at: number): string {
  return intl({ day: 'numeric', month: 'short', year: 'numeric' }).format(at);
}

/** `12 Nov 2026` for a calendar day, whatever the zone. */
export function calendarDay(day: string): string {
  return intl({ day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(
    Date.parse(`${day}T00:00:00Z`),
  );
}

/** `12 November 2026`, in the language of the phrases. */
export function longDate(at: number, phrases: Pick<Phrases, 'language'>): string {
  const locale = phrases.language === english.language ? say('locale') : phrases.language;
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long' }).format(at);
}

/** `12 Nov 2026, 09:12` */
export function dateTime(at: number): string {
  return say('time.dayAndTime', { day: date(at), time: clockTime(at) });
}

/** `6 h 48 min`, `12 min`, `40 s` */
export function duration(ms: number): string {
  if (ms < MINUTE) return say('time.seconds', { n: Math.max(0, Math.round(ms / SECOND)) });
  const minutes = Math.floor(ms / MINUTE);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours === 0) return say('time.minutes', { n: minutes });
  return rest === 0 ? say('time.hours', { n: hours }) : say('time.hoursMinutes', { hours, minutes: rest });
}

/** `3:12:05`, and `4:07` below an hour: to watch it run. */
export function stopwatch(ms: number): string {
  const total = Math.max(0, Math.floor(ms / SECOND));
  const [hours, minutes, seconds] = [Math.floor(total / 3_600), Math.floor(total / 60) % 60, twoDigits(total % 60)];
  if (ms < HOUR) return say('time.stopwatchShort', { minutes, seconds });
  return say('time.stopwatch', { hours, minutes: twoDigits(minutes), seconds });
}

/** `640 B`, `34 kB`, `1.2 MB` */
export function size(bytes: number): string {
  if (bytes < 1_000) return say('size.bytes', { n: bytes });
  if (bytes < 1_000_000) return say('size.kilobytes', { n: Math.round(bytes / 1_000) });
  const n = number({ minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(bytes / 1_000_000);
  return say('size.megabytes', { n });
}

function twoDigits(n: number): string {
  return number({ minimumIntegerDigits: 2 }).format(n);
}

function dayOf(at: number): string {
  return new Date(at).toDateString();
}

function nextMidnight(at: number): number {
  const day = new Date(at);
  return day.setDate(day.getDate() + 1);
}

function intl(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(say('locale'), options);
}

function number(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  return new Intl.NumberFormat(say('locale'), options);
}
