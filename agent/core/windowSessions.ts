import { createHash, timingSafeEqual } from 'node:crypto';
import { SILENCE_MS } from '../../shared/protocol/window.ts';
import { MINUTE, type MonoMs } from '../../shared/time.ts';
import type { Clock, Random } from './ports.ts';

/** Who may come in over loopback: one-time tokens, the sessions they were exchanged for, and which of them are seen. */
export interface WindowSessions {
  /** A token that opens one session within TOKEN_MS. `onGone` is called once, when it is used or too old. */
  issue(onGone: () => void): string;
  /** The secret of a new session; null for a token that is unknown, used or too old. */
  redeem(token: string): string | null;
  /** The session of a secret, which counts as used now; null when there is none. */
  find(secret: string): WindowSession | null;
  /** Whether a page is open, and has said within SEEN_MS that it can be seen. */
  isSeen(): boolean;
  /** Tokens and sessions that are still good. */
  count(): number;
  close(): void;
}

export interface WindowSession {
  /** The page watches from now on; the returned function says that it does not any more. */
  watch(): () => void;
  say(visible: boolean): void;
}

export const TOKEN_MS = MINUTE;
/** A session that asks nothing and watches nothing for so long is over. */
export const IDLE_MS = 30 * MINUTE;
/** A page that cannot be seen any more, and could not say so, counts as seen for so long at the most. */
export const SEEN_MS = SILENCE_MS;
const SECRET_BYTES = 32;
/** More than a person opens; the oldest goes. */
const MOST = 8;

interface Token {
  readonly digest: Buffer;
  readonly until: MonoMs;
  readonly gone: () => void;
}

interface Session extends WindowSession {
  readonly digest: Buffer;
  usedAt: MonoMs;
  watching: number;
  seenUntil: MonoMs;
}

/** `onChange`: called whenever `isSeen` may have changed, or what was good has run out. */
export function createWindowSessions(clock: Clock, random: Random, onChange: () => void): WindowSessions {
  let tokens: readonly Token[] = [];
  let sessions: readonly Session[] = [];
  const timers = new Set<() => void>();

  function secret(): string {
    return Buffer.from(random.bytes(SECRET_BYTES)).toString('base64url');
  }

  function expire(): void {
    const now = clock.mono();
    const old = tokens.filter(({ until }) => until <= now);
    tokens = tokens.filter(({ until }) => until > now);
    sessions = sessions.filter(({ watching, usedAt }) => watching > 0 || usedAt + IDLE_MS > now);
    for (const { gone } of old) gone();
  }

  /** Timers may come a little early. */
  function lookAgainIn(ms: number): void {
    const cancel = clock.after(ms + 50, () => {
      timers.delete(cancel);
      expire();
      lookAtTheUsed();
      onChange();
    });
    timers.add(cancel);
  }

  /** Those that were used since the timer was set end later than it. */
  function lookAtTheUsed(): void {
    const idle = sessions.filter(({ watching }) => watching === 0).map(({ usedAt }) => usedAt + IDLE_MS - clock.mono());
    if (idle.length > 0 && timers.size === 0) lookAgainIn(Math.min(...idle));
  }

  function open(): string {
    const made = secret();
    const session: Session = {
      digest: digestOf(made),
      usedAt: clock.mono(),
      watching: 0,
      seenUntil: 0,
      watch() {
        let isWatching = true;
        session.watching += 1;
        onChange();
        return () => {
          if (!isWatching) return;
          isWatching = false;
          session.watching -= 1;
          session.usedAt = clock.mono();
          lookAgainIn(IDLE_MS);
          onChange();
        };
      },
      say(visible) {
        session.seenUntil = visible ? clock.mono() + SEEN_MS : 0;
        if (visible) lookAgainIn(SEEN_MS);
        onChange();
      },
    };
    sessions = [...sessions, session].slice(-MOST);
    lookAgainIn(IDLE_MS);
    return made;
  }

  return {
    issue(gone) {
      expire();
      const token = secret();
      for (const { gone: goneToo } of tokens.slice(0, Math.max(0, tokens.length + 1 - MOST))) goneToo();
      tokens = [...tokens, { digest: digestOf(token), until: clock.mono() + TOKEN_MS, gone }].slice(-MOST);
      lookAgainIn(TOKEN_MS);
      return token;
    },
    redeem(given) {
      expire();
      const token = matching(tokens, given);
      if (token === null) return null;
      tokens = tokens.filter((other) => other !== token);
      token.gone();
      return open();
    },
    find(given) {
      expire();
      const session = matching(sessions, given);
      if (session !== null) session.usedAt = clock.mono();
      return session;
    },
    isSeen: () => sessions.some(({ watching, seenUntil }) => watching > 0 && seenUntil > clock.mono()),
    count() {
      expire();
      return tokens.length + sessions.length;
    },
    close() {
      for (const cancel of timers) cancel();
      timers.clear();
      for (const { gone } of tokens) gone();
      tokens = [];
      sessions = [];
    },
  };
}

function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Digests of one length are compared, each in constant time and all of them. */
function matching<T extends { readonly digest: Buffer }>(all: readonly T[], given: string): T | null {
  const digest = digestOf(given);
  return all.filter((one) => timingSafeEqual(one.digest, digest))[0] ?? null;
}
