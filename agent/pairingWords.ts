import { join } from 'node:path';
import type { Pairing } from './core/ports.ts';
import { type BrowserKind, EXTENSION_ID, FIREFOX_ID } from './platform/extensionId.ts';
import { pairingOf } from './platform/installNativeHost.ts';
import type { PairableBrowser } from './platform/pairableBrowsers.ts';
import type { Registrar } from './platform/registrar.ts';

/** A browser, and with whom it is paired now. */
export interface FoundBrowser extends PairableBrowser {
  readonly pairing: Pairing;
}

export function withPairings(
  browsers: readonly PairableBrowser[],
  agentFolder: string,
  registrar: Registrar,
): Promise<FoundBrowser[]> {
  return Promise.all(
    browsers.map(async (browser) => ({ ...browser, pairing: await pairingOf(browser, agentFolder, registrar) })),
  );
}

/** With whom each of them is paired now. */
export function pairingLines(found: readonly FoundBrowser[]): string[] {
  return found.map(({ name, pairing }) => `${name}: ${WORDS[pairing]}`);
}

const WORDS: Readonly<Record<Pairing, string>> = {
  this_agent: 'paired. Whether the extension is loaded there, only the browser knows.',
  another_agent: 'paired with another agent.',
  none: 'not paired.',
};

/** What pairing writes, before it does. `agentFolder` is absolute. */
export function whatIsWritten(browsers: readonly FoundBrowser[], agentFolder: string, registrar: Registrar): string[] {
  const other = (pairing: Pairing): string =>
    pairing === 'another_agent' ? ' (paired with another agent until now)' : '';
  return [
    ...browsers.map(
      ({ name, place, pairing }) =>
        `${registrar.written(place, agentFolder).join(' and ')}: ${name} may start the next file, for this extension only${other(pairing)}`,
    ),
    `${registrar.launcherPath(agentFolder)}: passes on what the extension tells`,
    `a secret in ${agentFolder} by which the agent knows it`,
  ];
}

/** What the person does in the browser; no program can do it for them while the extension is in no store. */
export function howToLoad(kind: BrowserKind, extension: string): string[] {
  if (kind === 'chromium') {
    return [
      'Next, in Chrome, Chromium, Edge or another of that family: open chrome://extensions (Edge: edge://extensions),',
      `switch "Developer mode" on, choose "Load unpacked" and open ${extension}`,
      `(its id is ${EXTENSION_ID}). Leave "Allow in Incognito" off.`,
    ];
  }
  return [
    'Next, in Firefox: open about:debugging#/runtime/this-firefox, choose "Load Temporary Add-on" and open',
    `${join(extension, 'manifest.json')} (its id is ${FIREFOX_ID}).`,
    'Firefox forgets it when it is closed, because it is not signed yet. Leave "Run in Private Windows" off.',
  ];
}

export const WHAT_IT_TELLS =
  'It tells the page in front only while you are tracking and the policy asks for it; private windows never.';

export const WHEN_IT_COUNTS = 'If you are tracking now, stop and start: the agent looks for it when tracking starts.';

export const AFTER_UNPAIRING = [
  'Browser windows count as private from now on, and no site is recorded. The extension itself is yours to',
  'remove: on chrome://extensions, edge://extensions or about:addons. Without this it can tell nobody anything.',
] as const;

export const NO_BROWSER = 'no browser was found that this user has started';
