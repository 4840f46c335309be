import { useEffect, useState } from 'react';

/** The time, renewed every few seconds, for sentences such as "stops by 18:40" that become false by waiting. */
export function useNow(everyMs = 5_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
