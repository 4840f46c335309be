import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { MINUTE } from '../../shared/time.ts';
import type { Download } from './handler.ts';

/** While it is sent it holds a copy of the database still: whoever stops taking it must not do that for long. */
const STALLED_MS = MINUTE;

/**
 * What breaks off ends without the last chunk (RFC 9112, section 8), so that no client takes it for whole: when it cannot be made, on
 * `closing`, and when not a byte of it has moved for a minute (`stalledMs`, in a test).
 */
export async function sendFile(
  response: ServerResponse,
  { name, body }: Download,
  closing: AbortSignal,
  stalledMs = STALLED_MS,
): Promise<void> {
  response.writeHead(200, {
    'content-type': 'application/zip',
    'content-disposition': `attachment; filename="${name}"`,
    'x-accel-buffering': 'no',
  });
  response.setTimeout(stalledMs, () => response.destroy(new Error('nobody took the download any more')));
  await pipeline(body, response, { signal: closing });
}
