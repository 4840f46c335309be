import type { PageFile, WindowPage } from '../core/windowPage.ts';
import type { Session } from './electron.ts';

/** The scheme of the window's pages: files of this installation and nothing else, so that `file://` is not needed. */
export const SCHEME = 'app';
/** The session of the window: in memory, and so without the prefix `persist:`. */
export const PARTITION = 'daylight';
const ORIGIN = `${SCHEME}://daylight`;
/** The employee's window. */
export const WINDOW_URL = `${ORIGIN}/`;
/** What a computer that is not enrolled shows. */
export const ENROL_URL = `${ORIGIN}/enrol/`;

/** Whether a page, or what it loads, is one of ours. */
export function isOurs(url: string): boolean {
  return url.startsWith(`${ORIGIN}/`);
}

/** Every answer carries them: nothing from elsewhere runs or is loaded, and nobody is connected to. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/** One table of both pages, made when the shell starts; a path that is not in it is not a file, whatever it looks like. */
export function pageTable(window: WindowPage, enrol: WindowPage): WindowPage {
  return new Map<string, PageFile>([...window, ...[...enrol].map(([path, file]) => [`/enrol${path}`, file] as const)]);
}

export async function answerPage(
  pages: WindowPage,
  { url, method }: Pick<Request, 'url' | 'method'>,
): Promise<Response> {
  const file = isOurs(url) && method === 'GET' ? pages.get(new URL(url).pathname) : undefined;
  if (file === undefined) return new Response(null, { status: 404, headers: HEADERS });
  const bytes = Uint8Array.from(await file.read());
  return new Response(bytes, { headers: { ...HEADERS, 'content-type': file.type } });
}

/**
 * A session in memory that serves our pages and refuses the rest: permissions, devices, downloads, dictionaries, and every
 * request that leaves this installation.
 */
export function closeSession(session: Session, pages: WindowPage): void {
  session.protocol.handle(SCHEME, (request) => answerPage(pages, request));
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !isOurs(url) && !isOwnBlob(url) }));
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setSpellCheckerEnabled(false);
  session.on('will-download', (event) => event.preventDefault());
}

/** A screenshot under review is shown from memory. */
function isOwnBlob(url: string): boolean {
  return url.startsWith(`blob:${ORIGIN}/`);
}
