import type { BrowserPlaces } from '../core/ports.ts';
import type { NativeManifest } from './extensionId.ts';
import { createManifestFiles } from './manifestFiles.ts';
import { createRegistryKeys, regProgram } from './registryKeys.ts';

/** How browsers of one system are told which native host they may start, and what of a host they can start. */
export interface Registrar extends BrowserPlaces {
  /** The file that they start. */
  launcherPath(agentFolder: string): string;
  /** What is in it: it runs `command` with the arguments of the browser after it. Throws DaylightError on a path that cannot be written there. */
  launcherText(command: readonly string[]): string;
  /** What the pairings of all browsers share in the agent's folder, `launcherPath` among it. */
  ownFiles(agentFolder: string): string[];
  /** What is written for `place`, for a person to read. */
  written(place: string, agentFolder: string): string[];
  /** Replaces what was there. Throws DaylightError `unavailable` when the system refuses. */
  register(place: string, manifest: NativeManifest, agentFolder: string): Promise<void>;
}

export function createRegistrar(os: NodeJS.Platform = process.platform, env = process.env): Registrar {
  return os === 'win32' ? createRegistryKeys(regProgram(env)) : createManifestFiles();
}
