import './jitless.ts';
import { bridgeTransport } from './bridge.ts';
import { loopbackTransport } from './loopback.ts';

export const transport = window.daylight === undefined ? loopbackTransport() : bridgeTransport(window.daylight);
