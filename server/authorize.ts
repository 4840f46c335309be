import { type ParameterId, parameterIds } from '../shared/catalog.ts';
import type { OrgId, PersonId, TeamId } from '../shared/ids.ts';
import type { PolicyDocument } from '../shared/policy/policy.ts';
import type { ReadPurpose } from '../shared/protocol/http/reading.ts';
import { type LookRole, type Role, ViewerRole } from '../shared/roles.ts';

/** The signed-in person, as every command sees them. Built anew from the store for each request. */
export interface Actor {
  readonly org: OrgId;
  readonly person: PersonId;
  readonly role: Role;
  readonly managesTeams: readonly TeamId[];
  /** Signed in with everything that the role needs (a second factor for every role but employee). */
  readonly complete: boolean;
  /** What stands for the role where their looks are on record; left out: the role. */
  readonly looksAs?: LookRole;
}

export type Action =
  | 'organisation.read' // the policy, the notice: everyone in it
  | 'contacts.change' // whom people are told that they can turn to
  | 'notice.translate' // to put an organisation's own words before people, in a language that nobody here has checked
  | 'policy.publish'
  | 'policy.give_sight' // to name more roles as viewers of what is collected
  | 'policy.require_second' // whether what raises needs a second person
  | 'policy.rotate_key' // to put another signing key in the place of the one in force
  | 'policy.prove' // proof per device, receipts
  | 'people.list'
  | 'people.change'
  | 'device.read'
  | 'device.enrol'
  | 'device.retire'
  | 'device.test' // to have it prove that something is off
  | 'receipt.read' // what a device says that it is doing
  | 'data.read' // a person's observations, in any form
  | 'subject.erase' // a part of what is recorded of oneself
  | 'policy.erase' // what is stored of everyone, after a lowering
  | 'subject.import' // to bring along what another server gave one, to read it here and to erase it
  | 'special.search' // to have what is stored of everyone judged by the present rules, and erased
  | 'subject.export' // everything that is held about a person, as a whole
  | 'objection.make' // to object for oneself, and to end that
  | 'objection.see' // that there is one
  | 'objection.read' // with its words
  | 'objection.answer'
  | 'objection.list' // everybody's
  | 'request.make' // to ask something about oneself, to agree to it, and to withdraw it
  | 'request.represent' // to file it for somebody, on written authority or because it came outside the console
  | 'request.read'
  | 'request.answer' // to answer it, to carry it out, to take more time, and to say who somebody is
  | 'request.list' // everybody's
  | 'consent.decide' // to give and to withdraw one's own
  | 'correction.make' // to correct, dispute or complete what is recorded of oneself
  | 'correction.read' // with its history
  | 'correction.answer' // to decide a dispute, and to put on record who was told
  | 'correction.list' // everybody's
  | 'restriction.decide' // to have what is stored of oneself kept and nothing else done with it, and to end that
  | 'restriction.read' // with its words
  | 'restriction.lift'
  | 'restriction.list' // everybody's
  | 'terms.leave_out' // to say what of the policy is left out for one person, or for a team
  | 'zone.choose' // whose clock one's own working hours go by
  | 'exclusion.choose' // which applications and sites are left out for oneself
  | 'minor.see' // that somebody is said not to be of age
  | 'minor.say' // that somebody is not of age, or is after all
  | 'access_log.read' // who looked at a person's data
  | 'records.read' // the record of processing and the registers that it is made from
  | 'records.change'
  | 'security.read'
  | 'alarm.acknowledge' // to say what was found out about an alarm, after which it is not open any more
  | 'retention.read' // how much is stored, and until when
  | 'entries.keep' // to say for how long is kept who looked, and the security events
  | 'clock.release' // to say that the clock is right, by which things are deleted
  | 'account.end' // to end the account of somebody for ever, now or with a day ahead
  | 'leaving.read' // with which day it ends by itself
  | 'organisation.export' // to take along what an owner may read of everybody, and the organisation's own
  | 'organisation.end' // to end the organisation, and everyone's account in it, for ever
  | 'ending.read' // which accounts were ended, as random ids, and how far that is
  | 'backup.keep'; // to see the backups of the server, and to have one made

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

/** What an action is done to: a person (`person` set), a team (`teams` alone), or the organisation as a whole. */
export interface Target {
  readonly org: OrgId;
  readonly person: PersonId | null;
  readonly teams: readonly TeamId[];
  /** The role of that person now; null for the organisation, and for a person who is being invited. */
  readonly role: Role | null;
  /** The teams whose activity that person sees as their manager now. */
  readonly manages: readonly TeamId[];
  /** The role that `people.change` would give them; null when it gives none. */
  readonly becomes: Role | null;
  /** The teams that `people.change` would let them manage; null when it leaves those as they are. */
  readonly wouldManage: readonly TeamId[] | null;
  /** The teams with a manager, whose activity that manager sees, into which `people.change` would newly put them. */
  readonly comesUnder: readonly TeamId[];
}

export type Verdict<A extends Action> =
  | { readonly kind: 'granted'; readonly leave: Authorized<A> }
  | {
      readonly kind: 'refused';
      readonly code: 'not_found' | 'forbidden' | 'second_factor_required';
      readonly reason: string;
    };

/**
 * The only place that says who may do what. What belongs to another organisation does not exist; whoever has not
 * given the second factor that their role needs may reach nothing but themself; then one of the action's rules must
 * hold.
 */
export function authorize<A extends Action>(actor: Actor, action: A, target: Target): Verdict<A> {
  if (actor.org !== target.org) return { kind: 'refused', code: 'not_found', reason: 'there is no such thing here' };
  if (!actor.complete && target.person !== actor.person) {
    return { kind: 'refused', code: 'second_factor_required', reason: 'your role needs a second factor for this' };
  }
  if (!rules[action].some((rule) => rule.holds(actor, target))) {
    return { kind: 'refused', code: 'forbidden', reason: `only allowed: ${describeRules(action)}` };
  }
  return { kind: 'granted', leave: { action, actor, subject: target.person } as Authorized<A> };
}

/** The rules of an action as one sentence, for refusals and documents. */
export function describeRules(action: Action): string {
  return rules[action].map((rule) => rule.says).join('; ');
}

/**
 * What of a person's data the holder of this leave may see: everything of their own, and of others what every one of the
 * policies given names their role as a viewer of. For stored data those are the policy in force and the one under which it
 * was collected: whoever is named later sees nothing of what people gave while they were not. Roles that never see activity
 * hold no such leave in the first place.
 */
export function viewable(
  leave: Authorized<'data.read'>,
  ...policies: readonly PolicyDocument['parameters'][]
): ReadonlySet<ParameterId> {
  if (leave.subject === leave.actor.person) return new Set(parameterIds);
  return new Set(
    parameterIds.filter(
      (id) => policies.length > 0 && policies.every((rules) => rules[id].viewers.includes(leave.actor.role)),
    ),
  );
}

/**
 * For what each parameter may be read that the holder of this leave may see, where it was collected under these policies: for the
 * purpose that every one of them names. A later policy that names another one changes nothing for what was collected before (GDPR
 * Art. 5(1)(b)). Whatever is one's own is read as one's own.
 */
export function readableFor(
  leave: Authorized<'data.read'>,
  inForce: PolicyDocument['parameters'],
  ...collectedUnder: readonly PolicyDocument['parameters'][]
): ReadonlyMap<ParameterId, ReadPurpose> {
  const seen = [...viewable(leave, inForce, ...collectedUnder)];
  if (leave.subject === leave.actor.person) return new Map(seen.map((id) => [id, 'own_data']));
  return new Map(
    seen.flatMap((id) => {
      const [purpose, ...others] = new Set(collectedUnder.map((rules) => rules[id].purpose));
      return purpose === undefined || others.length > 0 ? [] : [[id, purpose] as const];
    }),
  );
}

/** The organisation as a whole. */
export function organisation(org: OrgId): Target {
  return { org, person: null, teams: [], role: null, manages: [], becomes: null, wouldManage: null, comesUnder: [] };
}

/** Everybody in a team. */
export function teamTarget(org: OrgId, team: TeamId): Target {
  return { ...organisation(org), teams: [team] };
}

/** A person as the store knows them, and what `people.change` would give them. */
export function personTarget(record: PersonFacts, gives: Gives = {}): Target {
  const { org, person, teams, role, managesTeams } = record;
  const { role: becomes = null, managesTeams: wouldManage = null } = gives;
  const comesUnder = comesUnderManagers(gives, teams);
  return { org, person, teams, role, manages: managesTeams, becomes, wouldManage, comesUnder };
}

/** Somebody who is to be invited. */
export function newcomerTarget(
  org: OrgId,
  gives: Gives & { readonly role: Role; readonly teams: readonly TeamId[] },
): Target {
  const { role: becomes, managesTeams: wouldManage = null, teams } = gives;
  return { ...organisation(org), teams, becomes, wouldManage, comesUnder: comesUnderManagers(gives, []) };
}

/** What a change would make of somebody. */
export interface Gives {
  readonly role?: Role | undefined;
  readonly teams?: readonly TeamId[] | undefined;
  readonly managesTeams?: readonly TeamId[] | undefined;
  /** The teams that have a manager; every team counts as one where this is not said. */
  readonly managed?: ReadonlySet<TeamId>;
}

function comesUnderManagers({ teams = [], managed }: Gives, now: readonly TeamId[]): readonly TeamId[] {
  return teams.filter((team) => !now.includes(team) && (managed?.has(team) ?? true));
}

interface PersonFacts {
  readonly org: OrgId;
  readonly person: PersonId;
  readonly teams: readonly TeamId[];
  readonly role: Role;
  readonly managesTeams: readonly TeamId[];
}

/** Whether the change lets somebody see activity of others that they could not see before: them, or a manager theirs. */
function givesSight({ role, becomes, manages, wouldManage, comesUnder }: Target): boolean {
  if (comesUnder.length > 0) return true;
  if (becomes !== null && becomes !== role && ViewerRole.safeParse(becomes).success) return true;
  return wouldManage?.some((team) => !manages.includes(team)) ?? false;
}

interface Rule {
  readonly says: string;
  holds(actor: Actor, target: Target): boolean;
}

const has =
  (...roles: readonly Role[]) =>
  (actor: Actor): boolean =>
    roles.includes(actor.role);

const everyone: Rule = { says: 'everyone in the organisation', holds: () => true };
const themself: Rule = { says: 'the person', holds: (actor, target) => actor.person === target.person };
const owner: Rule = { says: 'an owner', holds: has('owner') };
const admin: Rule = { says: 'an admin', holds: has('admin') };
const privacyOfficer: Rule = { says: 'a privacy officer', holds: has('privacy_officer') };
const anyManager: Rule = { says: 'a manager', holds: has('manager') };
const theirManager: Rule = {
  says: 'a manager of one of their teams',
  holds: (actor, target) => actor.role === 'manager' && target.teams.some((team) => actor.managesTeams.includes(team)),
};
const adminBelowOwner: Rule = {
  // An admin sees no activity. Were they to appoint themself, or somebody whose link they could take themself, as one
  // who does, they would give themself sight of it; and who is watched by whom is not theirs to say.
  says:
    'an admin, but neither themself, nor an owner, nor so that anybody sees more activity of others' +
    ' (owners, managers, more teams for a manager, more people in a team that has a manager)',
  holds: (actor, target) =>
    actor.role === 'admin' && actor.person !== target.person && target.role !== 'owner' && !givesSight(target),
};

/** Nobody answers themself. */
function anotherOf(...roles: readonly Role[]): Rule {
  const names = roles.map((role) => role.replaceAll('_', ' ')).join(' or ');
  return {
    says: `somebody else who is ${names}`,
    holds: (actor, target) => roles.includes(actor.role) && actor.person !== target.person,
  };
}

const rules: Readonly<Record<Action, readonly Rule[]>> = {
  'organisation.read': [everyone],
  'contacts.change': [owner, privacyOfficer],
  'notice.translate': [owner, privacyOfficer],
  'policy.publish': [owner, admin, anyManager],
  // Whoever sees activity, or could appoint somebody who does, must not be the one to say that they may see more of it.
  'policy.give_sight': [owner],
  'policy.require_second': [owner],
  'policy.rotate_key': [owner],
  'policy.prove': [owner, admin, anyManager, privacyOfficer],
  'people.list': [themself, owner, admin, theirManager],
  'people.change': [owner, adminBelowOwner],
  'device.read': [themself, owner, admin, theirManager],
  'device.enrol': [themself, owner, admin],
  'device.retire': [themself, owner, admin],
  // It tells whether the computer is on now: for whoever may read what the person does.
  'device.test': [themself, owner, theirManager],
  'receipt.read': [themself, owner, admin, theirManager, privacyOfficer],
  'data.read': [themself, owner, theirManager],
  'subject.export': [themself],
  'subject.erase': [themself],
  // Nobody brings data into somebody else's account, and nobody else sees what a person brought.
  'subject.import': [themself],
  // Of people whom a manager does not manage, too.
  'policy.erase': [owner, admin],
  'special.search': [owner, privacyOfficer],
  'objection.make': [themself],
  'objection.see': [themself, owner, admin, theirManager, privacyOfficer],
  'objection.read': [themself, owner, privacyOfficer],
  'objection.answer': [anotherOf('owner', 'privacy_officer')],
  'objection.list': [owner, privacyOfficer],
  'request.make': [themself],
  'request.represent': [anotherOf('owner', 'privacy_officer')],
  'request.read': [themself, owner, privacyOfficer],
  'request.answer': [anotherOf('owner', 'privacy_officer')],
  'request.list': [owner, privacyOfficer],
  'consent.decide': [themself],
  'correction.make': [themself],
  'correction.read': [themself, owner, privacyOfficer],
  'correction.answer': [anotherOf('owner', 'privacy_officer')],
  'correction.list': [owner, privacyOfficer],
  'restriction.decide': [themself],
  'restriction.read': [themself, owner, privacyOfficer],
  'restriction.lift': [anotherOf('owner', 'privacy_officer')],
  'restriction.list': [owner, privacyOfficer],
  'terms.leave_out': [owner, admin, theirManager],
  'zone.choose': [themself],
  'exclusion.choose': [themself],
  'minor.see': [themself, owner, admin, privacyOfficer],
  // Not of oneself: it takes away what others may need to know of one, and a role is no proof of an age.
  'minor.say': [anotherOf('owner', 'admin', 'privacy_officer')],
  'access_log.read': [themself, privacyOfficer],
  'records.read': [owner, privacyOfficer],
  'records.change': [owner, privacyOfficer],
  'security.read': [owner, admin, privacyOfficer],
  'alarm.acknowledge': [owner, admin, privacyOfficer],
  'retention.read': [owner, admin, privacyOfficer],
  'entries.keep': [owner],
  'clock.release': [owner, admin],
  'backup.keep': [owner, admin],
  'account.end': [owner, adminBelowOwner],
  'leaving.read': [themself, owner, admin, privacyOfficer],
  'organisation.export': [owner],
  'organisation.end': [owner],
  'ending.read': [owner, admin, privacyOfficer],
};
