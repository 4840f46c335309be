import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Permitted } from '../../agent/core/gate/gate.ts';
import type { Clock, Random } from '../../agent/core/ports.ts';
import { sha256 } from '../../agent/core/signing.ts';
import type { BatchContext } from '../../agent/core/spool/spool.ts';
import { createSystemClock } from '../../agent/platform/system.ts';
import { type Observation, type ObservationOf, parseObservation } from '../../shared/events/observation.ts';
import { BootId, ImageId, SessionId } from '../../shared/ids.ts';

/** Stands for the gate in tests of what comes after it. */
export function permitted<T extends Observation>(observation: T): Permitted<T> {
  const parsed = parseObservation(observation);
  if (!parsed.ok) throw new Error(parsed.problem);
  return observation as Permitted<T>;
}

export const systemRandom: Random = {
  bytes: (length) => randomBytes(length),
  uuid: () => randomUUID(),
  fraction: () => Math.random(),
};

export interface TestClock extends Clock {
  advance(ms: number): void;
  /** Callbacks that wait, with the time left until each. */
  pending(): readonly number[];
}

/** A clock that moves only when told to. */
export function testClock(start = 1_795_212_000_000): TestClock {
  let elapsed = 0;
  const timers = new Set<{ at: number; callback: () => void }>();
  return {
    now: () => start + elapsed,
    mono: () => 1_000 + elapsed,
    after(ms, callback) {
      const timer = { at: elapsed + ms, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance(ms) {
      elapsed += ms;
      for (const timer of [...timers].sort((a, b) => a.at - b.at)) {
        if (timer.at > elapsed || !timers.delete(timer)) continue;
        timer.callback();
      }
    },
    pending: () => [...timers].map(({ at }) => at - elapsed),
  };
}

export const boot = BootId.parse('11111111-1111-4111-8111-111111111111');
export const session = SessionId.parse('22222222-2222-4222-8222-222222222222');
export const context: BatchContext = { boot, session, policyVersion: 1 };

export const at = 1_795_212_000_000;

/** Goes as this computer's does, and begins when everything of the kit was recorded, so that it never grows too old to be sent. */
export function clockFromThen(): Clock {
  const system = createSystemClock();
  const began = system.now();
  return { ...system, now: () => at + (system.now() - began) };
}

export function title(text: string): Permitted {
  return permitted({ parameter: 'title', level: 'full', at, mono: 0, span: 5_000, title: text });
}

export function app(name: string): Permitted {
  return permitted({ parameter: 'app', level: 'name', at, mono: 0, span: 5_000, name });
}

/** `mono`: ms after the beginning of the session. */
export function sessionEvent(event: 'start' | 'pause' | 'resume' | 'stop', mono: number): Permitted {
  return permitted({ parameter: 'session', level: 'on', at: at + mono, mono, span: 0, event, cause: 'employee' });
}

export function screenshot(bytes: Uint8Array): Permitted<ObservationOf<'screenshot'>> {
  const image = ImageId.parse(randomUUID());
  return permitted({
    parameter: 'screenshot',
    level: 'full',
    at,
    mono: 0,
    span: 0,
    image,
    digest: sha256(bytes),
    bytes: bytes.length,
    width: 800,
    height: 600,
  });
}

/** A private folder that is removed when the test ends. */
export async function scratch(): Promise<{ folder: string; [Symbol.asyncDispose](): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'daylight-test-'));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Whoever is looked at may replace its files meanwhile; what is gone holds nothing. */
function goneMeanwhile(error: NodeJS.ErrnoException): Buffer {
  if (error.code !== 'ENOENT') throw error;
  return Buffer.alloc(0);
}

/** Paths below `folder` of the files in which any of the markers stands, in UTF-8 or UTF-16. */
export async function filesWith(folder: string, markers: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path).catch(goneMeanwhile);
    if (markers.some((m) => bytes.includes(m) || bytes.includes(Buffer.from(m, 'utf16le')))) found.push(path);
  }
  return found;
}
