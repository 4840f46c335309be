import { resolve } from 'node:path';
import { DaylightError } from '../../shared/errors.ts';
import { capitalised } from '../../shared/text.ts';
import {
  AFTER_UNPAIRING,
  type FoundBrowser,
  howToLoad,
  NO_BROWSER,
  pairingLines,
  WHAT_IT_TELLS,
  WHEN_IT_COUNTS,
  whatIsWritten,
  withPairings,
} from '../pairingWords.ts';
import { copyExtension } from '../platform/extensionCopy.ts';
import type { BrowserKind } from '../platform/extensionId.ts';
import { installNativeHost, removeNativeHost, renewLauncher } from '../platform/installNativeHost.ts';
import type { PairableBrowser } from '../platform/pairableBrowsers.ts';
import type { Registrar } from '../platform/registrar.ts';
import type { ElectronParts } from './electron.ts';
import { type HostCommand, NATIVE_HOST } from './ownProgram.ts';

/** The pairing of this account's browsers, as the desktop offers it. */
export interface Pairing {
  /** Asks in a message box, after it has said what it would write, and does what the person chose. Never rejects. */
  ask(): Promise<void>;
  /** Brings what an earlier pairing by this program has written up to where the program is now, and how new it is. Never rejects. */
  renew(): Promise<void>;
}

export interface PairingDeps {
  readonly dialog: ElectronParts['dialog'];
  /** The agent's data folder. */
  readonly folder: string;
  readonly host: HostCommand;
  readonly registrar: Registrar;
  /** Looked for anew each time. */
  readonly browsers: () => readonly PairableBrowser[];
}

export function createPairing({ dialog, folder: given, host, registrar, browsers }: PairingDeps): Pairing {
  const folder = resolve(given);

  async function ask(): Promise<void> {
    const found = await withPairings(browsers(), folder, registrar);
    const paired = found.filter(({ pairing }) => pairing === 'this_agent');
    const choice = await chosen(found, paired);
    if (choice === 'pair' && host.works) await pair(found, host.command);
    if (choice === 'end') await unpair(paired);
  }

  async function chosen(
    found: readonly FoundBrowser[],
    paired: readonly FoundBrowser[],
  ): Promise<'pair' | 'end' | 'nothing'> {
    const canPair = host.works && found.length > 0;
    const choices = [
      ...(canPair ? [{ label: paired.length === 0 ? 'Pair' : 'Pair again', does: 'pair' as const }] : []),
      ...(paired.length === 0 ? [] : [{ label: 'End the pairing', does: 'end' as const }]),
      { label: canPair || paired.length > 0 ? 'Cancel' : 'Close', does: 'nothing' as const },
    ];
    const last = choices.length - 1;
    const { response } = await dialog.showMessageBox({
      ...{ type: canPair ? 'question' : 'info', title: 'Daylight', buttons: choices.map(({ label }) => label) },
      ...{ defaultId: last, cancelId: last },
      message: canPair ? 'Pair your browsers with Daylight?' : 'Your browsers cannot be paired here.',
      detail: [...pairingLines(found), '', ...whatItMeans(found)].join('\n'),
    });
    return choices[response]?.does ?? 'nothing';
  }

  function whatItMeans(found: readonly FoundBrowser[]): string[] {
    if (!host.works) return [host.why, host.remedy];
    if (found.length === 0) return [`${capitalised(NO_BROWSER)}: start it once, and choose this again.`];
    return [
      'Without this every browser window counts as private, and no site is recorded.',
      WHAT_IT_TELLS,
      '',
      'This will be written, for you alone:',
      ...whatIsWritten(found, folder, registrar).map((line) => `• ${line}`),
      `• a copy of the extension in ${folder}, from where you load it in the browser`,
    ];
  }

  async function pair(found: readonly FoundBrowser[], command: readonly [string, ...string[]]): Promise<void> {
    for (const browser of found) {
      await installNativeHost({ browser, agentFolder: folder, hostCommand: command, registrar });
    }
    const steps: string[] = [];
    for (const kind of kindsOf(found)) steps.push(howToLoad(kind, await copyExtension(kind, folder)).join(' '), '');
    await inform(`${namesOf(found)} may now talk to Daylight.`, [...steps, WHEN_IT_COUNTS].join('\n'));
  }

  async function unpair(paired: readonly FoundBrowser[]): Promise<void> {
    for (const browser of paired) await removeNativeHost(browser, folder, registrar);
    await inform(`${namesOf(paired)} can no longer talk to Daylight.`, AFTER_UNPAIRING.join(' '));
  }

  async function inform(message: string, detail: string): Promise<void> {
    await dialog.showMessageBox({ type: 'info', title: 'Daylight', message, detail, buttons: ['Close'] });
  }

  async function renew(): Promise<void> {
    if (!host.works || !(await renewLauncher(folder, { command: host.command, mark: NATIVE_HOST, registrar }))) return;
    const found = await withPairings(browsers(), folder, registrar);
    const paired = found.filter(({ pairing }) => pairing === 'this_agent');
    for (const kind of kindsOf(paired)) await copyExtension(kind, folder);
  }

  return {
    ask: () =>
      ask().catch(async (error: unknown) => {
        const { message, remedy } = inWords(error);
        await inform('Your browsers could not be paired.', `${capitalised(message)}. ${capitalised(remedy)}.`);
      }),
    renew: () => renew().catch(() => undefined),
  };
}

function kindsOf(browsers: readonly PairableBrowser[]): Set<BrowserKind> {
  return new Set(browsers.map(({ kind }) => kind));
}

function namesOf(browsers: readonly PairableBrowser[]): string {
  return browsers.map(({ name }) => name).join(', ');
}

/** Errors of the world carry their sentence; others may carry anything, and are not shown. */
function inWords(error: unknown): { message: string; remedy: string } {
  const remedy = 'try again; if it stays so, ask whoever looks after this computer';
  if (!(error instanceof DaylightError)) return { message: 'something could not be written', remedy };
  return { message: error.message, remedy: error.remedy ?? remedy };
}
