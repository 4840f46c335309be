import type { LockSensor } from '../core/ports.ts';
import type { PowerMonitor } from './electron.ts';

/**
 * Whether the screen is locked, as Electron hears it on macOS and Windows. On Linux it says nothing of locks: there the
 * session bus is asked (agent/platform/lock.ts).
 */
export function powerLock(powerMonitor: PowerMonitor): LockSensor {
  return {
    availability: async () => ({ works: true }),
    async start(onChange) {
      const locked = (): void => onChange(true);
      const unlocked = (): void => onChange(false);
      powerMonitor.on('lock-screen', locked);
      powerMonitor.on('unlock-screen', unlocked);
      onChange(powerMonitor.getSystemIdleState(NOBODY_IS_IDLE_SO_LONG_S) === 'locked');
      return async () => {
        powerMonitor.off('lock-screen', locked);
        powerMonitor.off('unlock-screen', unlocked);
      };
    },
  };
}

/** Only the lock is asked for: with this threshold the answer says nothing of how long there was no input. */
const NOBODY_IS_IDLE_SO_LONG_S = 100_000_000;
