import { keepDraft, readDraft } from '../../control/policyDraft.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';

/** The draft of the next policy, for whoever may publish one. */
export function policyDraft(context: Context): HandlersOf<'policyDraft' | 'savePolicyDraft' | 'discardPolicyDraft'> {
  return {
    policyDraft: ({ leave }) => readDraft(context, leave.actor.org),
    savePolicyDraft: ({ leave, body }) => keepDraft(context, leave, body),
    discardPolicyDraft: ({ leave, query: { revision } }) => keepDraft(context, leave, { revision, change: null }),
  };
}
