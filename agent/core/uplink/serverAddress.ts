import { DaylightError } from '../../../shared/errors.ts';
import { API_PREFIX } from '../../../shared/protocol/http.ts';
import { AGENT_PATH } from '../../../shared/protocol/messages.ts';

export interface ServerAddress {
  /** As it is stored and shown, without a trailing slash. */
  readonly base: string;
  readonly socket: string;
  readonly api: (path: string) => string;
}

/** Reads the server's address. Anything but TLS is refused, except to this very computer. */
export function serverAddress(text: string): ServerAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:', 'ws:', 'wss:'].includes(url.protocol)) {
    throw new DaylightError(
      'bad_request',
      `server: expected an address like https://daylight.example.com, not "${text}"`,
      {
        field: 'server',
        remedy: 'copy the address of the console',
      },
    );
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new DaylightError('bad_request', 'server: expected an address without user name, "?" or "#"', {
      field: 'server',
      remedy: 'copy the address of the console',
    });
  }
  const secure = url.protocol === 'https:' || url.protocol === 'wss:';
  if (!secure && !isLoopback(url.hostname)) {
    throw new DaylightError(
      'bad_request',
      `server: ${url.host} would be reached without encryption, which is refused`,
      {
        field: 'server',
        remedy: `use https://${url.host}; for a certificate of your own add --ca FILE`,
      },
    );
  }
  const rest = `${url.host}${url.pathname.replace(/\/+$/, '')}`;
  const http = `${secure ? 'https' : 'http'}://${rest}`;
  return {
    base: http,
    socket: `${secure ? 'wss' : 'ws'}://${rest}${AGENT_PATH}`,
    api: (path) => `${http}${API_PREFIX}${path}`,
  };
}

/** Names that can only mean this computer. A name that merely resolves to it today is not one. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
