import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { type Agent, createAgent } from '../../agent/core/agent.ts';
import { openFolder } from '../../agent/core/files.ts';
import { readIdentity, writeIdentity } from '../../agent/core/identity.ts';
import type { CapturedImage } from '../../agent/core/ports.ts';
import { createScriptedPlatform } from '../../agent/platform/scripted.ts';
import { createSystemClock, createSystemRandom } from '../../agent/platform/system.ts';
import { AGENT_VERSION } from '../../agent/version.ts';
import { memberAt } from './cast.ts';
import { perform } from './perform.ts';
import { type Deed, shiftFrom } from './shift.ts';
import { waitFor } from './waitFor.ts';

/** The made-up people who work while the demo is served. */
export interface AtWork {
  readonly names: readonly string[];
  /** In a sentence each: who could not begin, and why. */
  readonly problems: readonly string[];
  /** Switches their computers off: their sessions end, and what waits is sent. */
  close(): Promise<void>;
}

export interface AtWorkOptions {
  /** The computers that were kept when the demo was made; a folder for each, named by the member's place in `cast`. */
  readonly folder: string;
  readonly server: string;
  readonly screens: ReadonlyMap<string, CapturedImage>;
  /** Whoever is not connected by then does not begin. */
  readonly signal: AbortSignal;
}

/**
 * Switches the kept computers on: real agents at the usual pace, on the clock of this computer. What was not lived through since they were
 * last on is simply not there.
 */
export async function goToWork(options: AtWorkOptions): Promise<AtWork> {
  const places = (await readdir(options.folder).catch(() => []))
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
  const begun = await Promise.all(
    places.map((place) =>
      sitDown(place, options).catch((error: unknown) => {
        return `${memberAt(place).name} is not at work: ${error instanceof Error ? error.message : String(error)}`;
      }),
    ),
  );
  const seats = begun.filter((one) => typeof one !== 'string');
  return {
    names: seats.map(({ name }) => name),
    problems: begun.filter((one) => typeof one === 'string'),
    async close() {
      await Promise.all(seats.map((seat) => seat.getUp()));
    },
  };
}

interface Seat {
  readonly name: string;
  getUp(): Promise<void>;
}

async function sitDown(place: number, { folder, server, screens, signal }: AtWorkOptions): Promise<Seat> {
  const [clock, random, own] = [createSystemClock(), createSystemRandom(), path.join(folder, String(place))];
  const member = memberAt(place);
  signal.throwIfAborted();
  await tellAddress(own, server, random.bytes(12));
  const shift = shiftFrom(member, clock.now());
  if (shift === null) throw new Error('there is no work for them');
  const agent = await createAgent({
    ...{ folder: own, clock, random, agentVersion: AGENT_VERSION },
    platform: createScriptedPlatform(shift.script, clock, { paint: (name) => screens.get(name) ?? null }),
    // The person sits before it.
    indicator: { visible: () => true, say: () => undefined, introduce: () => 'seen' as const },
  });
  agent.start();
  try {
    await waitFor(agent, ({ connection }) => connection.kind === 'online', signal);
  } catch (error) {
    await agent.close();
    throw error;
  }
  const cancel = shift.deeds.map((deed) => clock.after(deed.at - clock.now(), () => void live(agent, deed)));
  return {
    name: member.name,
    async getUp() {
      for (const one of cancel) one();
      await agent.close();
    },
  };
}

/** A demo may be served on another port each time; the server proves itself by its key, as ever. */
async function tellAddress(folder: string, server: string, nonce: Uint8Array): Promise<void> {
  const files = await openFolder(folder);
  const device = await readIdentity(folder, files);
  if (device === null) throw new Error('their computer is not enrolled any more');
  await writeIdentity(files, { ...device.identity, server }, device.deviceKey, nonce);
}

/** Whoever looks at the demo may have switched off, retired or erased what this needs; then it does not happen. */
async function live(agent: Agent, deed: Deed): Promise<void> {
  await perform(agent, deed).catch(() => undefined);
}
