import { readFile } from 'node:fs/promises';
import { describeIssue } from '../../shared/errors.ts';
import type { Clock, Platform } from '../core/ports.ts';
import { createScriptedPlatform, Script } from '../platform/scripted.ts';
import type { Environment } from './dataFolder.ts';
import { CliEnd, exitCodes } from './exit.ts';
import type { Terminal } from './terminal.ts';

/** A written day in place of this computer, for tests and demonstrations; never silently. */
export async function scriptedPlatform(
  terminal: Terminal,
  clock: Clock,
  env: Environment,
  path: string,
): Promise<Platform> {
  if (env.DAYLIGHT_SCRIPTED !== '1') {
    throw new CliEnd(
      exitCodes.usage,
      '--scripted replays a written day instead of recording a real one',
      'it is only for tests, which set DAYLIGHT_SCRIPTED=1',
    );
  }
  const text = await readFile(path, 'utf8').catch(() => {
    throw new CliEnd(exitCodes.usage, `--scripted: ${path} cannot be read`);
  });
  const json = jsonOf(text);
  if (json === null) throw new CliEnd(exitCodes.usage, `--scripted: ${path}: expected a script in JSON`);
  const script = Script.safeParse(json);
  if (!script.success) throw new CliEnd(exitCodes.usage, describeIssue(script.error, `--scripted: ${path}`).message);
  terminal.say(`THIS IS A SCRIPT, NOT A REAL DAY: everything recorded from here on is made up by ${path}.`);
  return createScriptedPlatform(script.data, clock);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
