import { STREAM_ALIVE } from '../../shared/protocol/http.ts';
import type { Json } from './api.ts';

/** A stream of server-sent events as a browser reads it. */
export interface OpenEvents {
  readonly status: number;
  /** The data of every event so far, parsed. */
  readonly events: Json[];
  /** Resolves when the server has ended it. */
  readonly ended: Promise<void>;
  close(): void;
}

export async function openEvents(url: string, cookie: string | null): Promise<OpenEvents> {
  const abort = new AbortController();
  const response = await fetch(url, { headers: { cookie: cookie ?? '' }, signal: abort.signal });
  const events: Json[] = [];
  return { status: response.status, events, ended: read(response, events), close: () => abort.abort() };
}

async function read(response: Response, events: Json[]): Promise<void> {
  let rest = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const data = /^data: (.*)$/m.exec(part)?.[1];
        if (data !== undefined && !part.startsWith(`event: ${STREAM_ALIVE}\n`)) events.push(JSON.parse(data));
      }
    }
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // closed from this side
  }
}
