import { Button } from '@mantine/core';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from 'react';
import { useBlocker } from 'react-router';
import { say } from '../strings/say.ts';
import { Dialog } from './Sheet.tsx';

/** What would be gone. Recovery codes stand on one page alone; a draft is kept over all pages, and goes with the session. */
type Unsaved = 'recoveryCodes' | 'draft';

interface Guard {
  readonly mark: (what: Unsaved, is: boolean) => void;
  readonly askFirst: (leave: () => void) => void;
}

const GuardContext = createContext<Guard | null>(null);

/** Asks before something that nobody can get back is lost: by another page, by signing out, by a reload or a closed tab. */
export function UnsavedProvider({ children }: { children: ReactNode }) {
  const [unsaved, setUnsaved] = useState<readonly Unsaved[]>([]);
  const [leaving, setLeaving] = useState<(() => void) | null>(null);
  const blocker = useBlocker(unsaved.includes('recoveryCodes'));
  useAskingBrowser(unsaved.length > 0);
  const mark = useCallback((what: Unsaved, is: boolean) => {
    setUnsaved((before) => [...before.filter((one) => one !== what), ...(is ? [what] : [])]);
  }, []);
  const askFirst = (leave: () => void) => (unsaved.length === 0 ? leave() : setLeaving(() => leave));
  const stay = () => {
    setLeaving(null);
    blocker.reset?.();
  };
  const leave = () => {
    setLeaving(null);
    leaving?.();
    blocker.proceed?.();
  };
  const what = unsaved.includes('recoveryCodes') ? 'recoveryCodes' : 'draft';
  return (
    <GuardContext value={{ mark, askFirst }}>
      {children}
      <Dialog
        opened={leaving !== null || blocker.state === 'blocked'}
        onClose={stay}
        title={say(`unsaved.${what}.title`)}
      >
        <div className="dl-stack">
          <p>{say(`unsaved.${what}.text`)}</p>
          <div className="dl-row">
            <Button onClick={stay} data-autofocus>
              {say('unsaved.stay')}
            </Button>
            <Button variant="default" onClick={leave}>
              {say(`unsaved.${what}.leave`)}
            </Button>
          </div>
        </div>
      </Dialog>
    </GuardContext>
  );
}

/** As long as `is`, and whoever calls this is shown, leaving is asked about. */
export function useUnsaved(what: Unsaved, is: boolean): void {
  const { mark } = useGuard();
  useEffect(() => {
    if (!is) return;
    mark(what, true);
    return () => mark(what, false);
  }, [mark, what, is]);
}

/** Does at once what ends everything here, or asks before where something would be lost. */
export function useAskFirst(): (leave: () => void) => void {
  return useGuard().askFirst;
}

function useGuard(): Guard {
  const guard = useContext(GuardContext);
  if (guard === null) throw new Error('what is unsaved is told outside the console');
  return guard;
}

/** The browser's own question, for what it does itself. */
function useAskingBrowser(is: boolean): void {
  useEffect(() => {
    if (!is) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [is]);
}
