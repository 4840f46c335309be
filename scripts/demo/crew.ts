import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { type Agent, createAgent } from '../../agent/core/agent.ts';
import { askNotice, enrol } from '../../agent/core/enrolment.ts';
import { openFolder } from '../../agent/core/files.ts';
import type { CapturedImage, Pace, Platform } from '../../agent/core/ports.ts';
import { createScriptedPlatform, type Script } from '../../agent/platform/scripted.ts';
import { createSystemRandom } from '../../agent/platform/system.ts';
import { AGENT_VERSION } from '../../agent/version.ts';
import type { DeviceId } from '../../shared/ids.ts';
import type { WindowAnswer } from '../../shared/protocol/window.ts';
import { MINUTE, type UnixMs } from '../../shared/time.ts';
import { memberAt } from './cast.ts';
import { perform } from './perform.ts';
import { type Deed, MACHINE, type Shift, STEP_MS, shiftsOf } from './shift.ts';
import { createTimeline, type Timeline } from './timeline.ts';
import { waitFor } from './waitFor.ts';

/** Some of the people, each with the real agent on a computer that plays a script. Members are named by their place in `cast`. */
export interface Crew {
  /** Enrols a computer of the member at the time `at`, with the notice acknowledged. One that was enrolled before is gone. */
  enrol(at: UnixMs, member: number, code: string): Promise<DeviceId>;
  /** Switches their computers on, lets them hear from the server, and off again. Those in `agreeing` acknowledge what they read. */
  connect(at: UnixMs, members: readonly number[], agreeing: readonly number[]): Promise<void>;
  /**
   * Lets them work through the day that begins at `midnight`, without a connection, and then switches their computers on until the server,
   * for which it is `until`, has everything. `onTime` is told how far the day is.
   */
  work(midnight: UnixMs, until: UnixMs, members: readonly number[], onTime: (at: UnixMs) => void): Promise<Delivered>;
}

export interface Delivered {
  readonly stored: number;
  /** By the server, for any reason. */
  readonly discarded: number;
}

export interface CrewOptions {
  /** A folder of its own; what is kept in it is nobody's any more when the demo is made. */
  readonly folder: string;
  readonly server: string;
  readonly start: UnixMs;
  readonly screens: ReadonlyMap<string, CapturedImage>;
}

/** Every minute, and a batch of an hour: at the usual pace three weeks of so many people take hours. */
const PACE: Pace = { lookMs: STEP_MS, batchMs: 60 * MINUTE };
const TOLD_EVERY_MS = 30 * MINUTE;

export function createCrew({ folder, server, start, screens }: CrewOptions): Crew {
  const timeline = createTimeline(start);
  const random = createSystemRandom();
  const clock = timeline.clockEvery(PACE.lookMs);
  const running = new Map<number, Agent>();
  const computer = (member: number): string => path.join(folder, String(member));

  function switchOn(member: number, platform: Platform): Promise<Agent> {
    return createAgent({
      ...{ folder: computer(member), platform, clock, random, agentVersion: AGENT_VERSION },
      // The person sits before it.
      indicator: { visible: () => true, say: () => undefined, introduce: () => 'seen' as const },
    });
  }

  async function hear(member: number, agrees: boolean): Promise<void> {
    const agent = await switchOn(member, createScriptedPlatform(NOTHING, timeline.clock));
    agent.start();
    await waitFor(agent, ({ connection }) => connection.kind === 'online');
    if (agrees) {
      const { notice } = agent.status();
      if (notice !== null && !notice.acknowledged) {
        allowed(await agent.handle({ command: 'accept_notice', version: notice.version }), member);
        await waitFor(agent, (status) => status.notice?.acknowledged === true);
      }
    }
    await agent.close();
  }

  function plan(member: number, shift: Shift, end: UnixMs): void {
    timeline.at(shift.powerOn, async () => {
      const paint = (name: string): CapturedImage | null => screens.get(name) ?? null;
      const platform = createScriptedPlatform(shift.script, timeline.clock, { pace: PACE, paint });
      running.set(member, await switchOn(member, platform));
    });
    for (const deed of shift.deeds) timeline.at(deed.at, () => act(member, deed));
    timeline.at(Math.min(shift.powerOff, end), async () => {
      await running.get(member)?.close();
      running.delete(member);
    });
  }

  async function act(member: number, deed: Deed): Promise<void> {
    const agent = running.get(member);
    if (agent === undefined) throw new Error(`the computer of ${memberAt(member).name} is off`);
    allowed(await perform(agent, deed), member);
  }

  async function bringIn(member: number): Promise<Delivered> {
    const agent = await switchOn(member, createScriptedPlatform(NOTHING, timeline.clock));
    agent.start();
    await waitFor(agent, ({ connection, waiting }) => connection.kind === 'online' && waiting.batches === 0);
    const { sent } = agent.status();
    await agent.close();
    return { stored: sent.stored, discarded: sum(Object.values(sent.discarded)) };
  }

  return {
    async enrol(at, member, code) {
      timeline.skipTo(at);
      await rm(computer(member), { recursive: true, force: true });
      await mkdir(computer(member), { recursive: true, mode: 0o700 });
      const own = computer(member);
      const deps = { folder: own, files: await openFolder(own), clock: timeline.clock, random };
      const invitation = { server, code, ca: null };
      const { device } = await enrol(deps, invitation, await askNotice(invitation), true);
      return device;
    },
    async connect(at, members, agreeing) {
      timeline.skipTo(at);
      await Promise.all(members.map((member) => hear(member, agreeing.includes(member))));
    },
    async work(midnight, end, members, onTime) {
      for (const member of members) {
        for (const shift of shiftsOf(memberAt(member), midnight, end)) plan(member, shift, end);
      }
      tellTime(timeline, end, onTime);
      await timeline.runTo(end);
      const delivered = await Promise.all(members.map(bringIn));
      return { stored: sum(delivered.map((one) => one.stored)), discarded: sum(delivered.map((one) => one.discarded)) };
    },
  };
}

const NOTHING: Script = {
  name: 'nothing happens',
  machine: MACHINE,
  timezone: 'UTC',
  events: [],
};

function tellTime(timeline: Timeline, end: UnixMs, onTime: (at: UnixMs) => void): void {
  timeline.clock.after(TOLD_EVERY_MS, () => {
    const now = timeline.clock.now();
    onTime(now);
    if (now + TOLD_EVERY_MS < end) tellTime(timeline, end, onTime);
  });
}

function allowed(answer: WindowAnswer | null, member: number): void {
  if (answer?.ok !== false) return;
  throw new Error(`${memberAt(member).name} was refused: ${answer.problem} ${answer.remedy}`);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
