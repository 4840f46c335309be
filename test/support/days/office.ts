import type { Script, ScriptEvent } from '../../../agent/platform/scripted.ts';
import { HOUR, MINUTE, SECOND } from '../../../shared/time.ts';

/**
 * A day at a desk, from 09:00: writing code, mail, a page of documentation, a password manager, lunch behind a locked
 * screen, a private window, a health site, a meeting without input, and the machine asleep for twenty minutes.
 */
export const officeDay: Script = {
  name: 'a day at the office',
  machine: { platform: 'linux', arch: 'x64', osVersion: 'Debian 12', model: 'Tower 3', memoryGiB: 16 },
  timezone: 'Europe/Berlin',
  events: [
    picture(0, 'the desk'),
    front(0, 'Code', 'code', 'session.ts - daylight - Code'),
    ...work(10 * SECOND, 50 * MINUTE),
    front(HOUR, 'Thunderbird', 'thunderbird', 'Re: offer 4711 - Thunderbird'),
    ...work(HOUR, HOUR + 20 * MINUTE),
    front(90 * MINUTE, 'Chromium', 'chromium', 'Timers | Node.js Documentation - Chromium'),
    page(90 * MINUTE, 'https://nodejs.org/api/timers.html?from=search', 'Timers | Node.js Documentation', true),
    ...work(90 * MINUTE, 110 * MINUTE),
    front(2 * HOUR, 'KeePassXC', 'keepassxc', 'Passwords.kdbx - KeePassXC'),
    page(2 * HOUR, 'https://nodejs.org/api/timers.html', 'Timers | Node.js Documentation', false),
    front(2 * HOUR + MINUTE, 'Code', 'code', 'gate.ts - daylight - Code'),
    ...work(2 * HOUR + MINUTE, 3 * HOUR - SECOND),
    { at: 3 * HOUR, do: 'lock' },
    { at: 3 * HOUR + 45 * MINUTE, do: 'unlock' },
    front(3 * HOUR + 46 * MINUTE, 'Chromium', 'chromium', 'A surprise for someone - Chromium'),
    {
      at: 3 * HOUR + 46 * MINUTE,
      do: 'tab',
      browser: 'chromium',
      url: null,
      title: null,
      private: true,
      focused: true,
    },
    ...work(3 * HOUR + 46 * MINUTE, 4 * HOUR - SECOND),
    front(4 * HOUR, 'Chromium', 'chromium', 'Depression: getting help - NHS - Chromium'),
    page(4 * HOUR, 'https://www.nhs.uk/mental-health/conditions/depression', 'Depression: getting help - NHS', true),
    ...work(4 * HOUR, 4 * HOUR + 10 * MINUTE),
    front(4 * HOUR + 15 * MINUTE, 'Zoom', 'zoom', 'Zoom Meeting'),
    { at: 5 * HOUR, do: 'input', kind: 'move', count: 20, everyMs: 50 },
    { at: 5 * HOUR + 10 * MINUTE, do: 'sleep', until: 5 * HOUR + 30 * MINUTE },
    front(5 * HOUR + 30 * MINUTE, 'Code', 'code', 'recorder.ts - daylight - Code'),
    ...work(5 * HOUR + 30 * MINUTE, 7 * HOUR),
  ],
};

function front(at: number, app: string, program: string, title: string): ScriptEvent {
  return { at, do: 'front', app, program, title };
}

function page(at: number, url: string, title: string, focused: boolean): ScriptEvent {
  return { at, do: 'tab', browser: 'chromium', url, title, private: false, focused };
}

function picture(at: number, name: string): ScriptEvent {
  return { at, do: 'picture', name };
}

/** Every two minutes a sentence, a click, some scrolling and a move. */
function work(from: number, to: number): ScriptEvent[] {
  const events: ScriptEvent[] = [];
  for (let at = from; at < to; at += 2 * MINUTE) {
    events.push({ at, do: 'type', text: 'the quick brown fox jumps over the lazy dog', everyMs: 180 });
    events.push({ at: at + 15 * SECOND, do: 'input', kind: 'click', count: 2, everyMs: 400 });
    events.push({ at: at + 20 * SECOND, do: 'input', kind: 'scroll', count: 5, everyMs: 100 });
    events.push({ at: at + 25 * SECOND, do: 'input', kind: 'move', count: 30, everyMs: 50 });
  }
  return events;
}
