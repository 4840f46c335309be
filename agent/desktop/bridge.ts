import { type AgentStatus, REQUEST_BYTES, type WindowAnswer } from '../../shared/protocol/window.ts';
import { badRequest } from '../core/badRequest.ts';
import { say } from '../strings/say.ts';
import type { Asker, ElectronParts, WebContents } from './electron.ts';
import { type InvitationView, ShellRequest } from './enrolment.ts';
import { isOurs } from './page.ts';

export type ShellAnswer =
  | WindowAnswer
  | { readonly ok: true; readonly said: string; readonly invitation: InvitationView };

export interface BridgeDeps {
  readonly ipcMain: ElectronParts['ipcMain'];
  /** The contents of the one window; null while it is closed. */
  readonly contents: () => WebContents | null;
  readonly ask: (request: ShellRequest) => Promise<ShellAnswer>;
  /** Calls back with the status from now on, until it is stopped. */
  readonly watch: (onStatus: (status: AgentStatus) => void) => () => void;
}

/**
 * The main side of preload.cts. Only the main frame of the one window, while it shows one of our pages, is answered; what it
 * says is parsed like anything else that comes in.
 */
export function openBridge({ ipcMain, contents, ask, watch }: BridgeDeps): { close(): void } {
  let stop = (): void => undefined;

  const isOurPage = ({ sender, senderFrame }: Asker): boolean => {
    const own = contents();
    return (
      own !== null && sender === own && senderFrame !== null && isSame(senderFrame, own) && isOurs(senderFrame.url)
    );
  };

  ipcMain.handle('daylight:ask', async (event, payload) => {
    if (!isOurPage(event)) throw new Error('only the window of Daylight is answered');
    if (sizeOf(payload) > REQUEST_BYTES) return tooLong;
    const request = ShellRequest.safeParse(payload);
    return request.success ? ask(request.data) : badRequest(request.error);
  });
  ipcMain.on('daylight:watch', (event) => {
    const own = contents();
    if (own === null || !isOurPage(event)) return;
    stop();
    stop = watch((status) => {
      if (own.isDestroyed()) stop();
      else own.send('daylight:status', status);
    });
  });
  return { close: () => stop() };
}

/** A frame that has navigated in the meantime is another one. */
function isSame(frame: object, { mainFrame }: WebContents): boolean {
  return frame === mainFrame;
}

/** Structured clones may hold what JSON cannot: then it is no request of ours. */
function sizeOf(payload: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify([payload]));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

const tooLong = {
  ok: false,
  kind: 'bad_request',
  problem: say('shell.tooLong', { n: String(REQUEST_BYTES) }),
  remedy: say('shell.tooLongRemedy'),
} as const;
