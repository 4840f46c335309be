import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { DaylightError } from '../shared/errors.ts';
import { capitalised } from '../shared/text.ts';
import type { Environment } from './cli/dataFolder.ts';
import { CliEnd, exitCodes } from './cli/exit.ts';
import type { Terminal } from './cli/terminal.ts';
import { askAgent } from './core/localSocket.ts';
import { howToLoad, pairingLines, whatIsWritten, withPairings } from './pairingWords.ts';
import { builtExtension } from './platform/extensionCopy.ts';
import { installNativeHost, pairingOf, removeNativeHost } from './platform/installNativeHost.ts';
import { browsersFound, chromiumIn, type PairableBrowser } from './platform/pairableBrowsers.ts';
import { createRegistrar } from './platform/registrar.ts';
import { say } from './strings/say.ts';

interface Place {
  readonly agentFolder: () => string;
  readonly environment: () => Environment;
  readonly terminal: Terminal;
}

interface Options {
  readonly profile?: string;
  readonly remove?: boolean;
  readonly status?: boolean;
  readonly yes?: boolean;
}

/** Adds `daylight-agent extension`, which pairs the browsers of this user with their agent, or ends that. */
export function addExtensionCommand(program: Command, place: Place): void {
  program
    .command('extension')
    .description(
      'pair your browsers with this agent, so that it can tell a private window from one that may be recorded',
    )
    .option(
      '--profile <folder>',
      'only the Chromium-like browser with this folder of profiles, e.g. ~/.config/chromium',
    )
    .option('--remove', 'end the pairing')
    .option('--status', 'say which browsers are paired, and change nothing')
    .option('--yes', 'do not ask')
    .addHelpText('after', FOR_ADMINISTRATORS)
    .action((options: Options) => {
      const browsers = browsersOf(options, place.environment());
      if (options.status === true) return showPairings(place, browsers);
      return options.remove === true ? unpair(place, browsers) : pair(place, browsers, options);
    });
}

const FOR_ADMINISTRATORS = `
For administrators: the extension is in no store yet. The browsers' policies (ExtensionSettings with "force_installed") install
only what is published, so that until then each person loads it as this command says.`;

function browsersOf({ profile }: Options, environment: Environment): PairableBrowser[] {
  const { XDG_CONFIG_HOME: configHome, LOCALAPPDATA: localAppData, APPDATA: appData } = environment;
  if (profile === undefined) {
    return browsersFound({ platform: process.platform, home: homedir(), configHome, localAppData, appData });
  }
  if (process.platform === 'win32') {
    throw new DaylightError(
      'bad_request',
      '--profile: on Windows a browser looks in the registry, and not in its profiles',
      {
        remedy: 'leave --profile out',
      },
    );
  }
  const folder = resolve(profile);
  if (existsSync(folder)) return [chromiumIn(folder, `The browser with the profiles in ${folder}`)];
  throw new DaylightError('not_found', `--profile: the folder ${folder} does not exist`, {
    remedy: 'start the browser once, or name the folder that it shows as "Profile Path" on chrome://version',
  });
}

async function pair({ agentFolder, terminal }: Place, browsers: readonly PairableBrowser[], options: Options) {
  if (browsers.length === 0) {
    throw new DaylightError('not_found', say('pairing.noBrowser'), {
      remedy: 'start the browser once and run this again, or name its folder of profiles with --profile',
    });
  }
  const registrar = createRegistrar();
  const folder = resolve(agentFolder());
  terminal.say(say('pairing.written'));
  const found = await withPairings(browsers, folder, registrar);
  for (const line of whatIsWritten(found, folder, registrar)) terminal.say(`  ${line}`);
  if (terminal.interactive && options.yes !== true && options.profile === undefined) {
    if (!/^y(es)?$/i.test(await terminal.ask('Write this? [y/N] ')))
      throw new CliEnd(exitCodes.refused, 'nothing was written');
  }
  for (const browser of browsers) {
    await installNativeHost({ browser, agentFolder: folder, hostCommand: hostCommand(), registrar });
    terminal.say(`${browser.name} may now talk to this agent.`);
  }
  terminal.say('');
  for (const kind of new Set(browsers.map(({ kind }) => kind))) terminal.say(howToLoad(kind, builtExtension(kind)));
  terminal.say(say('pairing.tells'));
  terminal.say(say('pairing.counts'));
}

async function unpair({ agentFolder, terminal }: Place, browsers: readonly PairableBrowser[]): Promise<void> {
  const folder = agentFolder();
  let removed = 0;
  for (const browser of browsers) {
    const gone = await removeNativeHost(browser, folder);
    removed += gone.length;
    if (gone.length > 0) terminal.say(`${browser.name} can no longer talk to this agent. Deleted: ${gone.join(', ')}.`);
    else
      terminal.say(
        `${browser.name} ${NOT_OURS[(await pairingOf(browser, folder)) === 'none' ? 'none' : 'another_agent']}`,
      );
  }
  if (removed === 0) {
    terminal.say('Nothing was changed.');
    return;
  }
  terminal.say(say('pairing.after'));
}

const NOT_OURS = {
  none: 'was not paired.',
  another_agent: 'is paired with another agent, and stays so.',
} as const;

async function showPairings({ agentFolder, terminal }: Place, browsers: readonly PairableBrowser[]): Promise<void> {
  const folder = agentFolder();
  if (browsers.length === 0) terminal.say(`${capitalised(say('pairing.noBrowser'))}.`);
  for (const line of pairingLines(await withPairings(browsers, resolve(folder), createRegistrar()))) terminal.say(line);
  const answer = await askAgent(folder, { command: 'status' });
  const site = answer?.ok === true ? answer.status?.parameters.url : undefined;
  terminal.say(site === undefined ? say('shell.notRunning') : `The agent says of ${site.label}: ${site.why}`);
}

/** The native host beside this file, run by the same node; from source it needs the same loader as this process. */
function hostCommand(): [string, ...string[]] {
  const built = import.meta.url.endsWith('.js');
  const file = fileURLToPath(new URL(built ? './nativeHost.js' : './nativeHost.ts', import.meta.url));
  return built ? [process.execPath, file] : [process.execPath, '--import', import.meta.resolve('tsx'), file];
}
