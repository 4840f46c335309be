import { addressOf, failureIn, type Request, type StreamRoute } from './client.ts';

/**
 * Reads a stream of server-sent events until it ends. With `fetch` and not as an `EventSource`: that hides why the server
 * refused, and opens a stream again by itself, which here would be one more look on record.
 */
export async function readEvents<R extends StreamRoute>(
  name: R,
  request: Request<R>,
  signal: AbortSignal,
  onEvent: (data: unknown) => void,
): Promise<void> {
  const response = await fetch(addressOf(name, request), { credentials: 'same-origin', signal });
  if (!response.ok || response.body === null) throw await failureIn(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const data = /^data: (.*)$/m.exec(part)?.[1];
      if (data !== undefined) onEvent(JSON.parse(data));
    }
  }
}
