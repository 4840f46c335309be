import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { routes, STREAM_ALIVE } from '../../../shared/protocol/http.ts';
import { type Answer, addressOf, call } from './client.ts';
import { keys } from './keys.ts';
import { onSilence } from './silence.ts';
import { unlessOvertaken } from './unlessOvertaken.ts';

export type Proof = Answer<'proof'>;

export type Liveness = 'live' | 'polling' | 'stale';

/** How often the proof is asked for while the stream is down. */
const POLL_MS = 5_000;
/** A stream that the server refused is not tried again by the browser itself. */
const REOPEN_MS = 15_000;

/**
 * What the devices have confirmed, as it happens. While the stream is broken it is asked for every few seconds
 * (`polling`), and when that fails too the last answer is kept and called what it is (`stale`).
 */
export function useProof(enabled: boolean): { proof: Proof | undefined; liveness: Liveness; updatedAt: number } {
  const client = useQueryClient();
  const [streaming, setStreaming] = useState(false);
  const query = useQuery({
    queryKey: keys.proof,
    queryFn: ({ signal }) => unlessOvertaken(client, keys.proof, call('proof', {}, signal)),
    enabled,
    refetchInterval: streaming ? false : POLL_MS,
    retry: false,
  });
  useEffect(() => (enabled ? follow(client, setStreaming) : undefined), [client, enabled]);
  return { proof: query.data, liveness: livenessOf(streaming, query.isError), updatedAt: query.dataUpdatedAt };
}

/** Puts every event of the stream into the cache, until the function that it returns is called. */
function follow(client: QueryClient, setStreaming: (streaming: boolean) => void): () => void {
  let reopening: ReturnType<typeof setTimeout> | undefined;
  let close = open();
  return () => {
    clearTimeout(reopening);
    close();
  };

  function reopenLater(): void {
    setStreaming(false);
    reopening = setTimeout(() => {
      close = open();
    }, REOPEN_MS);
  }

  function open(): () => void {
    const opened = new EventSource(addressOf('proofStream', {}));
    const silence = onSilence(() => {
      opened.close();
      reopenLater();
    });
    opened.addEventListener(STREAM_ALIVE, silence.heard);
    opened.addEventListener('proof', (event: MessageEvent<string>) => {
      silence.heard();
      const proof = readProof(event.data);
      setStreaming(proof !== undefined);
      if (proof !== undefined) client.setQueryData(keys.proof, proof);
    });
    opened.addEventListener('error', () => {
      setStreaming(false);
      if (opened.readyState !== EventSource.CLOSED) return; // the browser is trying again
      silence.stop();
      reopenLater();
    });
    return () => {
      silence.stop();
      opened.close();
    };
  }
}

function livenessOf(streaming: boolean, failing: boolean): Liveness {
  if (streaming) return 'live';
  return failing ? 'stale' : 'polling';
}

function readProof(data: string): Proof | undefined {
  try {
    const parsed = routes.proof.response.safeParse(JSON.parse(data));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined; // a broken event is no proof; polling takes over
  }
}
