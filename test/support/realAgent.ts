import { join } from 'node:path';
import { type Agent, createAgent } from '../../agent/core/agent.ts';
import { askNotice, enrol, type ShownNotice } from '../../agent/core/enrolment.ts';
import { openFolder } from '../../agent/core/files.ts';
import type { Clock, Random } from '../../agent/core/ports.ts';
import { createScriptedPlatform, type ScriptEvent, type ScriptedPlatform } from '../../agent/platform/scripted.ts';
import { createSystemClock } from '../../agent/platform/system.ts';
import { scratch, systemRandom } from './agentKit.ts';
import type { Member } from './api.ts';
import { eventually } from './daylight.ts';
import { atTheEditor, script, typing } from './days/moments.ts';
import { readAtOnce } from './recording.ts';

/** The whole agent in a folder of its own, on a scripted desktop at which somebody works in an editor. */
export interface RealAgent extends AsyncDisposable {
  readonly agent: Agent;
  /** Its data folder. */
  readonly folder: string;
  readonly platform: ScriptedPlatform;
  readonly shown: ShownNotice;
  /** What the indicator was given to say, line by line. */
  readonly said: readonly string[];
}

export interface Surrounded {
  readonly random?: Random;
  readonly clock?: Clock;
  /** What happens on its desktop; left out: somebody works in an editor. */
  readonly events?: readonly ScriptEvent[];
}

/** Enrols a new computer of this person with a code of their own, and connects. `acknowledged`: the notice that is shown first. */
export async function enrolRealAgent(
  server: string,
  { client, person }: Pick<Member, 'client' | 'person'>,
  acknowledged: boolean,
  { random = systemRandom, clock = createSystemClock(), events = [...atTheEditor, typing] }: Surrounded = {},
): Promise<RealAgent> {
  const place = await scratch();
  const folder = join(place.folder, 'agent');
  const { code } = await client.ok('POST', `/people/${person}/enrolment-codes`, {});
  const invitation = { server, code, ca: null };
  const shown = await askNotice(invitation);
  await enrol(
    { folder, files: await openFolder(folder), clock, random: systemRandom },
    invitation,
    shown,
    acknowledged,
  );
  const platform = createScriptedPlatform(script(events), clock);
  const said: string[] = [];
  const indicator = { visible: () => true, say: (line: string) => void said.push(line), introduce: readAtOnce };
  const agent = await createAgent({ folder, platform, clock, random, indicator, agentVersion: '0.1.0' });
  agent.start();
  await eventually('it is connected', () => agent.status().connection.kind === 'online');
  return {
    ...{ agent, folder, platform, shown, said },
    async [Symbol.asyncDispose]() {
      await agent.close();
      await place[Symbol.asyncDispose]();
    },
  };
}
