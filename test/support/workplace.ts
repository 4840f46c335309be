import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OrgId } from '../../shared/ids.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { agentCli, command } from './agentProcess.ts';
import { addMember, type Client, type Member } from './api.ts';
import { eventually, initialiseData, type ServerProcess, signInOwner, startServerProcess } from './daylight.ts';
import type { Finished, Started } from './nodeProcess.ts';

// A workplace of the built programs: a server with an owner, a manager of a team, and an employee of it whose agent lives on a
// real desktop with its real sensors.

export interface Workplace {
  readonly server: ServerProcess;
  readonly data: string;
  readonly org: OrgId;
  readonly owner: Client;
  readonly manager: Member;
  readonly employee: Member;
  /** Version of the policy in force, which is also that of its notice. */
  readonly notice: number;
}

export type Levels = Readonly<Record<string, string>>;

export const EVERYTHING_BUT_SITES: Levels = {
  activity: 'counts',
  app: 'name',
  title: 'full',
  screenshot: 'full',
  notes: 'on',
  device: 'full',
  timezone: 'on',
  diagnostics: 'on',
};

/** Starts the server on a new folder, with a policy that holds back no picture for review. */
export async function openWorkplace(data: string, levels: Levels): Promise<Workplace> {
  const token = await initialiseData(data);
  const server = await startServerProcess({ data, port: 0 });
  try {
    const { url } = server;
    const owner = await signInOwner(url, token);
    const { policy } = await owner.ok('GET', '/policy');
    const parameters = Object.fromEntries(Object.entries(levels).map(([id, level]) => [id, { level }]));
    const change = {
      baseVersion: policy.version,
      reason: 'costing of projects',
      parameters,
      screenshotReviewSeconds: 0,
    };
    const published = await owner.ok('PUT', '/policy', change);
    const team = await owner.ok('POST', '/teams', { name: 'Workshop' });
    const at = { url, clock: { now: () => Date.now(), advance: () => undefined } };
    const manages = { name: 'Mara Manager', email: 'mara@example.com', managesTeams: [team.id] };
    const belongs = { name: 'Emil Employee', email: 'emil@example.com', teams: [team.id] };
    const manager = await addMember(at, owner, 'manager', manages);
    const employee = await addMember(at, owner, 'employee', belongs);
    const { org } = await owner.ok('GET', '/session');
    return { server, data, org: org.id, owner, manager, employee, notice: Number(published.policy.version) };
  } catch (error) {
    await server.kill();
    throw error;
  }
}

/** The real agent, on a desktop. */
export interface RealAgent {
  readonly data: string;
  readonly pid: number;
  readonly process: ChildProcess;
  out(): string;
  err(): string;
  /** Runs another command of the agent beside it; fails unless it succeeds. */
  tell(...args: string[]): Promise<Finished>;
  status(): Promise<AgentStatus>;
  /** Asks it to end, as Ctrl-C does. */
  stop(): Promise<number | null>;
  kill(): Promise<void>;
}

export interface RealAgentOptions {
  readonly data: string;
  /** The desktop that it lives on. */
  readonly env: NodeJS.ProcessEnv;
  /** What the die shows that is thrown for the moment of a picture, as a fraction of five minutes. */
  readonly fraction: number;
  /** The command line of the agent; a copy of it where the test has changed something. */
  readonly cli?: string;
  readonly heapFile?: string;
}

/** Starts the agent and waits until it is connected. */
export async function startRealAgent({
  data,
  env,
  fraction,
  cli = agentCli,
  heapFile,
}: RealAgentOptions): Promise<RealAgent> {
  const preload = fileURLToPath(new URL('agentPreload.mjs', import.meta.url));
  const heap = heapFile === undefined ? {} : { DAYLIGHT_TEST_HEAP: heapFile };
  const child = spawn(process.execPath, ['--import', preload, cli, 'run', '--data', data], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, ...heap, DAYLIGHT_TEST_FRACTION: String(fraction) },
  });
  const { out, err, exit } = observed(child);
  const agent: RealAgent = {
    data,
    pid: child.pid ?? 0,
    process: child,
    out,
    err,
    async tell(...args) {
      const finished = await command(agentCli, [...args, '--data', data]);
      if (finished.code !== 0) throw new Error(`daylight-agent ${args[0]}: ${finished.err}`);
      return finished;
    },
    status: async () => JSON.parse((await agent.tell('status', '--json')).out) as AgentStatus,
    stop() {
      child.kill('SIGINT');
      return exit;
    },
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
  await eventually('the agent is connected', () => {
    if (child.exitCode !== null) throw new Error(`the agent ended: ${err()}`);
    return out().includes('Connected.');
  });
  return agent;
}

function observed(child: ChildProcess): Pick<Started, 'out' | 'err' | 'exit'> {
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { out: () => Buffer.concat(out).toString(), err: () => Buffer.concat(err).toString(), exit };
}

/** The employee makes a code in their own account, and enrols this computer with it. */
export async function enrolEmployee(place: Workplace, data: string, url = place.server.url): Promise<string> {
  const { client, person } = place.employee;
  const { code } = await client.ok('POST', `/people/${person}/enrolment-codes`, {});
  const given = ['--server', url, '--code', code, '--accept-notice', String(place.notice)];
  const enrolled = await command(agentCli, ['enrol', '--data', data, ...given]);
  if (enrolled.code !== 0) throw new Error(`enrol: ${enrolled.err}`);
  return enrolled.out;
}

export const folders = (folder: string) => ({ server: join(folder, 'server'), agent: join(folder, 'agent') });
