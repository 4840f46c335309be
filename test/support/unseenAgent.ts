import { spawn } from 'node:child_process';
import { chmod, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Script } from '../../agent/platform/scripted.ts';
import { agentCli, type RunningAgent, runningAgent } from './agentProcess.ts';
import { eventually } from './daylight.ts';

/** The built agent on a written day, with its output in a file: no terminal shows anybody that it records. */
export interface UnseenAgent extends RunningAgent {
  out(): Promise<string>;
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
  await eventually('the agent is connected', async () => {
    if (child.exitCode !== null) throw new Error(`the agent ended: ${await out()}`);
    return (await out()).includes('Connected.');
  });
  return { ...runningAgent(data, { process: child, exit }), out };
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
