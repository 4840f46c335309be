import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { DaylightError } from '../../../shared/errors.ts';
import type { TodayReport } from '../../../shared/protocol/http/today.ts';
import { routes } from '../../../shared/protocol/http.ts';
import { MINUTE, SECOND } from '../../../shared/time.ts';
import { readEvents } from '../api/events.ts';
import { noteSignedOut } from '../api/signedOut.ts';
import { purposesInQuery, type ReadPurposeName } from '../day/purposes.ts';

/** Somebody is at this page when they have touched it within this time. A page that nobody looks at looks at nobody. */
const ATTENDED_MS = 15 * MINUTE;
const REOPEN_MS = 15 * SECOND;

export type Watching =
  | { readonly state: 'waiting' }
  | { readonly state: 'live' }
  /** The connection is lost; it is tried again. */
  | { readonly state: 'lost' }
  /** It has ended and nobody was at the page: only `again` looks again. */
  | { readonly state: 'resting' }
  | { readonly state: 'refused'; readonly error: unknown };

export interface TodayWatch {
  readonly watching: Watching;
  readonly report: TodayReport | undefined;
  /** When the report came, by this computer's clock. */
  readonly receivedAt: number;
  readonly again: () => void;
}

/**
 * What people are doing, as it happens. A stream is on record and ends by itself; it is begun again while the page is
 * visible and somebody is at it.
 */
export function useToday(purposes: readonly ReadPurposeName[] | null, zone: string, team: string | null): TodayWatch {
  const purpose = purposes === null ? null : purposesInQuery(purposes);
  const client = useQueryClient();
  const attended = useAttended();
  const [round, setRound] = useState(0);
  const [watching, setWatching] = useState<Watching>({ state: 'waiting' });
  const [seen, setSeen] = useState<{ report: TodayReport; receivedAt: number }>();

  // biome-ignore lint/correctness/useExhaustiveDependencies: another round is a reason to look again
  useEffect(() => {
    if (purpose === null) return;
    const abort = new AbortController();
    let reopening: ReturnType<typeof setTimeout> | undefined;
    const begin = async () => {
      let last: TodayReport | undefined;
      try {
        await readEvents('todayStream', { query: { zone, purpose, ...teamOf(team) } }, abort.signal, (data) => {
          last = routes.today.response.parse(data);
          setSeen({ report: last, receivedAt: Date.now() });
          setWatching({ state: 'live' });
        });
        if (last === undefined) throw new TypeError('the stream ended before it said anything');
        goOn();
      } catch (error) {
        if (abort.signal.aborted) return;
        if (!(error instanceof DaylightError) || error.code === 'unavailable') retry();
        else if (!noteSignedOut(client, error)) setWatching({ state: 'refused', error });
      }
    };
    const goOn = () => {
      if (document.visibilityState === 'visible' && Date.now() - attended.current < ATTENDED_MS) {
        reopening = setTimeout(() => void begin(), SECOND);
      } else setWatching({ state: 'resting' });
    };
    const retry = () => {
      setWatching({ state: 'lost' });
      reopening = setTimeout(() => void begin(), REOPEN_MS);
    };
    setSeen(undefined);
    setWatching({ state: 'waiting' });
    void begin();
    return () => {
      clearTimeout(reopening);
      abort.abort();
    };
  }, [client, purpose, zone, team, round, attended]);

  const { report, receivedAt = 0 } = seen ?? {};
  return { watching, report, receivedAt, again: () => setRound((before) => before + 1) };
}

function teamOf(team: string | null) {
  const parsed = routes.todayStream.query.shape.team.safeParse(team ?? undefined);
  return parsed.success && parsed.data !== undefined ? { team: parsed.data } : {};
}

/** When the page was last touched. */
function useAttended() {
  const attended = useRef(Date.now());
  useEffect(() => {
    const touch = () => {
      attended.current = Date.now();
    };
    const events = ['pointermove', 'pointerdown', 'keydown', 'scroll'] as const;
    for (const event of events) window.addEventListener(event, touch, { passive: true });
    return () => {
      for (const event of events) window.removeEventListener(event, touch);
    };
  }, []);
  return attended;
}
