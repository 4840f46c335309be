import type { Response } from 'express';
import { STREAM_ALIVE, STREAM_ALIVE_MS } from '../../shared/protocol/http.ts';

/** A client that has not read on for so many signs of life is not there any more, or means harm. */
const SIGNS_UNREAD = 3;

/** An open answer of server-sent events (HTML standard, section 9.2). */
export interface EventStream {
  /**
   * Sends one event, however large. While the client has not read what was sent before, only the latest event waits; one
   * that has not read all of it for three signs of life is disconnected. Dropped without a word once the stream has ended.
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
  let unread = 0;
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) {
      response.write(`event: ${STREAM_ALIVE}\ndata: {}\n\n`);
      return;
    }
    unread += 1;
    if (unread < SIGNS_UNREAD) return;
    response.destroy();
    end();
  }, everyMs);
  response.on('drain', () => {
    unread = 0;
    if (latest === null || ended.signal.aborted) return;
    response.write(latest);
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
      else response.write(text);
    },
    end,
    ended: ended.signal,
  };
}
