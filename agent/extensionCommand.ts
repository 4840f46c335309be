import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { DaylightError } from '../shared/errors.ts';
import { EXTENSION_ID } from './platform/extensionId.ts';
import { installNativeHost } from './platform/installNativeHost.ts';

/** Adds `daylight-agent extension --profile DIR`, which pairs a browser with this computer's agent. */
export function addExtensionCommand(
  program: Command,
  place: { agentFolder: () => string; say: (line: string) => void },
): void {
  program
    .command('extension')
    .description('pair a Chromium-like browser with this agent, so that the address of the page in front can be known')
    .requiredOption('--profile <folder>', "the browser's folder of profiles, e.g. ~/.config/chromium")
    .action(async ({ profile }: { profile: string }) => {
      const profileFolder = resolve(profile);
      if (!existsSync(profileFolder)) {
        throw new DaylightError('not_found', `--profile: the folder ${profileFolder} does not exist`, {
          remedy: 'start the browser once, or name the folder that it shows as "Profile Path" on chrome://version',
        });
      }
      const installed = await installNativeHost({
        profileFolder,
        agentFolder: place.agentFolder(),
        hostCommand: hostCommand(),
      });
      place.say(
        `The browser with the profiles in ${profileFolder} may now talk to this agent (${installed.manifest}).`,
      );
      place.say(
        `Next, in the browser: open chrome://extensions, switch "Developer mode" on, choose "Load unpacked" and`,
      );
      place.say(`open ${extensionFolder()} (its id is ${EXTENSION_ID}). Leave "Allow in Incognito" off.`);
      place.say(
        'It tells the page in front only while you are tracking and the policy asks for it; private windows never.',
      );
    });
}

/** The native host beside this file, run by the same node; from source it needs the same loader as this process. */
function hostCommand(): [string, ...string[]] {
  const built = import.meta.url.endsWith('.js');
  const file = fileURLToPath(new URL(built ? './nativeHost.js' : './nativeHost.ts', import.meta.url));
  return built ? [process.execPath, file] : [process.execPath, '--import', import.meta.resolve('tsx'), file];
}

/** `agent/browser-extension`, from the sources as from `dist/agent`. */
export function extensionFolder(): string {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const places = [join(here, 'browser-extension'), join(here, '../../agent/browser-extension')];
  const found = places.find((folder) => existsSync(join(folder, 'manifest.json')));
  if (found === undefined)
    throw new DaylightError('not_found', 'the browser extension is missing from this installation');
  return found;
}
