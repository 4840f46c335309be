import { join } from 'node:path';
import type { Pairing } from './core/ports.ts';
import { type BrowserKind, EXTENSION_ID, FIREFOX_ID } from './platform/extensionId.ts';
import { pairingOf } from './platform/installNativeHost.ts';
import type { PairableBrowser } from './platform/pairableBrowsers.ts';
import type { Registrar } from './platform/registrar.ts';
import { joined, say } from './strings/say.ts';

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
  return found.map(({ name, pairing }) => say('pairing.of', { browser: name, words: say(`paired.${pairing}`) }));
}

/** What pairing writes, before it does. `agentFolder` is absolute. */
export function whatIsWritten(browsers: readonly FoundBrowser[], agentFolder: string, registrar: Registrar): string[] {
  return [
    ...browsers.map(({ name: browser, place, pairing }) => {
      const places = joined(registrar.written(place, agentFolder));
      return say(pairing === 'another_agent' ? 'pairing.placeTaken' : 'pairing.place', { places, browser });
    }),
    say('pairing.launcher', { path: registrar.launcherPath(agentFolder) }),
    say('pairing.secret', { folder: agentFolder }),
  ];
}

/** What the person does in the browser; no program can do it for them while the extension is in no store. */
export function howToLoad(kind: BrowserKind, extension: string): string {
  if (kind === 'chromium') return say('pairing.loadChromium', { folder: extension, id: EXTENSION_ID });
  return say('pairing.loadFirefox', { manifest: join(extension, 'manifest.json'), id: FIREFOX_ID });
}
