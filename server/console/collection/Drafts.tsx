import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from 'react';
import type { PolicyDocument } from '../../../shared/policy/policy.ts';
import { useUnsaved } from '../frame/Unsaved.tsx';
import { type Draft, isEmpty } from './draft.ts';

/** A draft with the version of the policy that it was made from. */
export interface KeptDraft {
  readonly draft: Draft;
  readonly base: PolicyDocument;
  /** The revision of the organisation's draft on the server that this goes on from; null for one of its own. */
  readonly seen: number | null;
  /** True: the server has all of it. */
  readonly saved: boolean;
}

interface Drafts {
  readonly kept: KeptDraft | null;
  readonly keep: (kept: KeptDraft | null) => void;
}

const DraftsContext = createContext<Drafts | null>(null);

/**
 * Keeps what a person has drafted and not published over other pages, and over their sign-in where the session has ended
 * meanwhile. In memory alone: the console keeps nothing in the browser. Somebody else finds of it what was saved on the server.
 * `person`: who is signed in, null while nobody is.
 */
export function DraftsProvider({ person, children }: { person: string | null; children: ReactNode }) {
  const [held, setHeld] = useState<{ readonly by: string; readonly kept: KeptDraft } | null>(null);
  const isForeign = held !== null && person !== null && held.by !== person;
  useEffect(() => {
    if (isForeign) setHeld(null);
  }, [isForeign]);
  useUnsaved('draft', held !== null && !held.kept.saved);
  const keep = useCallback(
    (kept: KeptDraft | null) =>
      setHeld(kept === null || person === null || isEmpty(kept.draft) ? null : { by: person, kept }),
    [person],
  );
  return (
    <DraftsContext value={{ kept: held === null || isForeign ? null : held.kept, keep }}>{children}</DraftsContext>
  );
}

/** The draft of whoever is signed in, and how it is kept; null for none. */
export function useKeptDraft(): Drafts {
  const drafts = useContext(DraftsContext);
  if (drafts === null) throw new Error('a draft is used outside the console');
  return drafts;
}
