import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { asWord } from '../shared/typed.ts';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const serverCli = path.join(root, 'dist', 'server', 'cli.js');
const agentCli = path.join(root, 'dist', 'agent', 'cli.js');
const OWNER_EMAIL = 'owner@trial.example';

export interface Trial {
  /** Where it keeps everything; there is such a folder. */
  readonly home: string;
  readonly port: number;
}

/**
 * A whole Daylight on this computer, from what is built: a server on localhost and this computer's agent, in one terminal,
 * until they are stopped. The first time it makes keys, a trial organisation and its owner, and enrols the agent; later it
 * finds everything again. Throws an error with a sentence when one of them cannot be started, and leaves none running.
 */
export async function runTrial({ home, port }: Trial): Promise<void> {
  const serverData = path.join(home, 'server');
  const agentData = path.join(home, 'agent');
  if (!existsSync(path.join(serverData, 'daylight.db'))) {
    await once(serverCli, [
      ...['init', '--data', serverData, '--organisation', 'Trial organisation'],
      ...['--owner-name', 'Trial owner', '--owner-email', OWNER_EMAIL, '--reaction-days', '0', '--json'],
    ]);
    say(
      'Made keys, a trial organisation and its owner. What is raised in it counts as soon as it is acknowledged; elsewhere people',
    );
    say('have 14 days to react first (`daylight-server init --reaction-days`).');
  }

  const server = await listening(spawnKept(serverCli, ['serve', '--data', serverData, '--port', String(port)]));
  const children: Child[] = [{ name: 'server', process: server.process }];
  let over: Promise<void>;
  try {
    const agent = await enrolledAgent(server, serverData, agentData);
    children.push({ name: 'agent', process: agent });
    const link = await once(serverCli, [
      ...['sign-in-link', '--data', serverData, '--email', OWNER_EMAIL, '--public-url', server.url, '--json'],
    ]);
    await running(agent, agentData);
    // Whoever reads how to stop it may do so at once.
    over = ended(children);
    sayHow(z.object({ link: z.string() }).parse(link).link, agentData, home);
  } catch (error) {
    // A child that runs on would keep this process, which has nothing more to do.
    for (const child of children) child.process.kill('SIGTERM');
    throw error;
  }
  await over;
}

function sayHow(link: string, agentData: string, home: string): void {
  say('');
  say(`Console          ${link}`);
  say('                 (signs the owner in; works once, for an hour. Start again for another)');
  say(`Start tracking   node ${relative(agentCli)} start --data ${relative(agentData)}`);
  say(`Stop tracking    node ${relative(agentCli)} stop --data ${relative(agentData)}`);
  say(`What happens     node ${relative(agentCli)} status --data ${relative(agentData)}`);
  say(`Data             ${home}`);
  say('Stop everything  Ctrl-C\n');
}

interface Child {
  readonly name: 'server' | 'agent';
  readonly process: ChildProcess;
}

interface RunningServer {
  readonly process: ChildProcess;
  readonly url: string;
}

/** Resolves when the server says where it listens; fails with its own words when it ends before that. */
async function listening(child: ChildProcess): Promise<RunningServer> {
  let said = '';
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('the server did not start; its own words are above')));
    child.stdout?.on('data', (chunk: Buffer) => {
      process.stdout.write(chunk);
      said += chunk.toString();
      const url = /https?:\/\/localhost:\d+/.exec(said)?.[0];
      if (url !== undefined) resolve({ process: child, url });
    });
  });
}

async function enrolledAgent(server: RunningServer, serverData: string, agentData: string): Promise<ChildProcess> {
  if (!existsSync(path.join(agentData, 'identity.json'))) {
    const { code } = z
      .object({ code: z.string() })
      .parse(await once(serverCli, ['enrolment-code', '--data', serverData, '--email', OWNER_EMAIL, '--json']));
    say(
      "This trial enrols the computer for its owner, says for them that they are of age, and acknowledges notice 1 in the owner's name: sessions, project and",
    );
    say('task, and nothing that is observed. Whoever is enrolled otherwise is shown the notice and asked.');
    // The first policy is always version 1.
    const enrolling = [
      'enrol',
      '--server',
      server.url,
      '--code',
      '-',
      '--of-age',
      '--accept-notice',
      '1',
      '--data',
      agentData,
    ];
    const child = spawn(process.execPath, [agentCli, ...enrolling], { stdio: ['pipe', 'inherit', 'inherit'] });
    child.stdin.end(code);
    const exit = await exitOf(child);
    if (exit !== 0) throw new Error('the agent could not be enrolled; its own words are above');
  }
  // It gets this very output, and judges by itself whether a person can see it: that is a precondition of observing.
  return spawn(process.execPath, [agentCli, 'run', '--data', agentData], { stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Waits until the agent answers; it says itself what it records, and which sensors cannot work here. */
async function running(agent: ChildProcess, agentData: string): Promise<void> {
  const ask = ['status', '--data', agentData, '--json'];
  for (let left = 60; left > 0; left -= 1) {
    if (agent.exitCode !== null) throw new Error('the agent ended; its own words are above');
    const answers = await once(agentCli, ask).then(
      () => true,
      () => false,
    );
    if (answers) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error('the agent did not answer within half a minute');
}

/** Both children are in this terminal's group and get Ctrl-C themselves; this waits until they have closed. */
async function ended(children: readonly Child[]): Promise<void> {
  let isAsked = false;
  const stop = () => children.forEach((child) => child.process.kill('SIGTERM'));
  const asked = () => {
    isAsked = true;
    stop();
  };
  process.once('SIGINT', asked);
  process.once('SIGTERM', asked);
  const endOf = async ({ name, process: child }: Child): Promise<number | null> => {
    const code = await exitOf(child);
    if (!isAsked) say(`The ${name} has ended (${child.signalCode ?? code}); the rest is stopped too.`);
    asked();
    return code;
  };
  const codes = await Promise.all(children.map(endOf));
  say('Stopped. Everything recorded is kept; `npm start` finds it again.');
  process.exitCode = codes.every((code) => code === 0) ? 0 : 1;
}

function spawnKept(cli: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
}

/** Runs a command to its end and returns the JSON that it prints. */
async function once(cli: string, args: readonly string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [cli, ...args]).catch((error: unknown) => {
    throw new Error(error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error));
  });
  return JSON.parse(stdout);
}

function relative(place: string): string {
  return asWord(path.relative(process.cwd(), place) || '.', process.platform === 'win32');
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
