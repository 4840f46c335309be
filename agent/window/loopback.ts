import {
  EntryAnswer,
  REPEAT_MS,
  SILENCE_MS,
  WindowAnswer,
  WindowNews,
  windowPaths,
} from '../../shared/protocol/window.ts';
import { say } from '../strings/say.ts';
import { ndjson } from './ndjson.ts';
import { SECRET_KEY } from './storage.ts';
import { type Transport, unanswered } from './transport.ts';

/**
 * The agent behind the address that this page came from. The token in the address is exchanged for a secret, and taken
 * out of the address, before anything else; the secret lives as long as this tab.
 */
export function loopbackTransport(): Transport {
  const entered = enter(takeToken());
  return {
    async ask(request) {
      try {
        const response = await send(await entered, windowPaths.ask, request);
        if (response.status === 401) return unanswered(say('noEntry.title'), say('noEntry.text'));
        return WindowAnswer.parse(await response.json());
      } catch {
        return unanswered(say('unreachable.title'), say('unreachable.text'));
      }
    },
    watch(onNews) {
      const stop = new AbortController();
      void entered.then((secret) => {
        if (stop.signal.aborted) return;
        sayWhenSeen(secret, stop.signal);
        void listen(secret, stop, onNews);
      });
      return () => stop.abort();
    },
  };
}

function takeToken(): string | null {
  const token = location.hash.slice(1);
  if (token === '') return null;
  history.replaceState(null, '', location.pathname);
  return token;
}

/** Null: this page has no way in. A reload has the secret that it had before. */
async function enter(token: string | null): Promise<string | null> {
  if (token === null) return sessionStorage.getItem(SECRET_KEY);
  sessionStorage.removeItem(SECRET_KEY);
  try {
    const response = await send(null, windowPaths.session, { token });
    if (!response.ok) return null;
    const { secret } = EntryAnswer.parse(await response.json());
    sessionStorage.setItem(SECRET_KEY, secret);
    return secret;
  } catch {
    return null;
  }
}

/** Not tried again when it breaks: whoever answers at this address then may be another program. */
async function listen(secret: string | null, stop: AbortController, onNews: (news: WindowNews) => void): Promise<void> {
  let silence = setTimeout(() => stop.abort(), SILENCE_MS);
  let why: 'no_entry' | 'unreachable' = 'unreachable';
  let isOver = false;
  try {
    const headers = { authorization: `Bearer ${secret ?? ''}` };
    const response = await fetch(windowPaths.watch, { headers, signal: stop.signal, cache: 'no-store' });
    if (response.status === 401) why = 'no_entry';
    if (!response.ok || response.body === null) return;
    for await (const line of ndjson(response.body)) {
      clearTimeout(silence);
      silence = setTimeout(() => stop.abort(), SILENCE_MS);
      const news = WindowNews.parse(line);
      onNews(news);
      isOver = news.kind !== 'status';
      if (isOver) return;
    }
  } catch {
    // Broken off, or nothing that this page knows: both are told below.
  } finally {
    clearTimeout(silence);
    if (!isOver) onNews({ kind: 'ended', why });
    stop.abort();
  }
}

function sayWhenSeen(secret: string | null, signal: AbortSignal): void {
  const tell = (): void => {
    const visible = document.visibilityState === 'visible';
    void send(secret, windowPaths.seen, { visible }).catch(() => undefined);
  };
  tell();
  const timer = setInterval(tell, REPEAT_MS);
  document.addEventListener('visibilitychange', tell, { signal });
  signal.addEventListener('abort', () => clearInterval(timer));
}

function send(secret: string | null, path: string, body: unknown): Promise<Response> {
  const headers = {
    'content-type': 'application/json',
    ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
  };
  return fetch(path, { method: 'POST', headers, body: JSON.stringify(body), cache: 'no-store' });
}
