import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { importLimits } from '../../../shared/protocol/http/imports.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useMe } from '../api/useMe.ts';

type Sending =
  | { readonly kind: 'idle' }
  | { readonly kind: 'sending'; readonly done: number; readonly of: number }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Sends a file part by part; leaving the page ends it, and the server lets go what came. */
export function useBring() {
  const person = useMe().person.id;
  const client = useQueryClient();
  const [state, setState] = useState<Sending>({ kind: 'idle' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const send = async (file: File) => {
    const ours = new AbortController();
    running.current = ours;
    setState({ kind: 'sending', done: 0, of: file.size });
    try {
      await sendParts(person, file, ours.signal, (done) => setState({ kind: 'sending', done, of: file.size }));
      await client.invalidateQueries({ queryKey: keys.arrival(person) });
      setState({ kind: 'idle' });
    } catch (error) {
      setState(ours.signal.aborted ? { kind: 'idle' } : { kind: 'failed', error });
    }
  };
  return { state, send: (file: File) => void send(file), stop: () => running.current?.abort() };
}

async function sendParts(person: string, file: File, signal: AbortSignal, tell: (done: number) => void): Promise<void> {
  const { arrival } = await call('beginArrival', { params: { person }, body: { bytes: file.size } }, signal);
  const { partBytes } = importLimits;
  for (let from = 0, part = 0; from < file.size; from += partBytes, part += 1) {
    const params = { person, arrival, part: String(part) };
    await call('sendPart', { params, body: file.slice(from, from + partBytes) }, signal);
    tell(Math.min(from + partBytes, file.size));
  }
}
