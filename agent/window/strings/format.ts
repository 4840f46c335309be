import { HOUR, MINUTE, SECOND } from '../../../shared/time.ts';
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
  return `${intl({ weekday: 'short', day: 'numeric', month: 'short' }).format(at)}, ${clockTime(at)}`;
}

/** `12 Nov 2026` */
export function date(at: number): string {
  return intl({ day: 'numeric', month: 'short', year: 'numeric' }).format(at);
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
  const [hours, minutes, seconds] = [Math.floor(total / 3_600), Math.floor(total / 60) % 60, total % 60];
  const tail = `${ms >= HOUR ? String(minutes).padStart(2, '0') : minutes}:${String(seconds).padStart(2, '0')}`;
  return ms >= HOUR ? `${hours}:${tail}` : tail;
}

/** `640 B`, `34 kB`, `1.2 MB` */
export function size(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1_000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function dayOf(at: number): string {
  return new Date(at).toDateString();
}

function nextMidnight(at: number): number {
  const day = new Date(at);
  return day.setDate(day.getDate() + 1);
}

function intl(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', options);
}
