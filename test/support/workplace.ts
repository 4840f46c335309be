import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OrgId } from '../../shared/ids.ts';
import { agentCli, command, type RunningAgent, runningAgent } from './agentProcess.ts';
import { addMember, type Client, type Member } from './api.ts';
import {
  eventually,
  initialiseData,
  publishLevels,
  type ServerProcess,
  signInOwner,
  startServerProcess,
} from './daylight.ts';
import { type Started, startNode } from './nodeProcess.ts';

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
    const notice = await publishLevels(owner, levels, 'costing of projects', { screenshotReviewSeconds: 0 });
    const team = await owner.ok('POST', '/teams', { name: 'Workshop' });
    const at = { url, clock: { now: () => Date.now(), advance: () => undefined } };
    const manages = { name: 'Mara Manager', email: 'mara@example.com', managesTeams: [team.id] };
    const belongs = { name: 'Emil Employee', email: 'emil@example.com', teams: [team.id] };
    const manager = await addMember(at, owner, 'manager', manages);
    const employee = await addMember(at, owner, 'employee', belongs);
    const { org } = await owner.ok('GET', '/session');
    return { server, data, org: org.id, owner, manager, employee, notice };
  } catch (error) {
    await server.kill();
    throw error;
  }
}

/** The real agent, on a desktop. */
export interface RealAgent extends RunningAgent, Pick<Started, 'process' | 'out' | 'err'> {}

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
  const started = startNode(['--import', preload, cli, 'run', '--data', data], {
    env: { ...env, ...heap, DAYLIGHT_TEST_FRACTION: String(fraction) },
    terminal: 'own',
  });
  const { process: child, out, err } = started;
  await eventually('the agent is connected', () => {
    if (child.exitCode !== null) throw new Error(`the agent ended: ${err()}`);
    return out().includes('Connected.');
  });
  return { ...runningAgent(data, started), process: child, out, err };
}

/** The employee makes a code in their own account, and enrols this computer with it. */
export async function enrolEmployee(place: Workplace, data: string, url = place.server.url): Promise<string> {
  const { client, person } = place.employee;
  const { code } = await client.ok('POST', `/people/${person}/enrolment-codes`, {});
  const given = ['--server', url, '--code', code, '--of-age', '--accept-notice', String(place.notice)];
  const enrolled = await command(agentCli, ['enrol', '--data', data, ...given]);
  if (enrolled.code !== 0) throw new Error(`enrol: ${enrolled.err}`);
  return enrolled.out;
}

export const folders = (folder: string) => ({ server: join(folder, 'server'), agent: join(folder, 'agent') });
