import type { Script, ScriptEvent } from '../../../agent/platform/scripted.ts';
import { HOUR } from '../../../shared/time.ts';

/** A script with a machine around it. */
export function script(events: readonly ScriptEvent[]): Script {
  return {
    name: 'a few moments',
    machine: { platform: 'linux', arch: 'x64', osVersion: 'Debian 12', model: null, memoryGiB: 8 },
    timezone: 'Europe/Berlin',
    events: [...events],
  };
}

/** An editor in front, a normal page known to the extension behind nothing, and a picture to take. */
export const atTheEditor: readonly ScriptEvent[] = [
  { at: 0, do: 'picture', name: 'the desk' },
  { at: 0, do: 'front', app: 'Code', program: 'code', title: 'notes.md - Code' },
];

/** A page in front that the extension vouches for. */
export const onAPage: readonly ScriptEvent[] = [
  { at: 0, do: 'picture', name: 'the page' },
  { at: 0, do: 'front', app: 'Chromium', program: 'chromium', title: 'Timers | Node.js - Chromium' },
  {
    at: 0,
    do: 'tab',
    browser: 'chromium',
    url: 'https://nodejs.org/api/timers.html',
    title: 'Timers | Node.js',
    private: false,
    focused: true,
  },
];

/** Somebody at the keyboard, a key every two seconds for eight hours. */
export const typing: ScriptEvent = { at: 1, do: 'input', kind: 'key', count: (8 * HOUR) / 2_000, everyMs: 2_000 };
