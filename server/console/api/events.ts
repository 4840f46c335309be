import { STREAM_ALIVE } from '../../../shared/protocol/http.ts';
import { addressOf, failureIn, type Request, type StreamRoute } from './client.ts';
import { onSilence } from './silence.ts';
import { withinTime } from './withinTime.ts';

/**
 * Reads a stream of server-sent events until it ends, and fails when the server falls silent. With `fetch` and not as an `EventSource`: that hides why the server
 * refused, and opens a stream again by itself, which here would be one more look on record.
 */
export async function readEvents<R extends StreamRoute>(
  name: R,
  request: Request<R>,
  signal: AbortSignal,
  onEvent: (data: unknown) => void,
): Promise<void> {
  const open = (ours: AbortSignal) => fetch(addressOf(name, request), { credentials: 'same-origin', signal: ours });
  const response = await withinTime(signal, open);
  if (!response.ok || response.body === null) throw await failureIn(response);
  await followEvents(response.body, onEvent);
}

/** The events of a body as they come. Fails with TypeError, as a broken connection does, when nothing comes for `silentMs`. */
export async function followEvents(
  body: ReadableStream<BufferSource>,
  onEvent: (data: unknown) => void,
  silentMs?: number,
): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  const silent = new AbortController();
  const silence = onSilence(() => {
    silent.abort();
    void reader.cancel().catch(() => undefined);
  }, silentMs);
  try {
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (silent.signal.aborted) throw new TypeError('the server has fallen silent');
      if (done) return;
      silence.heard();
      const parts = (rest + value).split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const data = /^data: (.*)$/m.exec(part)?.[1];
        if (data !== undefined && /^event: (.*)$/m.exec(part)?.[1] !== STREAM_ALIVE) onEvent(JSON.parse(data));
      }
    }
  } finally {
    silence.stop();
  }
}
