import { spawn } from 'node:child_process';
import { chmod, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Script } from '../../agent/platform/scripted.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { agentCli, command } from './agentProcess.ts';
import { eventually } from './daylight.ts';
import type { Finished } from './nodeProcess.ts';

/** The built agent on a written day, with its output in a file: no terminal shows anybody that it records. */
export interface UnseenAgent {
  readonly data: string;
  readonly pid: number;
  out(): Promise<string>;
  /** Runs another command of the agent beside it; fails unless it succeeds. */
  tell(...args: string[]): Promise<Finished>;
  status(): Promise<AgentStatus>;
  /** Asks it to end, as Ctrl-C does. */
  stop(): Promise<number | null>;
  kill(): Promise<void>;
}

/** `fraction`: what the die shows that is thrown for the moment of a picture, as a part of five minutes. */
export async function startUnseenAgent(
  folder: string,
  data: string,
  day: Script,
  fraction: number,
): Promise<UnseenAgent> {
  const script = join(folder, 'day.json');
  await writeFile(script, JSON.stringify(day));
  const output = join(folder, 'output');
  const file = await open(output, 'w');
  const preload = fileURLToPath(new URL('agentPreload.mjs', import.meta.url));
  const args = ['--import', preload, agentCli, 'run', '--data', data, '--scripted', script];
  const env = { ...process.env, DAYLIGHT_SCRIPTED: '1', DAYLIGHT_TEST_FRACTION: String(fraction) };
  const child = spawn(process.execPath, args, { stdio: ['ignore', file.fd, file.fd], env });
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  await file.close();
  const out = () => readFile(output, 'utf8');
  const agent: UnseenAgent = {
    data,
    pid: child.pid ?? 0,
    out,
    async tell(...asked) {
      const finished = await command(agentCli, [...asked, '--data', data]);
      if (finished.code !== 0) throw new Error(`daylight-agent ${asked[0]}: ${finished.err}`);
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
  await eventually('the agent is connected', async () => {
    if (child.exitCode !== null) throw new Error(`the agent ended: ${await out()}`);
    return (await out()).includes('Connected.');
  });
  return agent;
}

/** A folder with an `xdg-open` that writes down what it was asked to open, and opens nothing. */
export async function writtenDownBrowser(
  folder: string,
): Promise<{ env: NodeJS.ProcessEnv; asked(): Promise<string> }> {
  const programs = join(folder, 'programs');
  const notes = join(folder, 'opened');
  await mkdir(programs, { recursive: true });
  const opener = join(programs, 'xdg-open');
  await writeFile(opener, `#!/bin/sh\nprintf '%s' "$*" > '${notes}'\n`);
  await chmod(opener, 0o755);
  return {
    env: { PATH: `${programs}:${process.env['PATH'] ?? ''}`, DISPLAY: ':0' },
    asked: () => readFile(notes, 'utf8'),
  };
}
