import type { OrgId, PersonId, TeamId } from '../shared/ids.ts';
import type { Role } from '../shared/roles.ts';

/** The signed-in person, as every command sees them. Built anew from the store for each request. */
export interface Actor {
  readonly org: OrgId;
  readonly person: PersonId;
  readonly role: Role;
  readonly managesTeams: readonly TeamId[];
  /** Signed in with everything that the role needs (a second factor for every role but employee). */
  readonly complete: boolean;
}

export type Action =
  | 'organisation.read' // the policy, the notice: everyone in it
  | 'policy.publish'
  | 'policy.prove' // proof per device, receipts
  | 'people.list'
  | 'people.change'
  | 'device.read'
  | 'device.enrol'
  | 'device.retire'
  | 'data.read' // a person's observations, in any form
  | 'access_log.read' // who looked at a person's data
  | 'security.read';

/**
 * Leave to do one thing, and whom it concerns. Minted in this file only, by `authorize`; every command that reads or
 * changes a person's data asks for one, so that a forgotten check does not compile.
 */
export type Authorized<A extends Action> = {
  readonly action: A;
  readonly actor: Actor;
  /** Null for what concerns the organisation as a whole. */
  readonly subject: PersonId | null;
} & { readonly __authorized: A };
