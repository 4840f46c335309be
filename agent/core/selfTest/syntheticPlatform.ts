import { syntheticText } from '../../../shared/events/syntheticReading.ts';
import type { MonoMs } from '../../../shared/time.ts';
import type { ActiveWindow, Availability, Platform } from '../ports.ts';

/**
 * A computer that there is not: every sensor works and shows the same made-up page. Whoever hands it to a sampler calls no
 * sensor of the real one.
 */
export function createSyntheticPlatform(marker: string, mono: MonoMs): Platform {
  const text = syntheticText(marker);
  const browser: ActiveWindow = { app: 'Firefox', program: 'firefox', title: text };
  const url = `https://example.com/daylight-self-test/${marker}`;
  return {
    window: {
      availability: works,
      active: async () => browser,
      visible: async () => [browser],
    },
    input: {
      availability: works,
      start: async (onInput) => {
        for (const kind of ['key', 'click', 'scroll', 'move'] as const) onInput(kind);
        return async () => undefined;
      },
    },
    screen: {
      availability: works,
      capture: async () => ({ bytes: new TextEncoder().encode(text.repeat(4)), width: 64, height: 64 }),
    },
    browser: {
      availability: works,
      start: async () => async () => undefined,
      tab: () => ({ browser: 'firefox', url, title: text, private: false, focused: true, receivedMono: mono }),
    },
    machine: {
      device: async () => ({ platform: 'linux', arch: 'other', osVersion: text, model: null, memoryGiB: 1 }),
      timezone: () => 'Etc/UTC',
    },
    lock: { availability: works, start: async () => async () => undefined },
    places: { pairingAt: async () => 'none', unregister: async () => undefined },
  };
}

async function works(): Promise<Availability> {
  return { works: true };
}
