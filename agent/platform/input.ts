import type { Availability, InputKind, InputSensor } from '../core/ports.ts';
import { displayAvailability, works } from './display.ts';

/**
 * That a key was pressed, never which one. This is the only file that touches the input hook.
 *
 * The hook offers one named event per kind; the listeners below take no parameter, so that nothing of an event can be
 * read or kept here, not even its kind. The hook's emitter hands each event on and forgets it.
 *
 * When the X server dies, so does this process: its library has no other answer. What was recorded survives as it does
 * a kill -9, and the session is closed at its last evidence by the next start.
 *
 * Counted are key releases (`keyup`), so that a key held down counts once and not once per repetition; presses of a
 * mouse button (a drag is one click); notches of the wheel; and movements of the pointer as the system reports them.
 */
export function createInputSensor(env: NodeJS.ProcessEnv = process.env): InputSensor {
  let running = false;
  return {
    availability: () => inputAvailability(env),
    start: async (onInput) => {
      if (running) throw new Error('the input sensor is already running');
      running = true;
      try {
        const stop = await startHook(env, onInput);
        let stopped = false;
        return async () => {
          if (stopped) return;
          stopped = true;
          stop();
          running = false;
        };
      } catch (error) {
        running = false;
        throw error;
      }
    },
  };
}

async function startHook(env: NodeJS.ProcessEnv, onInput: (kind: InputKind) => void): Promise<() => void> {
  const availability = await inputAvailability(env);
  if (!availability.works) throw new Error(`${availability.why}; ${availability.remedy}`);
  // Not before: the library opens the display when it is loaded, and where there is none it can end the process.
  const { uIOhook } = await import('uiohook-napi');
  const stopListening = listenForKinds(uIOhook, onInput);
  try {
    uIOhook.start();
  } catch (error) {
    stopListening();
    throw new Error('the input hook could not be started', { cause: error });
  }
  return () => {
    stopListening();
    uIOhook.stop();
  };
}

/** What is needed of the hook: named events whose listeners are called without looking at what they carry. */
export interface KindEmitter {
  on(event: HookEvent, listener: () => void): unknown;
  removeListener(event: HookEvent, listener: () => void): unknown;
}
export type HookEvent = 'keyup' | 'mousedown' | 'wheel' | 'mousemove';

/** Subscribes to one named event per kind; the returned function unsubscribes. */
export function listenForKinds(hook: KindEmitter, onInput: (kind: InputKind) => void): () => void {
  const tell = (kind: InputKind) => {
    try {
      onInput(kind);
    } catch (error) {
      // An exception that reaches the hook's native caller aborts the process without a word: let it surface as ours.
      setImmediate(() => {
        throw error;
      });
    }
  };
  const listeners: readonly (readonly [HookEvent, () => void])[] = [
    ['keyup', () => tell('key')],
    ['mousedown', () => tell('click')],
    ['wheel', () => tell('scroll')],
    ['mousemove', () => tell('move')],
  ];
  for (const [event, listener] of listeners) hook.on(event, listener);
  return () => {
    for (const [event, listener] of listeners) hook.removeListener(event, listener);
  };
}

async function inputAvailability(env: NodeJS.ProcessEnv): Promise<Availability> {
  if (process.platform === 'linux') return displayAvailability(env, 'keyboard and mouse activity');
  return works;
}
