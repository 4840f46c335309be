import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { agentCli, command, serverCli, startAgent } from './agentProcess.ts';
import { type Client, createClient, PASSWORD, publish } from './api.ts';
import { enrolmentBy, newDevice } from './enrolled.ts';
import type { TestDevice } from './ingestKit.ts';
import type { Started } from './nodeProcess.ts';
import type { startUnsynced } from './unsynced/unsynced.ts';

// A whole Daylight as the built programs, each a process of its own.

/** A server that says that it listens. */
export interface ServerProcess {
  readonly child: ChildProcess;
  readonly url: string;
  out(): string;
  err(): string;
  /** Asks it to stop; resolves with its exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL. With `unsynced`, its folder then holds only what was made durable. */
  kill(): Promise<void>;
}

export interface Serving {
  readonly data: string;
  readonly port: number;
  /** Under a file layer that forgets, when the power is cut, what was not fsynced. */
  readonly unsynced?: typeof startUnsynced;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What runs instead of the server itself: gets the server's command line as its last arguments. */
  readonly through?: readonly string[];
}

export async function startServerProcess(serving: Serving): Promise<ServerProcess> {
  const { data, port, unsynced, args = [], env = {}, through = [] } = serving;
  const serve = [serverCli, 'serve', '--data', data, '--port', String(port), '--json', ...args];
  const [program = process.execPath, ...rest] = [...through, process.execPath, ...serve];
  const layer = unsynced === undefined ? null : await unsynced(program, rest, { folder: data, env });
  const child =
    layer?.child ?? spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let [out, err] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const kill = async (): Promise<void> => {
    if (layer !== null) return layer.powerCut();
    child.kill('SIGKILL');
    await closed;
  };
  try {
    await eventually('the server listens', () => {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the server ended: ${err}`);
      return out.includes('\n');
    });
  } catch (error) {
    await kill();
    throw error;
  }
  const { url } = JSON.parse(out.split('\n', 1)[0] ?? '') as { url: string };
  return {
    child,
    url,
    out: () => out,
    err: () => err,
    async stop() {
      child.kill('SIGTERM');
      const code = await closed;
      await layer?.release();
      return code;
    },
    kill,
  };
}

/** Names as a person would be asked for them. */
export interface Names {
  readonly organisation: string;
  readonly ownerName: string;
  readonly ownerEmail: string;
}

export const someNames: Names = { organisation: 'Acme', ownerName: 'Ola Owner', ownerEmail: 'ola@example.com' };

/** Makes keys, organisation and owner with the server's own command; returns the token of the sign-in link. */
export async function initialiseData(data: string, names: Names = someNames): Promise<string> {
  const { organisation, ownerName, ownerEmail } = names;
  const given = [
    '--organisation',
    organisation,
    '--owner-name',
    ownerName,
    '--owner-email',
    ownerEmail,
    '--reaction-days',
    '0',
  ];
  const made = await command(serverCli, ['init', '--data', data, '--json', ...given]);
  if (made.code !== 0) throw new Error(`init: ${made.err}`);
  return (JSON.parse(made.out) as { token: string }).token;
}

/** The owner, signed in with the link of `initialiseData`. */
export async function signInOwner(url: string, token: string): Promise<Client & { readonly person: string }> {
  const client = createClient(url);
  const me = await client.ok('POST', '/session/link', { token });
  await client.ok('PUT', '/account/password', { password: PASSWORD });
  return Object.assign(client, { person: String(me.person.id) });
}

/** Publishes levels on top of the policy in force; returns its version, which is also that of its notice. */
export function publishLevels(
  owner: Client,
  levels: Readonly<Record<string, string>>,
  reason = 'trial',
  more: object = {},
): Promise<number> {
  const parameters = Object.fromEntries(Object.entries(levels).map(([id, level]) => [id, { level }]));
  return publish(owner, parameters, { reason, ...more });
}

/** Enrols a device of the test's own over HTTP, with the notice acknowledged. */
export async function enrolOwnDevice(url: string, owner: Client, person: string, notice: number): Promise<TestDevice> {
  const { code } = await owner.ok('POST', `/people/${person}/enrolment-codes`, {});
  const device = newDevice();
  const enrolment = enrolmentBy(device, code, notice, Date.now());
  const { org } = await createClient(url, 'agent').ok('POST', '/enrolment', { enrolment });
  return { key: device.key, record: { ...device.record, org, person } as TestDevice['record'] };
}

/** Enrols the real agent of a folder by its own command. */
export async function enrolAgent(
  data: string,
  owner: Client,
  { url, person, notice, args = [] }: { url: string; person: string; notice: number; args?: readonly string[] },
): Promise<string> {
  const { code } = await owner.ok('POST', `/people/${person}/enrolment-codes`, {});
  const given = ['--server', url, '--code', code, '--of-age', '--accept-notice', String(notice), ...args];
  const enrolled = await command(agentCli, ['enrol', '--data', data, ...given]);
  if (enrolled.code !== 0) throw new Error(`enrol: ${enrolled.err}`);
  return enrolled.out;
}

/** Starts the real agent on a written day; resolves when it says that it runs. */
export async function runAgent(data: string, script: string, env: NodeJS.ProcessEnv = {}): Promise<Started> {
  const agent = startAgent(data, { scripted: script, env });
  await eventually('the agent runs', () => {
    if (agent.process.exitCode !== null) throw new Error(`the agent ended: ${agent.err()}`);
    return agent.out().includes('Daylight runs for');
  });
  return agent;
}

/**
 * A free port of loopback, for a server that must come back where it was: below those that a system gives out by itself (from 32768 on
 * Linux, from 49152 elsewhere), so that nobody else is given it while the server is away.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_768);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Waits for a condition, and says what it waited for when it does not come. */
export async function eventually(
  what: string,
  look: () => boolean | Promise<boolean>,
  withinMs = 60_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await look())) {
    if (performance.now() > deadline) throw new Error(`did not happen within ${withinMs / 1_000} s: ${what}`);
    await setTimeout(40);
  }
}
