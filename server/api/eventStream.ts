import type { Response } from 'express';

const HEARTBEAT_MS = 15_000;

/** An open answer of server-sent events (HTML standard, section 9.2). */
export interface EventStream {
  /** Sends one event. Dropped without a word once the stream has ended. */
  send(event: string, data: unknown): void;
  end(): void;
  /** Aborted when the client has gone, `end` was called or the server closes. */
  readonly ended: AbortSignal;
}

/** Writes the headers and keeps the connection from being thought dead. `closing` ends every stream of the server. */
export function openEventStream(response: Response, closing: AbortSignal): EventStream {
  const ended = new AbortController();
  const end = () => {
    if (ended.signal.aborted) return;
    ended.abort();
    clearInterval(heartbeat);
    closing.removeEventListener('abort', end);
    response.end();
  };
  const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS);
  response.on('close', end);
  closing.addEventListener('abort', end, { once: true });
  response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
  response.flushHeaders();
  if (closing.aborted) end();
  return {
    send(event, data) {
      if (!ended.signal.aborted) response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    },
    end,
    ended: ended.signal,
  };
}
