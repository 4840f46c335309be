import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { DaylightError } from '../shared/errors.ts';
import type { Environment } from './cli/dataFolder.ts';
import { CliEnd, exitCodes } from './cli/exit.ts';
import type { Terminal } from './cli/terminal.ts';
import { askAgent } from './core/localSocket.ts';
import { type BrowserKind, EXTENSION_ID, FIREFOX_ID } from './platform/extensionId.ts';
import {
  installNativeHost,
  launcherPath,
  nativeManifestPath,
  type Pairing,
  pairingOf,
  removeNativeHost,
} from './platform/installNativeHost.ts';
import { browsersFound, chromiumIn, type PairableBrowser } from './platform/pairableBrowsers.ts';

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

function browsersOf({ profile }: Options, { XDG_CONFIG_HOME }: Environment): PairableBrowser[] {
  if (profile === undefined)
    return browsersFound({ platform: process.platform, home: homedir(), configHome: XDG_CONFIG_HOME });
  const folder = resolve(profile);
  if (existsSync(folder)) return [chromiumIn(folder, `The browser with the profiles in ${folder}`)];
  throw new DaylightError('not_found', `--profile: the folder ${folder} does not exist`, {
    remedy: 'start the browser once, or name the folder that it shows as "Profile Path" on chrome://version',
  });
}

async function pair({ agentFolder, terminal }: Place, browsers: readonly PairableBrowser[], options: Options) {
  if (browsers.length === 0) {
    throw new DaylightError('not_found', 'no browser was found that this user has started', {
      remedy: 'start the browser once and run this again, or name its folder of profiles with --profile',
    });
  }
  const folder = agentFolder();
  terminal.say('This will be written, for you alone:');
  for (const browser of browsers) {
    const other =
      (await pairingOf(browser, folder)) === 'another_agent' ? ' (paired with another agent until now)' : '';
    terminal.say(
      `  ${nativeManifestPath(browser)}: ${browser.name} may start the next file, for this extension only${other}`,
    );
  }
  terminal.say(`  ${launcherPath(resolve(folder))}: passes on what the extension tells`);
  terminal.say(`  a secret in ${resolve(folder)} by which the agent knows it`);
  if (terminal.interactive && options.yes !== true && options.profile === undefined) {
    if (!/^y(es)?$/i.test(await terminal.ask('Write this? [y/N] ')))
      throw new CliEnd(exitCodes.refused, 'nothing was written');
  }
  for (const browser of browsers) {
    await installNativeHost({ browser, agentFolder: folder, hostCommand: hostCommand() });
    terminal.say(`${browser.name} may now talk to this agent.`);
  }
  terminal.say('');
  for (const kind of new Set(browsers.map(({ kind }) => kind))) for (const line of loadIt(kind)) terminal.say(line);
  terminal.say(
    'It tells the page in front only while you are tracking and the policy asks for it; private windows never.',
  );
  terminal.say('If you are tracking now, stop and start: the agent looks for it when tracking starts.');
}

/** What the person does in the browser; no program can do it for them while the extension is in no store. */
function loadIt(kind: BrowserKind): string[] {
  if (kind === 'chromium') {
    return [
      'Next, in Chrome, Chromium, Edge or another of that family: open chrome://extensions (Edge: edge://extensions),',
      `switch "Developer mode" on, choose "Load unpacked" and open ${extensionFolder(kind)}`,
      `(its id is ${EXTENSION_ID}). Leave "Allow in Incognito" off.`,
    ];
  }
  return [
    'Next, in Firefox: open about:debugging#/runtime/this-firefox, choose "Load Temporary Add-on" and open',
    `${join(extensionFolder(kind), 'manifest.json')} (its id is ${FIREFOX_ID}).`,
    'Firefox forgets it when it is closed, because it is not signed yet. Leave "Run in Private Windows" off.',
  ];
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
  terminal.say(
    'Browser windows count as private from now on, and no site is recorded. The extension itself is yours to',
  );
  terminal.say(
    'remove: on chrome://extensions, edge://extensions or about:addons. Without this it can tell nobody anything.',
  );
}

const NOT_OURS = {
  none: 'was not paired.',
  another_agent: 'is paired with another agent, and stays so.',
} as const;

async function showPairings({ agentFolder, terminal }: Place, browsers: readonly PairableBrowser[]): Promise<void> {
  const folder = agentFolder();
  if (browsers.length === 0) terminal.say('No browser was found that this user has started.');
  for (const browser of browsers) terminal.say(`${browser.name}: ${WORDS[await pairingOf(browser, folder)]}`);
  const answer = await askAgent(folder, { command: 'status' });
  const site = answer?.ok === true ? answer.status?.parameters.url : undefined;
  terminal.say(site === undefined ? 'The agent is not running.' : `The agent says of ${site.label}: ${site.why}`);
}

const WORDS: Readonly<Record<Pairing, string>> = {
  this_agent: 'paired. Whether the extension is loaded there, only the browser knows.',
  another_agent: 'paired with another agent.',
  none: 'not paired.',
};

/** The native host beside this file, run by the same node; from source it needs the same loader as this process. */
function hostCommand(): [string, ...string[]] {
  const built = import.meta.url.endsWith('.js');
  const file = fileURLToPath(new URL(built ? './nativeHost.js' : './nativeHost.ts', import.meta.url));
  return built ? [process.execPath, file] : [process.execPath, '--import', import.meta.resolve('tsx'), file];
}

/** Where the build has put the extension: `dist/agent/browser-extension`, from the sources as from `dist/agent`. */
function extensionFolder(kind: BrowserKind): string {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const places = [join(here, 'browser-extension', kind), join(here, '../dist/agent/browser-extension', kind)];
  const found = places.find((folder) => existsSync(join(folder, 'manifest.json')));
  if (found !== undefined) return found;
  throw new DaylightError('not_found', 'the browser extension is missing from this installation', {
    remedy: 'build it (npm run build), or install the agent again',
  });
}
