import { z } from 'zod';
import type {
  ActiveWindow,
  Availability,
  BrowserTab,
  CapturedImage,
  Clock,
  InputKind,
  Machine,
  Pace,
  Platform,
} from '../core/ports.ts';
import { createRegistrar } from './registrar.ts';

const ms = z.int().min(0);
const Window = z.strictObject({ app: z.string(), program: z.string(), title: z.string().nullable() });

/**
 * One thing that happens `at` so many milliseconds after the platform was made. `type` presses one key for each
 * character of its text; like a real keyboard hook, the platform tells of them only that a key was pressed.
 */
const ScriptEvent = z.discriminatedUnion('do', [
  z.strictObject({ at: ms, do: z.literal('front'), ...Window.shape }),
  /** Other visible windows, behind the one in front or on another monitor. */
  z.strictObject({ at: ms, do: z.literal('others'), windows: z.array(Window).max(50) }),
  z.strictObject({ at: ms, do: z.literal('nothing_in_front') }),
  z.strictObject({ at: ms, do: z.literal('type'), text: z.string(), everyMs: z.int().min(1) }),
  z.strictObject({
    at: ms,
    do: z.literal('input'),
    kind: z.enum(['key', 'click', 'scroll', 'move']),
    count: z.int().min(1),
    everyMs: z.int().min(1),
  }),
  z.strictObject({
    at: ms,
    do: z.literal('tab'),
    browser: z.string(),
    url: z.string().nullable(),
    title: z.string().nullable(),
    private: z.boolean(),
    focused: z.boolean(),
  }),
  z.strictObject({ at: ms, do: z.literal('no_tab') }),
  z.strictObject({ at: ms, do: z.literal('lock') }),
  z.strictObject({ at: ms, do: z.literal('unlock') }),
  /** Asleep until `until`: nothing is in front and nothing is pressed. Whoever moves the clock lets it sleep too. */
  z.strictObject({ at: ms, do: z.literal('sleep'), until: ms }),
  /** What the screen shows from now on; null gives no picture. */
  z.strictObject({ at: ms, do: z.literal('picture'), name: z.string().nullable() }),
]);
export type ScriptEvent = z.infer<typeof ScriptEvent>;

/** The written script of a working day; JSON, or built in TypeScript. Events are in the order of their time. */
export const Script = z.strictObject({
  name: z.string().min(1),
  machine: z.strictObject({
    platform: z.enum(['linux', 'darwin', 'win32']),
    arch: z.enum(['x64', 'arm64', 'other']),
    osVersion: z.string(),
    model: z.string().nullable(),
    memoryGiB: z.int().min(1),
  }),
  timezone: z.string(),
  events: z
    .array(ScriptEvent)
    .refine((events) => events.every((event, index) => event.at >= (events[index - 1]?.at ?? 0)), 'expected in order'),
});
export type Script = z.infer<typeof Script>;

/** What a sensor of the script was asked, for tests. */
export type ScriptedCall =
  | 'window.active'
  | 'window.visible'
  | 'input.start'
  | 'screen.capture'
  | 'browser.start'
  | 'browser.tab'
  | 'machine.device'
  | 'machine.timezone'
  | 'lock.start';

export interface ScriptedPlatform extends Platform {
  calls(): Readonly<Partial<Record<ScriptedCall, number>>>;
}

/** How a script is put on; without it, at the pace of a real day and with pictures that no decoder would draw. */
export interface Staging {
  readonly pace?: Pace;
  /** What the screen shows when the script says that it shows the picture of that name; null gives no picture. */
  readonly paint?: (name: string, level: 'blurred' | 'full') => CapturedImage | null;
}

/** Plays the script against the clock. The same script and the same clock give the same readings. */
export function createScriptedPlatform(script: Script, clock: Clock, staging: Staging = {}): ScriptedPlatform {
  const { machine, timezone, events } = Script.parse(script);
  const paint = staging.paint ?? placeholder;
  const began = clock.mono();
  const calls: Partial<Record<ScriptedCall, number>> = {};
  let current = EMPTY;
  let played = 0;
  const presses = events.flatMap(pressesOf).sort((a, b) => a.at - b.at);

  function called(name: ScriptedCall): void {
    calls[name] = (calls[name] ?? 0) + 1;
  }

  function scene(): Scene & { readonly asleep: boolean } {
    const now = clock.mono() - began;
    for (let next = events[played]; next !== undefined && next.at <= now; next = events[played]) {
      current = play(current, next);
      played += 1;
    }
    return { ...current, asleep: now < current.asleepUntil };
  }

  /** Calls `happen` for each moment that is still to come, until stopped. */
  function follow<T extends { readonly at: number }>(moments: readonly T[], happen: (moment: T) => void) {
    let cancel = (): void => undefined;
    const wait = (index: number): void => {
      const next = moments[index];
      if (next === undefined) return;
      cancel = clock.after(next.at - (clock.mono() - began), () => {
        // The next is waited for first: what happens may well stop this.
        wait(index + 1);
        happen(next);
      });
    };
    const now = clock.mono() - began;
    const first = moments.findIndex((moment) => moment.at > now);
    if (first >= 0) wait(first);
    return async () => cancel();
  }

  return {
    ...(staging.pace === undefined ? {} : { pace: staging.pace }),
    places: createRegistrar(),
    calls: () => ({ ...calls }),
    window: {
      availability: async () => WORKS,
      async active() {
        called('window.active');
        const { front, asleep } = scene();
        return asleep ? null : front;
      },
      async visible() {
        called('window.visible');
        const { front, others, asleep } = scene();
        return asleep || front === null ? [] : [front, ...others];
      },
    },
    input: {
      availability: async () => WORKS,
      async start(onInput) {
        called('input.start');
        return follow(presses, ({ kind }) => onInput(kind));
      },
    },
    screen: {
      availability: async () => WORKS,
      async capture(level) {
        called('screen.capture');
        const { picture, asleep } = scene();
        return asleep || picture === null ? null : paint(picture, level);
      },
    },
    browser: {
      availability: async () => WORKS,
      async start() {
        called('browser.start');
        return async () => undefined;
      },
      tab() {
        called('browser.tab');
        const { tab } = scene();
        return tab === null ? null : { ...tab, receivedMono: clock.mono() };
      },
    },
    machine: {
      async device(): Promise<Machine> {
        called('machine.device');
        return machine;
      },
      timezone() {
        called('machine.timezone');
        return timezone;
      },
    },
    lock: {
      availability: async () => WORKS,
      async start(onChange) {
        called('lock.start');
        const changes = events.filter((event) => event.do === 'lock' || event.do === 'unlock');
        return follow(changes, (event) => onChange(event.do === 'lock'));
      },
    },
  };
}

const WORKS: Availability = { works: true };

interface Scene {
  readonly front: ActiveWindow | null;
  readonly others: readonly ActiveWindow[];
  readonly tab: Omit<BrowserTab, 'receivedMono'> | null;
  readonly picture: string | null;
  readonly asleepUntil: number;
}

const EMPTY: Scene = { front: null, others: [], tab: null, picture: null, asleepUntil: 0 };

function play(before: Scene, event: ScriptEvent): Scene {
  switch (event.do) {
    case 'front':
      return { ...before, front: { app: event.app, program: event.program, title: event.title } };
    case 'others':
      return { ...before, others: event.windows };
    case 'nothing_in_front':
      return { ...before, front: null };
    case 'tab': {
      const { at: _at, do: _do, ...tab } = event;
      return { ...before, tab };
    }
    case 'no_tab':
      return { ...before, tab: null };
    case 'picture':
      return { ...before, picture: event.name };
    case 'sleep':
      return { ...before, asleepUntil: event.until };
    case 'type':
    case 'input':
    case 'lock':
    case 'unlock':
      return before;
  }
}

function pressesOf(event: ScriptEvent): { at: number; kind: InputKind }[] {
  if (event.do === 'type') return repeated(event.at, Array.from(event.text).length, event.everyMs, 'key');
  if (event.do === 'input') return repeated(event.at, event.count, event.everyMs, event.kind);
  return [];
}

function repeated(at: number, count: number, everyMs: number, kind: InputKind): { at: number; kind: InputKind }[] {
  return Array.from({ length: count }, (_, index) => ({ at: at + index * everyMs, kind }));
}

/** Bytes that begin like a WebP file and name what they show; no decoder would draw them. */
function placeholder(name: string, level: 'blurred' | 'full'): CapturedImage {
  const header = [0x52, 0x49, 0x46, 0x46, 0, 0, 0, 0, 0x57, 0x45, 0x42, 0x50];
  const content = new TextEncoder().encode(`${level}:${name}`.padEnd(64, '.'));
  return { bytes: new Uint8Array([...header, ...content]), width: 1_280, height: 800 };
}
