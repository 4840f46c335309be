import { realpathSync } from 'node:fs';
import { say } from '../strings/say.ts';

/** The program that runs, and how it was started. */
export interface OwnProgram {
  readonly os: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  /** `process.execPath`. */
  readonly execPath: string;
  /** The folder of the application, where the program is an Electron that is told what to run; null: it is a package. */
  readonly appPath: string | null;
}

/**
 * What starts this program again, now and after it has ended. An AppImage is mounted somewhere else at every start and names
 * itself in the environment, which whatever it starts inherits: it counts only where the program runs from that mount.
 */
export function ownCommand({ env, execPath, appPath }: OwnProgram): [string, ...string[]] {
  const { APPIMAGE: image, APPDIR: mount } = env;
  const isMounted = image !== undefined && mount !== undefined && execPath.startsWith(`${real(mount)}/`);
  const program = isMounted ? image : execPath;
  return appPath === null ? [program] : [program, appPath];
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Given by the launcher that pairing writes, before the agent's folder and what the browser adds. */
export const NATIVE_HOST = '--native-host';

export type HostCommand =
  | { readonly works: true; readonly command: readonly [string, ...string[]] }
  | { readonly works: false; readonly why: string; readonly remedy: string };

/** What a browser can start as native host of this program, or why there is no such thing (docs/decisions/0016-packaged-host.md). */
export function hostCommand(program: OwnProgram): HostCommand {
  if (program.os === 'win32') {
    return { works: false, why: say('pairing.windows'), remedy: say('pairing.windowsRemedy') };
  }
  if (program.os === 'darwin' && /^\/Volumes\/|\/AppTranslocation\//.test(program.execPath)) {
    return { works: false, why: say('pairing.moved'), remedy: say('pairing.movedRemedy') };
  }
  return { works: true, command: [...ownCommand(program), NATIVE_HOST] };
}
