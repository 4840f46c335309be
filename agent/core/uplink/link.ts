import WebSocket from 'ws';
import type { ImageId } from '../../../shared/ids.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import {
  type AgentFrame,
  IMAGE_CHUNK_HEADER,
  KNOWS_ALL,
  KNOWS_HEADER,
  ServerFrame,
  SUBPROTOCOL,
} from '../../../shared/protocol/messages.ts';
import { SECOND } from '../../../shared/time.ts';
import type { Clock } from '../ports.ts';

/** One open WebSocket, as frames. */
export interface Link {
  /** Resolves when the operating system has taken the frame, so that never more than one waits in memory. */
  send(frame: AgentFrame): Promise<void>;
  sendChunk(image: ImageId, index: number, bytes: Uint8Array): Promise<void>;
  close(): void;
  /** Resolves once, with the reason in words, when the connection has ended. */
  readonly ended: Promise<string>;
}

export interface LinkOptions {
  readonly url: string;
  readonly ca: string | null;
  readonly clock: Clock;
  /**
   * Called in order of arrival, synchronously with it. While more than a few of the promises are unsettled, nothing
   * more is read from the server.
   */
  readonly onFrame: (frame: ServerFrame) => Promise<void>;
}

/** The server pings every `limits.pingMs`; after this long without any sign of life the connection is given up. */
const SILENCE_MS = limits.pingMs * 2.5;
/** How long the server may take to answer the closing handshake. */
const CLOSING_MS = 2 * SECOND;
const MOST_PENDING = 16;

/** Connects. Rejects with an Error whose message says in words what went wrong. */
export function openLink({ url, ca, clock, onFrame }: LinkOptions): Promise<Link> {
  const socket = new WebSocket(url, SUBPROTOCOL, {
    ...(ca === null ? {} : { ca }),
    headers: { [KNOWS_HEADER]: KNOWS_ALL },
    // Said here so that NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment cannot unsay it.
    rejectUnauthorized: true,
    followRedirects: false,
    perMessageDeflate: false,
    handshakeTimeout: limits.handshakeMs,
    maxPayload: limits.frameBytes,
  });
  return new Promise((resolve, reject) => {
    let why = 'the server closed the connection';
    let cancelWatch = (): void => undefined;
    const watch = (): void => {
      cancelWatch();
      cancelWatch = clock.after(SILENCE_MS, () => {
        why = 'the server has not been heard of for more than a minute';
        socket.terminate();
      });
    };
    const ended = new Promise<string>((end) => {
      socket.on('close', () => {
        cancelWatch();
        end(why);
        reject(new Error(why));
      });
    });
    const giveUp = (reason: string): void => {
      why = reason;
      socket.terminate();
    };
    socket.on('error', (error) => {
      why = inWords(error);
    });
    socket.on('ping', watch);
    const receive = receiver(socket, onFrame, giveUp);
    socket.on('message', (data, isBinary) => {
      watch();
      receive(data, isBinary);
    });
    socket.on('open', () => {
      watch();
      resolve({
        send: (frame) => write(socket, JSON.stringify(frame)),
        sendChunk: (image, index, bytes) => write(socket, chunk(image, index, bytes)),
        close: () => {
          socket.close(1000);
          clock.after(CLOSING_MS, () => socket.terminate());
        },
        ended,
      });
    });
  });
}

/** Hands frames on, and stops reading while too many of them are being worked on. */
function receiver(
  socket: WebSocket,
  onFrame: LinkOptions['onFrame'],
  giveUp: (reason: string) => void,
): (data: WebSocket.RawData, isBinary: boolean) => void {
  let pending = 0;
  const settled = (): void => {
    pending -= 1;
    if (pending === 0 && socket.isPaused) socket.resume();
  };
  return (data, isBinary) => {
    const frame = isBinary ? null : frameOf(data);
    if (frame === null) {
      giveUp('the server sent something that this agent does not understand; one of the two may be too old');
      return;
    }
    pending += 1;
    if (pending > MOST_PENDING) socket.pause();
    onFrame(frame)
      .catch((error: unknown) => giveUp(error instanceof Error ? error.message : 'a frame could not be handled'))
      .finally(settled);
  };
}

function frameOf(data: WebSocket.RawData): ServerFrame | null {
  if (!Buffer.isBuffer(data)) return null;
  try {
    return ServerFrame.parse(JSON.parse(data.toString('utf8')));
  } catch {
    return null;
  }
}

function write(socket: WebSocket, data: string | Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    if (socket.readyState !== WebSocket.OPEN) reject(new Error('the connection has ended'));
    else socket.send(data, (error) => (error ? reject(error) : resolve()));
  });
}

function chunk(image: ImageId, index: number, bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(IMAGE_CHUNK_HEADER);
  header.write(image.replaceAll('-', ''), 0, 'hex');
  header.writeUInt32BE(index, 16);
  return Buffer.concat([header, bytes]);
}

function inWords(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ECONNREFUSED') return 'nothing answers at the address of the server';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the name of the server cannot be found';
  if (code === 'ETIMEDOUT' || error.message.includes('timed out')) return 'the server does not answer';
  if (/CERT|SIGNATURE|ISSUER|ALTNAME/.test(code)) {
    return `the certificate of the server is not trusted (${code}); for one of your own, enrol with --ca FILE`;
  }
  const status = /Unexpected server response: (\d{3})/.exec(error.message)?.[1];
  if (status !== undefined) return `the server answered ${status} instead of opening a connection`;
  return `the connection failed${code === '' ? '' : ` (${code})`}`;
}
