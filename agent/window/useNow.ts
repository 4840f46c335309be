import { useEffect, useState } from 'react';
import { SECOND } from '../../shared/time.ts';

/** The clock of this computer, which is the agent's too, once a second. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), SECOND);
    return () => clearInterval(timer);
  }, []);
  return now;
}
