import { useEffect, useRef, useState } from 'react';
import { saveFile } from '../../../look/saveFile.ts';
import { DaylightError } from '../../../shared/errors.ts';
import { openFile, type Request } from '../api/client.ts';
import { useMe } from '../api/useMe.ts';
import { say } from '../strings/say.ts';

type DownloadState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'receiving'; readonly bytes: number }
  | { readonly kind: 'done'; readonly bytes: number; readonly name: string }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Without a byte for so long, the line is dead. */
const SILENCE_MS = 60_000;

/** One download of everything; leaving the page ends it. What broke off is not saved. */
export function useDownload() {
  const { person } = useMe();
  const [state, setState] = useState<DownloadState>({ kind: 'idle' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const start = async (body: Request<'exportData'>['body']) => {
    const ours = new AbortController();
    running.current = ours;
    setState({ kind: 'receiving', bytes: 0 });
    try {
      const response = await openFile('exportData', { params: { person: person.id }, body }, ours.signal);
      const pieces = await received(response, ours, (bytes) => setState({ kind: 'receiving', bytes }));
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
  tell: (bytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>[]> {
  const reader = response.body?.getReader();
  if (reader === undefined) throw brokenOff();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for (;;) {
    const timer = setTimeout(() => ours.abort(), SILENCE_MS);
    const { value, done } = await reader
      .read()
      .catch((cause: unknown) => {
        throw brokenOff(cause);
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

function brokenOff(cause?: unknown): DaylightError {
  return new DaylightError('unavailable', say('download.brokenOff'), {
    remedy: say('download.brokenOffRemedy'),
    cause,
  });
}
