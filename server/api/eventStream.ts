import type { Response } from 'express';
import { STREAM_ALIVE, STREAM_ALIVE_MS } from '../../shared/protocol/http.ts';

/** A client that leaves this much unread is not there any more, or means harm. */
const MAX_UNREAD_BYTES = 1024 * 1024;

/** An open answer of server-sent events (HTML standard, section 9.2). */
export interface EventStream {
  /**
   * Sends one event. While the client has not read what was sent before, only the latest event waits; one that leaves more
   * than a mebibyte unread is disconnected. Dropped without a word once the stream has ended.
   */
  send(event: string, data: unknown): void;
  end(): void;
  /** Aborted when the client has gone, `end` was called or the server closes. */
  readonly ended: AbortSignal;
}

/**
 * Writes the headers, and says every `everyMs` that it is alive, so that whoever reads it notices a line that is
 * dead. `closing` ends every stream of the server.
 */
export function openEventStream(
  response: Response,
  closing: AbortSignal,
  everyMs: number = STREAM_ALIVE_MS,
): EventStream {
  const ended = new AbortController();
  const end = () => {
    if (ended.signal.aborted) return;
    ended.abort();
    clearInterval(heartbeat);
    closing.removeEventListener('abort', end);
    response.end();
  };
  let latest: string | null = null;
  const write = (text: string) => {
    response.write(text);
    if (response.writableLength <= MAX_UNREAD_BYTES) return;
    response.destroy();
    end();
  };
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) write(`event: ${STREAM_ALIVE}\ndata: {}\n\n`);
  }, everyMs);
  response.on('drain', () => {
    if (latest === null || ended.signal.aborted) return;
    write(latest);
    latest = null;
  });
  response.on('close', end);
  closing.addEventListener('abort', end, { once: true });
  response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
  response.flushHeaders();
  if (closing.aborted || response.destroyed) end();
  return {
    send(event, data) {
      if (ended.signal.aborted) return;
      const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
      if (response.writableNeedDrain) latest = text;
      else write(text);
    },
    end,
    ended: ended.signal,
  };
}
