import { execFile } from 'node:child_process';
import { join, resolve, win32 } from 'node:path';
import { DaylightError } from '../../shared/errors.ts';
import { type BrowserKind, NATIVE_HOST_NAME } from './extensionId.ts';
import { batchFile } from './launcher.ts';
import type { Registrar } from './registrar.ts';
import { replaceFile } from './replaceFile.ts';

/**
 * Windows: a place is a key of the registry, below which this account may write. Its default value is the path of a manifest,
 * which lies in the agent's folder (Chrome for Developers, "Native messaging"; MDN, "Native manifests"). `reg` is the path of
 * Windows' own reg.exe. Only its exit code is looked at: what it prints is in the language and the code page of the computer.
 */
export function createRegistryKeys(reg: string): Registrar {
  const launcherPath = (agentFolder: string): string => join(resolve(agentFolder), 'native-host.bat');
  return {
    launcherPath,
    launcherText: batchFile,
    ownFiles: (agentFolder) => [launcherPath(agentFolder), ...KINDS.map((kind) => manifestPath(kind, agentFolder))],
    written: (place, agentFolder) => [manifestPath(kindAt(place), agentFolder), place],
    async register(place, manifest, agentFolder) {
      const file = manifestPath(kindAt(place), agentFolder);
      await replaceFile(file, `${JSON.stringify(manifest, null, 2)}\n`, 0o600);
      const isDone = await succeeds(reg, ['add', place, '/ve', '/t', 'REG_SZ', '/d', file, '/f']);
      if (!isDone) throw refused(place, 'written');
    },
    async pairingAt(place, agentFolder) {
      const isOurs = ['query', place, '/f', manifestPath(kindAt(place), agentFolder), '/d', '/e'];
      if (await succeeds(reg, isOurs)) return 'this_agent';
      return (await succeeds(reg, ['query', place])) ? 'another_agent' : 'none';
    },
    async unregister(place) {
      if (!(await succeeds(reg, ['query', place]))) return;
      if (!(await succeeds(reg, ['delete', place, '/f']))) throw refused(place, 'deleted');
    },
  };
}

/** By its whole path: a program of that name in the folder that the command is started in would be taken for it. */
export function regProgram({ SystemRoot }: NodeJS.ProcessEnv): string {
  return win32.join(SystemRoot ?? 'C:\\Windows', 'System32', 'reg.exe');
}

const KINDS = ['chromium', 'firefox'] as const;

function kindAt(place: string): BrowserKind {
  return place.includes('\\Mozilla\\') ? 'firefox' : 'chromium';
}

/** All browsers of a kind share a manifest. Firefox tells the host its path, by which the host knows it (`startedFor`). */
function manifestPath(kind: BrowserKind, agentFolder: string): string {
  return join(resolve(agentFolder), `${kind}-${NATIVE_HOST_NAME}.json`);
}

const REG_MS = 10_000;

/** Whether `reg` ends with 0. Throws DaylightError `unavailable` when it cannot be run to its end. */
function succeeds(reg: string, args: readonly string[]): Promise<boolean> {
  return new Promise((done, failed) => {
    execFile(reg, args, { timeout: REG_MS, windowsHide: true }, (error) => {
      if (error === null || typeof error.code === 'number') {
        done(error === null);
        return;
      }
      failed(
        new DaylightError(
          'unavailable',
          `the registry of Windows could not be reached: ${reg} did not run to its end`,
          {
            remedy: 'ask whoever looks after this computer whether reg.exe is switched off here',
            cause: error,
          },
        ),
      );
    });
  });
}

function refused(place: string, what: 'written' | 'deleted'): DaylightError {
  return new DaylightError('unavailable', `the key ${place} could not be ${what} in the registry of Windows`, {
    remedy: 'look with regedit whether your account may change it, then run this again',
  });
}
