import { useEffect, useRef, useState } from 'react';
import { saveFile } from '../../../look/saveFile.ts';
import { DaylightError } from '../../../shared/errors.ts';
import { say } from '../strings/say.ts';

type DownloadState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'receiving'; readonly bytes: number }
  | { readonly kind: 'done'; readonly bytes: number; readonly name: string }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Without a byte for so long, the line is dead. */
const SILENCE_MS = 60_000;

export type Downloading<Body> = {
  readonly state: DownloadState;
  start(body: Body): Promise<void>;
  stop(): void;
};

/** One download of everything; leaving the page ends it. What broke off is not saved; `remedy` says what to do then. */
export function useDownload<Body>(
  open: (body: Body, signal: AbortSignal) => Promise<Response>,
  remedy = say('download.brokenOffRemedy'),
): Downloading<Body> {
  const [state, setState] = useState<DownloadState>({ kind: 'idle' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const start = async (body: Body) => {
    const ours = new AbortController();
    running.current = ours;
    setState({ kind: 'receiving', bytes: 0 });
    try {
      const response = await open(body, ours.signal);
      const pieces = await received(response, ours, remedy, (bytes) => setState({ kind: 'receiving', bytes }));
      const file = new Blob(pieces, { type: 'application/zip' });
      const name = nameOf(response);
      saveFile(file, name);
      setState({ kind: 'done', bytes: file.size, name });
    } catch (error) {
      // Who leaves the page sees no state, and who stops it wants none.
      setState(ours.signal.aborted && ours.signal.reason === STOPPED ? { kind: 'idle' } : { kind: 'failed', error });
    }
  };
  return { state, start, stop: () => running.current?.abort(STOPPED) };
}

const STOPPED = 'stopped';

async function received(
  response: Response,
  ours: AbortController,
  remedy: string,
  tell: (bytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>[]> {
  const reader = response.body?.getReader();
  if (reader === undefined) throw brokenOff(remedy);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for (;;) {
    const timer = setTimeout(() => ours.abort(), SILENCE_MS);
    const { value, done } = await reader
      .read()
      .catch((cause: unknown) => {
        throw brokenOff(remedy, cause);
      })
      .finally(() => clearTimeout(timer));
    if (done) return pieces;
    pieces.push(value);
    bytes += value.length;
    tell(bytes);
  }
}

function nameOf(response: Response): string {
  return /filename="([a-z0-9.-]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'daylight.zip';
}

function brokenOff(remedy: string, cause?: unknown): DaylightError {
  return new DaylightError('unavailable', say('download.brokenOff'), { remedy, cause });
}
