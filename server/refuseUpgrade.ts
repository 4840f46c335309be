import type { Duplex } from 'node:stream';

/** A peer that takes its time to close its half. */
const LINGER_MS = 2_000;

const phrases = { 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found', 503: 'Service Unavailable' } as const;

/**
 * Answers a request for an upgrade with a refusal, and lets go of the socket, which is nobody's any more once Node has
 * emitted `upgrade`: no time limit of the HTTP server ends it.
 */
export function refuseUpgrade(socket: Duplex, status: keyof typeof phrases, why: string): void {
  const body = `${why}\n`;
  holdErrors(socket);
  socket.resume(); // whatever else it sends is not kept
  socket.end(
    `HTTP/1.1 ${status} ${phrases[status]}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  const late = setTimeout(() => socket.destroy(), LINGER_MS);
  late.unref();
  socket.once('close', () => clearTimeout(late));
}

/**
 * Node takes its own listener off a socket before it emits `upgrade`: until someone listens again, one reset by the peer
 * would end the process.
 */
export function holdErrors(socket: Duplex): void {
  socket.on('error', () => undefined);
}
