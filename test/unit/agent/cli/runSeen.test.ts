import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { openFolder } from '../../../../agent/core/files.ts';
import { writeIdentity } from '../../../../agent/core/identity.ts';
import { askAgent } from '../../../../agent/core/localSocket.ts';
import type { AgentStatus } from '../../../../shared/protocol/window.ts';
import { scratch } from '../../../support/agentKit.ts';
import { agentCli, command, startAgent } from '../../../support/agentProcess.ts';
import { eventually } from '../../../support/daylight.ts';
import { atTheEditor, script, typing } from '../../../support/days/moments.ts';
import type { Started } from '../../../support/nodeProcess.ts';
import { startScriptedServer } from '../../../support/scriptedServer.ts';

// Nothing is observed unless something shows the person that it is: what that means for the built agent whose output goes into a pipe.

const onLinux = process.platform === 'linux';
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

test.runIf(onLinux)(
  'without any terminal a pipe shows nobody anything: the agent observes nothing, and says what to do about it',
  async () => {
    const place = await enrolledPlace();
    const agent = runThere(place, 'none');
    await tracking(place);
    // The sampler comes by every five seconds.
    await setTimeout(6_000);
    const { visible, state, parameters, calls } = await statusOf(place);
    expect([visible, state, parameters.session.active, parameters.app.active]).toEqual([
      false,
      'tracking',
      true,
      false,
    ]);
    expect([parameters.app.why, calls.app ?? 0]).toEqual(['Off: nothing here shows you that recording is on.', 0]);
    expect(agent.err()).toMatch(
      /^Nobody sees the output of this agent: nothing is observed unless you run it in a terminal or have ".* window --data .*" open\.\n$/,
    );
    const { out } = await command(agentCli, ['status', '--data', place.data]);
    expect(out).toMatch(/so nothing is observed: run the agent in a terminal, or open ".* window --data .*"\./);
  },
);

test.runIf(onLinux)('in a terminal a pipe is taken for seen, as in "daylight-agent run | cat"', async () => {
  const place = await enrolledPlace();
  const agent = runThere(place, 'own');
  await tracking(place);
  await eventually('it observes', () => observing(place));
  expect([(await statusOf(place)).visible, agent.err()]).toEqual([true, '']);
});

test.runIf(onLinux)('an agent that outlives its terminal has stopped observing within two seconds', async () => {
  const place = await enrolledPlace();
  const [pid, output] = [join(place.folder, 'pid'), join(place.folder, 'output')];
  const env = { ...process.env, DAYLIGHT_SCRIPTED: '1', NODE: process.execPath, CLI: agentCli, ...place, pid, output };
  // Whoever leads the session is told that the terminal hangs up, and stays; the agent is not told.
  const run = `echo $$ > "$pid"; exec "$NODE" "$CLI" run --data "$data" --scripted "$day"`;
  const shell = `trap "" HUP; sh -c '${run}' 2>&1 | cat > "$output"`;
  const terminal = spawn('script', ['-qec', shell, '/dev/null'], { env, stdio: ['pipe', 'ignore', 'inherit'] });
  closers.push(async () => process.kill(Number(await readFile(pid, 'utf8')), 'SIGKILL'));
  closers.push(async () => terminal.kill('SIGKILL'));
  await tracking(place);
  await eventually('it observes', () => observing(place));
  const hungUp = performance.now();
  terminal.kill('SIGKILL');
  await once(terminal, 'close');
  await eventually('it observes nothing any more', async () => !(await observing(place)));
  expect(performance.now() - hungUp).toBeLessThan(2_000);
  const { visible, state } = await statusOf(place);
  expect([visible, state]).toEqual([false, 'tracking']);
  expect(await readFile(output, 'utf8')).toContain('Nobody sees the output of this agent');
});

interface Place {
  readonly folder: string;
  readonly data: string;
  /** The day that the scripted platform plays: somebody types in an editor. */
  readonly day: string;
}

/** An agent that is enrolled, with a server that wants to know which application is in front. */
async function enrolledPlace(): Promise<Place> {
  const place = await scratch();
  closers.push(() => place[Symbol.asyncDispose]());
  const server = await startScriptedServer(() => Date.now());
  closers.push(() => server.close());
  server.publish((policy) => void (policy.parameters.app.level = 'name'));
  const [data, day] = [join(place.folder, 'agent'), join(place.folder, 'day')];
  const files = await openFolder(data);
  await writeIdentity(files, server.identity, server.deviceKey, randomBytes(12));
  await files.write('device.key', server.deviceKey.export({ type: 'pkcs8', format: 'pem' }));
  await writeFile(day, JSON.stringify(script([...atTheEditor, typing])));
  return { folder: place.folder, data, day };
}

function runThere({ data, day }: Place, terminal: 'own' | 'none'): Started {
  const agent = startAgent(data, { scripted: day, terminal });
  closers.push(async () => {
    agent.process.kill('SIGKILL');
    await agent.exit;
  });
  return agent;
}

async function tracking({ data }: Place): Promise<void> {
  await eventually('it tracks', async () => {
    const answer = await askAgent(data, { command: 'start', project: null, task: null });
    return answer?.ok === true;
  });
}

async function observing(place: Place): Promise<boolean> {
  return (await statusOf(place)).parameters.app.active;
}

async function statusOf({ data }: Place): Promise<AgentStatus> {
  const answer = await askAgent(data, { command: 'status' });
  if (answer?.ok !== true || answer.status === undefined) throw new Error('the agent did not answer');
  return answer.status;
}
