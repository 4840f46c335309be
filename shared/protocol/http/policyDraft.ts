import { z } from 'zod';
import { PersonId } from '../../ids.ts';
import { UnixMs } from '../../time.ts';
import { PolicyChange, versionInPath } from './policy.ts';
import { empty, route } from './route.ts';

/** What a draft would change of the version `baseVersion`. It binds nobody, so it needs no reason yet. */
export const DraftedChange = PolicyChange.omit({ reason: true });
export type DraftedChange = z.infer<typeof DraftedChange>;

export const PolicyDraft = z.strictObject({
  change: DraftedChange,
  begunBy: PersonId,
  begunAt: UnixMs,
  savedBy: PersonId,
  savedAt: UnixMs,
});
export type PolicyDraft = z.infer<typeof PolicyDraft>;

/** `revision`: of what was saved or discarded last; 0 when nothing ever was. `draft`: null when there is none. */
export const PolicyDraftView = z.strictObject({
  revision: z.int().min(0),
  draft: PolicyDraft.nullable(),
  /** True: what was saved last was damaged in the store, and nobody can say what it was. */
  unreadable: z.boolean(),
});
export type PolicyDraftView = z.infer<typeof PolicyDraftView>;

export const policyDraftRoutes = {
  policyDraft: route({
    method: 'GET',
    path: '/policy/draft',
    auth: 'session',
    params: empty,
    query: empty,
    summary: 'The draft of the next policy that the organisation works on together (owner, admin, manager).',
    body: null,
    response: PolicyDraftView,
  }),
  savePolicyDraft: route({
    method: 'PUT',
    path: '/policy/draft',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Keeps the draft for whoever may publish (owner, admin, manager). Nothing of it holds for anybody. 409 when somebody else saved or discarded it since `revision`.',
    body: z.strictObject({ revision: z.int().min(0), change: DraftedChange }),
    response: PolicyDraftView,
  }),
  discardPolicyDraft: route({
    method: 'DELETE',
    path: '/policy/draft',
    auth: 'session',
    params: empty,
    query: z.strictObject({ revision: versionInPath }),
    summary:
      'Discards the draft (owner, admin, manager). 409 when somebody else saved or discarded it since `revision`.',
    body: null,
    response: PolicyDraftView,
  }),
};
