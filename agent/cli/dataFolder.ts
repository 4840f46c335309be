import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { DaylightError, describeIssue } from '../../shared/errors.ts';
import { codeOf } from '../core/files.ts';

const Folder = z
  .string()
  .min(1, 'expected the path of a folder')
  .max(4_096)
  .refine((path) => !path.includes('\0'), 'expected a path without a zero byte');

/** What the command line reads of the environment. */
const Environment = z.object({
  /** The data folder, where --data is not given. */
  DAYLIGHT_AGENT_DATA: Folder.optional(),
  /** XDG Base Directory Specification: used on Linux when absolute. */
  XDG_DATA_HOME: z.string().optional(),
  /** The same: where browsers keep their profiles. */
  XDG_CONFIG_HOME: z.string().optional(),
  /** Windows: the user's own application data. */
  LOCALAPPDATA: z.string().optional(),
  /** The same: where Firefox keeps its profiles. */
  APPDATA: z.string().optional(),
  /** `1` permits `run --scripted`, for tests and demonstrations. */
  DAYLIGHT_SCRIPTED: z.string().optional(),
});
export type Environment = z.infer<typeof Environment>;

export function readEnvironment(env: NodeJS.ProcessEnv): Environment {
  const parsed = Environment.safeParse(env);
  if (parsed.success) return parsed.data;
  const { problem, field } = describeIssue(parsed.error);
  throw new DaylightError('bad_request', `${field}: ${problem}`, { field });
}

/** The folder given, or that of the environment, or the platform's own place for such data. It may be missing. */
export function dataFolder(given: string | undefined, env: Environment, platform = process.platform): string {
  const folder = chosenFolder(given, env, platform);
  if (mayBeFolder(folder)) return folder;
  throw new DaylightError('bad_request', `${folder} is not a folder`, {
    field: 'data',
    remedy: 'name another one with --data or DAYLIGHT_AGENT_DATA',
  });
}

/** What else is wrong with it is said by whoever needs more of it. */
function mayBeFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() !== false;
  } catch (error) {
    return codeOf(error) !== 'ENOTDIR';
  }
}

function chosenFolder(given: string | undefined, env: Environment, platform: NodeJS.Platform): string {
  if (given !== undefined) {
    const parsed = Folder.safeParse(given);
    if (parsed.success) return resolve(parsed.data);
    throw new DaylightError('bad_request', describeIssue(parsed.error, '--data').message, { field: 'data' });
  }
  if (env.DAYLIGHT_AGENT_DATA !== undefined) return resolve(env.DAYLIGHT_AGENT_DATA);
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'Daylight', 'Agent');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Daylight Agent');
  const { XDG_DATA_HOME: xdg } = env;
  return join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.local', 'share'), 'daylight-agent');
}
