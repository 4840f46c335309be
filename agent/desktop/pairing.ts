import { resolve } from 'node:path';
import { DaylightError } from '../../shared/errors.ts';
import { capitalised } from '../../shared/text.ts';
import { type FoundBrowser, howToLoad, pairingLines, whatIsWritten, withPairings } from '../pairingWords.ts';
import { copyExtension } from '../platform/extensionCopy.ts';
import type { BrowserKind } from '../platform/extensionId.ts';
import { installNativeHost, removeNativeHost, renewLauncher } from '../platform/installNativeHost.ts';
import type { PairableBrowser } from '../platform/pairableBrowsers.ts';
import type { Registrar } from '../platform/registrar.ts';
import { listed, say } from '../strings/say.ts';
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
      ...(canPair
        ? [{ label: say(paired.length === 0 ? 'pairing.pair' : 'pairing.again'), does: 'pair' as const }]
        : []),
      ...(paired.length === 0 ? [] : [{ label: say('pairing.end'), does: 'end' as const }]),
      { label: say(canPair || paired.length > 0 ? 'action.cancel' : 'action.close'), does: 'nothing' as const },
    ];
    const last = choices.length - 1;
    const { response } = await dialog.showMessageBox({
      ...{
        type: canPair ? 'question' : 'info',
        title: say('product.name'),
        buttons: choices.map(({ label }) => label),
      },
      ...{ defaultId: last, cancelId: last },
      message: say(canPair ? 'pairing.ask' : 'pairing.cannot'),
      detail: [...pairingLines(found), '', ...whatItMeans(found)].join('\n'),
    });
    return choices[response]?.does ?? 'nothing';
  }

  function whatItMeans(found: readonly FoundBrowser[]): string[] {
    if (!host.works) return [host.why, host.remedy];
    if (found.length === 0) return [say('pairing.startOne')];
    return [
      say('pairing.without'),
      say('pairing.tells'),
      '',
      say('pairing.written'),
      ...[...whatIsWritten(found, folder, registrar), say('pairing.copy', { folder })].map((line) =>
        say('pairing.point', { line }),
      ),
    ];
  }

  async function pair(found: readonly FoundBrowser[], command: readonly [string, ...string[]]): Promise<void> {
    for (const browser of found) {
      await installNativeHost({ browser, agentFolder: folder, hostCommand: command, registrar });
    }
    const steps: string[] = [];
    for (const kind of kindsOf(found)) steps.push(howToLoad(kind, await copyExtension(kind, folder)), '');
    await inform(say('pairing.done', { browsers: namesOf(found) }), [...steps, say('pairing.counts')].join('\n'));
  }

  async function unpair(paired: readonly FoundBrowser[]): Promise<void> {
    for (const browser of paired) await removeNativeHost(browser, folder, registrar);
    await inform(say('pairing.ended', { browsers: namesOf(paired) }), say('pairing.after'));
  }

  async function inform(message: string, detail: string): Promise<void> {
    const [title, buttons] = [say('product.name'), [say('action.close')]];
    await dialog.showMessageBox({ type: 'info', title, message, detail, buttons });
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
        await inform(say('pairing.failed'), `${capitalised(message)}. ${capitalised(remedy)}.`);
      }),
    renew: () => renew().catch(() => undefined),
  };
}

function kindsOf(browsers: readonly PairableBrowser[]): Set<BrowserKind> {
  return new Set(browsers.map(({ kind }) => kind));
}

function namesOf(browsers: readonly PairableBrowser[]): string {
  return listed(browsers.map(({ name }) => name));
}

/** Errors of the world carry their sentence; others may carry anything, and are not shown. */
function inWords(error: unknown): { message: string; remedy: string } {
  const remedy = say('pairing.notWrittenRemedy');
  if (!(error instanceof DaylightError)) return { message: say('pairing.notWritten'), remedy };
  return { message: error.message, remedy: error.remedy ?? remedy };
}
