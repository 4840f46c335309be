import { mkdir, readFile, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { shellScript } from './launcher.ts';
import type { Registrar } from './registrar.ts';
import { replaceFile } from './replaceFile.ts';

/** Linux and macOS: a place is a manifest in a folder of the browser. */
export function createManifestFiles(): Registrar {
  const launcherPath = (agentFolder: string): string => join(resolve(agentFolder), 'native-host');
  return {
    launcherPath,
    launcherText: shellScript,
    ownFiles: (agentFolder) => [launcherPath(agentFolder)],
    written: (place) => [place],
    async register(place, manifest) {
      await mkdir(dirname(place), { recursive: true });
      await replaceFile(place, `${JSON.stringify(manifest, null, 2)}\n`, 0o644);
    },
    async pairingAt(place, agentFolder) {
      const text = await readFile(place, 'utf8').catch(() => null);
      if (text === null) return 'none';
      return Manifest.safeParse(jsonOf(text)).data?.path === launcherPath(agentFolder) ? 'this_agent' : 'another_agent';
    },
    async unregister(place) {
      await rm(place, { force: true });
      await rmdir(dirname(place)).catch(() => undefined); // it stays when there is more in it
    },
  };
}

const Manifest = z.object({ path: z.string() });

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
