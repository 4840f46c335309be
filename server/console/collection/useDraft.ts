import { useEffect } from 'react';
import type { ParameterId } from '../../../shared/catalog.ts';
import type { Exclusions } from '../../../shared/policy/exclusions.ts';
import type { PolicyDocument } from '../../../shared/policy/policy.ts';
import { useKeptDraft } from './Drafts.tsx';
import {
  type Difference,
  type Draft,
  differences,
  edit,
  editBounds,
  editExclusions,
  editTime,
  emptyDraft,
  isEmpty,
  type Rule,
  type RuleField,
  rebase,
} from './draft.ts';
import type { TimeName } from './times.ts';

/** One field of one parameter, to be put into the draft. */
export type Edit = <F extends RuleField>(change: { parameter: ParameterId; field: F; value: Rule[F] }) => void;

/** One of the times, in the policy's own unit, to be put into the draft. */
export type EditTime = (name: TimeName, value: number) => void;

export type EditBounds = (bounds: Pick<Draft, 'workingHours' | 'jurisdiction'>) => void;

export interface Drafting {
  readonly draft: Draft;
  /** The version that the draft was made from. */
  readonly baseVersion: number;
  /** Someone published another version meanwhile: what they changed. Null when nobody did. */
  readonly conflict: { readonly theirs: readonly Difference[] } | null;
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
  return {
    draft,
    baseVersion: base.version,
    conflict: moved && !isEmpty(draft) ? { theirs: differences(base, current) } : null,
    edit: (change) => keep({ draft: edit(draft, current, change), base }),
    editTime: (name, value) => keep({ draft: editTime(draft, current, name, value), base }),
    editExclusions: (exclusions) => keep({ draft: editExclusions(draft, current, exclusions), base }),
    editBounds: (bounds) => keep({ draft: editBounds(draft, current, bounds), base }),
    keep: () => keep({ draft, base: current }),
    discard: () => keep(null),
  };
}
