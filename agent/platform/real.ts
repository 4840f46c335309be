import type { Clock, Platform } from '../core/ports.ts';
import { createWindowSensor } from './activeWindow.ts';
import { createBrowserSensor } from './browser.ts';
import { createInputSensor } from './input.ts';
import { createLockSensor } from './lock.ts';
import { createMachineSensor } from './machine.ts';
import { createRegistrar } from './registrar.ts';
import { createScreenSensor } from './screen.ts';

/** The operating system that this process runs on. `folder` is the agent's data folder, for this user only. */
export function createRealPlatform({ folder, clock }: { folder: string; clock: Clock }): RealPlatform {
  return {
    window: createWindowSensor(process.env),
    input: createInputSensor(process.env),
    screen: createScreenSensor(folder, process.env),
    browser: createBrowserSensor({ folder, clock }),
    machine: createMachineSensor(),
    lock: createLockSensor(process.env),
    places: createRegistrar(),
  };
}

/** Time passes as it does, and nothing is hurried. */
type RealPlatform = Platform & { readonly pace?: never };
