import { useState } from 'react';
import type { ParameterId } from '../../../shared/catalog.ts';
import type { PolicyView } from '../../../shared/protocol/http.ts';
import {
  type Draft,
  differences,
  edit,
  emptyDraft,
  type Rule,
  type RuleDifference,
  type RuleField,
  rebase,
} from './draft.ts';

/** One field of one parameter, to be put into the draft. */
export type Edit = <F extends RuleField>(change: { parameter: ParameterId; field: F; value: Rule[F] }) => void;

export interface Drafting {
  readonly draft: Draft;
  /** The version that the draft was made from. */
  readonly baseVersion: number;
  /** Someone published another version meanwhile: what they changed. Null when nobody did. */
  readonly conflict: { readonly theirs: readonly RuleDifference[] } | null;
  readonly edit: Edit;
  /** Puts the draft on top of the current version. */
  readonly keep: () => void;
  readonly discard: () => void;
}

/** The draft of this page. It lives as long as the page does, and survives somebody else's publication. */
export function useDraft(current: PolicyView): Drafting {
  const [state, setState] = useState<{ draft: Draft; base: PolicyView }>({ draft: emptyDraft, base: current });
  const isEmpty = Object.keys(state.draft).length === 0;
  const base = isEmpty ? current : state.base;
  const rules = current.policy.parameters;
  const draft = rebase(state.draft, rules);
  const moved = base.policy.version !== current.policy.version;
  return {
    draft,
    baseVersion: base.policy.version,
    conflict: moved && Object.keys(draft).length > 0 ? { theirs: differences(base.policy.parameters, rules) } : null,
    edit: (change) => setState({ draft: edit(draft, rules, change), base }),
    keep: () => setState({ draft, base: current }),
    discard: () => setState({ draft: emptyDraft, base: current }),
  };
}
