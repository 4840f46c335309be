import { useCallback, useRef, useState } from 'react';
import type { AccessEntry } from '../../../shared/protocol/http/accesses.ts';
import { call } from '../api/client.ts';
import { checkLook, type LookVerdict } from './checkLooks.ts';

export interface CheckedLooks {
  readonly of: (entry: AccessEntry) => LookVerdict | undefined;
  /** How many of the list are checked so far; null while nobody has asked. */
  readonly done: number | null;
  readonly isChecking: boolean;
  readonly error: unknown;
  readonly check: (entries: readonly AccessEntry[]) => void;
}

/** Asks for the proof of each entry and checks it here, one after the other. */
export function useCheckedLooks(person: string): CheckedLooks {
  const [verdicts, setVerdicts] = useState<ReadonlyMap<number, LookVerdict>>(new Map());
  const [done, setDone] = useState<number | null>(null);
  const [isChecking, setChecking] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const running = useRef(false);
  const check = useCallback(
    (entries: readonly AccessEntry[]) => {
      if (running.current) return;
      running.current = true;
      setChecking(true);
      setError(null);
      setDone(0);
      const all = async (): Promise<void> => {
        for (const entry of entries) {
          const { seq } = entry;
          if (seq === null) continue;
          const proof = await call('accessProof', { params: { person, seq: String(seq) } });
          setVerdicts((before) => new Map([...before, [seq, checkLook(entry, proof)]]));
          setDone((before) => (before ?? 0) + 1);
        }
      };
      void all()
        .catch(setError)
        .finally(() => {
          running.current = false;
          setChecking(false);
        });
    },
    [person],
  );
  const of = (entry: AccessEntry) => (entry.seq === null ? undefined : verdicts.get(entry.seq));
  return { of, done, isChecking, error, check };
}
