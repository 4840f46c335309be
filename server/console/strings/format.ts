import { addDays, HOUR, MINUTE, SECOND } from '../../../shared/time.ts';
import { say } from './say.ts';

/** The zone of the person who is looking. */
export function viewerZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** All that this browser knows, as IANA names them. */
export function knownZones(): readonly string[] {
  return [...Intl.supportedValuesOf('timeZone'), 'UTC'];
}

/** `14:02` */
export function clockTime(at: number, zone?: string): string {
  return intl({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, zone).format(at);
}

/** `14:02:11` */
export function exactTime(at: number, zone?: string): string {
  return intl({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }, zone).format(at);
}

/** `Thursday, 12 November 2026` for a calendar day, whatever the zone. */
export function longDay(day: string): string {
  return intl({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }, 'UTC').format(
    Date.parse(`${day}T00:00:00Z`),
  );
}

/** `12 Nov 2026` for a calendar day, where there is little room. */
export function dayOfYear(day: string): string {
  return intl({ day: 'numeric', month: 'short', year: 'numeric' }, 'UTC').format(Date.parse(`${day}T00:00:00Z`));
}

/** `Thu` for a calendar day. */
export function weekday(day: string): string {
  return intl({ weekday: 'short' }, 'UTC').format(Date.parse(`${day}T00:00:00Z`));
}

/** `6:48`, for columns of times. */
export function hoursMinutes(ms: number): string {
  const minutes = Math.round(ms / MINUTE);
  const twoDigits = new Intl.NumberFormat(say('locale'), { minimumIntegerDigits: 2 });
  return say('span.clock', { hours: Math.floor(minutes / 60), minutes: twoDigits.format(minutes % 60) });
}

/** `Thu 12 Nov` */
export function shortDate(at: number, zone?: string): string {
  return intl({ weekday: 'short', day: 'numeric', month: 'short' }, zone).format(at);
}

/** `12 Nov 2026, 14:02` */
export function dateTime(at: number, zone?: string): string {
  return intl(
    { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    zone,
  ).format(at);
}

/** The time of day when `at` is on the viewer's today, else the date with it: `18:40`, `Fri 13 Nov, 09:12`. */
export function nearTime(at: number, now: number): string {
  return dayIn(at) === dayIn(now) ? clockTime(at) : say('time.dayAndTime', { day: shortDate(at), time: clockTime(at) });
}

/** The same to the second: `18:40:11`, `Fri 13 Nov, 09:12:30`. */
export function exactNear(at: number, now: number): string {
  return dayIn(at) === dayIn(now) ? exactTime(at) : say('time.dayAndTime', { day: shortDate(at), time: exactTime(at) });
}

/** The calendar day of an instant in a zone, `YYYY-MM-DD`. */
export function dayIn(at: number, zone?: string): string {
  const parts = intl({ year: 'numeric', month: '2-digit', day: '2-digit' }, zone, 'en-CA').formatToParts(at);
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}

/** The day before (-1) or after (1). */
export function dayBeside(day: string, by: -1 | 1): string {
  return addDays(day, by);
}

/** `6 h 48 min`, `12 min`, `40 s`, `0 min` */
export function duration(ms: number): string {
  if (ms > 0 && ms < MINUTE) return say('span.seconds', { n: Math.max(1, Math.round(ms / SECOND)) });
  const minutes = Math.round(ms / MINUTE);
  const hours = Math.floor((minutes * MINUTE) / HOUR);
  const rest = minutes - hours * 60;
  if (hours === 0) return say('span.minutes', { n: rest });
  return rest === 0 ? say('span.hours', { n: hours }) : say('span.hoursMinutes', { hours, minutes: rest });
}

/** `0.3 s`, `12 s`, `2 min` */
export function latency(ms: number): string {
  if (ms < 10 * SECOND) return say('span.seconds', { n: Math.round(ms / (SECOND / 10)) / 10 });
  return duration(ms);
}

/** `1 kB`, `340 kB`, `12.4 MB`, in thousands */
export function size(bytes: number): string {
  if (bytes < 1_000_000) return say('size.kilobytes', { n: Math.ceil(bytes / 1_000) });
  return say('size.megabytes', { n: Math.round(bytes / 100_000) / 10 });
}

function intl(options: Intl.DateTimeFormatOptions, zone?: string, locale: string = say('locale')): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale, zone === undefined ? options : { ...options, timeZone: zone });
}
