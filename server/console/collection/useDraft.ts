import { useEffect } from 'react';
import type { ParameterId } from '../../../shared/catalog.ts';
import {
  type Difference,
  differences,
  type Rule,
  type RuleField,
  type TimeName,
} from '../../../shared/policy/differences.ts';
import type { Exclusions } from '../../../shared/policy/exclusions.ts';
import type { PolicyDocument } from '../../../shared/policy/policy.ts';
import { type KeptDraft, useKeptDraft } from './Drafts.tsx';
import {
  clashes,
  type Draft,
  edit,
  editBounds,
  editExclusions,
  editTime,
  emptyDraft,
  isEmpty,
  rebase,
  withDraft,
} from './draft.ts';

/** One field of one parameter, to be put into the draft. */
export type Edit = <F extends RuleField>(change: { parameter: ParameterId; field: F; value: Rule[F] }) => void;

/** One of the times, in the policy's own unit, to be put into the draft. */
export type EditTime = (name: TimeName, value: number) => void;

export type EditBounds = (bounds: Pick<Draft, 'workingHours' | 'jurisdiction'>) => void;

export interface Drafting {
  readonly draft: Draft;
  /** The version that the draft was made from. */
  readonly baseVersion: number;
  /** Someone published another version meanwhile: what they changed, and what of the draft is about the same. Null when nobody did. */
  readonly conflict: { readonly theirs: readonly Difference[]; readonly both: readonly Difference[] } | null;
  /** The revision of the draft on the server that this one goes on from; null for one of its own. */
  readonly seen: number | null;
  /** The server has all of it. */
  readonly saved: boolean;
  /** Goes on from another one, or says that this one is saved. */
  readonly take: (kept: KeptDraft) => void;
  readonly edit: Edit;
  readonly editTime: EditTime;
  /** Puts all that is to be left out into the draft. */
  readonly editExclusions: (exclusions: Exclusions) => void;
  /** Puts working hours, or the law, into the draft. */
  readonly editBounds: EditBounds;
  /** Puts the draft on top of the current version. */
  readonly keep: () => void;
  readonly discard: () => void;
}

/** The viewer's draft. It survives somebody else's publication, other pages, and the end of their session. */
export function useDraft(current: PolicyDocument): Drafting {
  const { kept, keep } = useKeptDraft();
  const base = kept?.base ?? current;
  const draft = rebase(kept?.draft ?? emptyDraft, current);
  const isOver = kept !== null && isEmpty(draft);
  useEffect(() => {
    if (isOver) keep(null); // somebody else published the same
  }, [isOver, keep]);
  const moved = base.version !== current.version;
  const seen = kept?.seen ?? null;
  const change = (changed: Draft) => keep({ draft: changed, base, seen, saved: false });
  return {
    draft,
    baseVersion: base.version,
    conflict: moved && !isEmpty(draft) ? conflictOf(draft, base, current) : null,
    seen,
    saved: kept?.saved ?? false,
    take: keep,
    edit: (one) => change(edit(draft, current, one)),
    editTime: (name, value) => change(editTime(draft, current, name, value)),
    editExclusions: (exclusions) => change(editExclusions(draft, current, exclusions)),
    editBounds: (bounds) => change(editBounds(draft, current, bounds)),
    keep: () => keep({ draft, base: current, seen, saved: false }),
    discard: () => keep(null),
  };
}

function conflictOf(draft: Draft, base: PolicyDocument, current: PolicyDocument) {
  const theirs = differences(base, current);
  return { theirs, both: clashes(differences(current, withDraft(current, draft)), theirs) };
}
