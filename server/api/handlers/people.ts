import { DaylightError } from '../../../shared/errors.ts';
import type { OrgId, PersonId, TeamId } from '../../../shared/ids.ts';
import type { Invitation, PersonView } from '../../../shared/protocol/http/people.ts';
import type { TeamView } from '../../../shared/protocol/http/teams.ts';
import type { Routes } from '../../../shared/protocol/http.ts';
import type { Role } from '../../../shared/roles.ts';
import { asSeen } from '../../../shared/text.ts';
import type { UnixMs } from '../../../shared/time.ts';
import { type Actor, authorize, type Gives, newcomerTarget, personTarget } from '../../authorize.ts';
import { followTeams } from '../../control/teamLeavings.ts';
import type { PersonRecord, TeamRecord } from '../../store/store.ts';
import type { Context } from '../context.ts';
import type { Call, HandlersOf } from '../handler.ts';
import { requireLeave, requirePerson } from '../leave.ts';
import { noteEvent, noteInvited, noteRole } from '../securityEvents.ts';
import { seesTeam } from '../teamScope.ts';

/** People and teams: who is here, and which role and teams they have. */
export function people(
  context: Context,
): HandlersOf<
  | 'people'
  | 'invite'
  | 'invitations'
  | 'renewInvitation'
  | 'withdrawInvitation'
  | 'changePerson'
  | 'teams'
  | 'createTeam'
  | 'changeTeam'
> {
  const { store, accounts, clock } = context;
  return {
    async people({ signedIn: { actor } }) {
      const all = await store.people(actor.org);
      const seen = all.filter((person) => authorize(actor, 'people.list', personTarget(person)).kind === 'granted');
      return { people: await viewsOf(context, actor.org, seen) };
    },
    async invite({ body, signedIn: { actor } }) {
      const managed = await managedOf(context, actor.org, body.teams);
      requireLeave(actor, 'people.change', newcomerTarget(actor.org, { ...body, managed }));
      await requireTeams(context, actor.org, body);
      requireManagesOnlyAsManager(body.role, body.managesTeams);
      // In one turn: nobody is given another link to an address before the first invitation to it is on record.
      const { person, token, expiresAt } = await accounts.alone(actor.org, async () => {
        await requireNotInvited(context, actor.org, body.email);
        const record = await accounts.create({ org: actor.org, ...body, invitedBy: actor.person });
        await noteInvited(context, record, record.role);
        await followTeams(context, record);
        return { person: record, ...(await accounts.issueToken('invitation', record)) };
      });
      return invitationOf(context, person, token, expiresAt);
    },
    async invitations({ signedIn: { actor } }) {
      const [everyone, open] = await Promise.all([
        store.people(actor.org),
        store.tokens(actor.org, 'invitation', clock.now()),
      ]);
      const ends = new Map(open.map(({ person, expiresAt }) => [person, expiresAt]));
      const invited = everyone.filter(({ status }) => status === 'invited');
      const invitations = invited.map(async (record) => {
        const { invitedBy } = await accounts.profile(record);
        const isHere = everyone.some(({ person }) => person === invitedBy);
        return {
          person: record.person,
          expiresAt: ends.get(record.person) ?? null,
          invitedBy: isHere ? invitedBy : null,
        };
      });
      return { invitations: await Promise.all(invitations) };
    },
    renewInvitation: ({ params, signedIn: { actor } }) =>
      accounts.alone(actor.org, async () => {
        const person = await changeable(context, actor, params.person);
        // Whoever has the link becomes this person: it is given only by those who may give their role.
        const { role, managesTeams } = person;
        requireLeave(actor, 'people.change', newcomerTarget(actor.org, { role, managesTeams, teams: [] }));
        requireInvited(person);
        await noteEvent(context, person, 'invitation_renewed');
        const profile = { ...(await accounts.profile(person)), invitedBy: actor.person };
        const invited = await accounts.change(person, { profile });
        const { token, expiresAt } = await accounts.issueToken('invitation', invited);
        return invitationOf(context, invited, token, expiresAt);
      }),
    withdrawInvitation: ({ params, signedIn: { actor } }) =>
      accounts.alone(actor.org, async () => {
        const person = await changeable(context, actor, params.person);
        requireInvited(person);
        await noteEvent(context, person, 'invitation_withdrawn');
        await store.revokeTokens(actor.org, person.person, 'invitation', 'all');
        return viewOf(context, person);
      }),
    changePerson: ({ params, body, signedIn: { actor } }) =>
      accounts.alone(actor.org, async () => {
        const managed = await managedOf(context, actor.org, body.teams);
        const person = await changeable(context, actor, params.person, { ...body, managed });
        const changed = await change(context, person, body);
        return viewOf(context, changed);
      }),
    async teams({ signedIn: { actor, person } }) {
      const [teams, everyone] = await Promise.all([store.teams(actor.org), store.people(actor.org)]);
      const seen = teams.filter(({ team }) => seesTeam(actor, person, team));
      return { teams: await Promise.all(seen.map((team) => teamView(context, team, everyone))) };
    },
    createTeam: ({ body, signedIn: { actor } }) =>
      accounts.alone(actor.org, async () => {
        await requireOwnName(context, actor.org, body.name);
        await noteEvent(context, actor, 'team_created');
        return teamView(context, await accounts.createTeam(actor.org, body.name), []);
      }),
    changeTeam: ({ params, body, signedIn: { actor } }) =>
      accounts.alone(actor.org, async () => {
        await requireOwnName(context, actor.org, body.name, params.team);
        const team = await accounts.renameTeam(actor.org, params.team, body.name);
        await noteEvent(context, actor, 'team_renamed');
        return teamView(context, team, await store.people(actor.org));
      }),
  };
}

/** Asked once more in the turn of the change: by then the person may have become one whom the actor may not change. */
async function changeable({ store }: Context, actor: Actor, id: PersonId, gives: Gives = {}): Promise<PersonRecord> {
  const person = await requirePerson(store, actor, id);
  requireLeave(actor, 'people.change', personTarget(person, gives));
  return person;
}

async function viewOf(context: Context, person: PersonRecord): Promise<PersonView> {
  const devices = await context.store.activeDevices(person.org, [person.person]);
  return personView(context, person, devices.get(person.person) ?? 0);
}

async function viewsOf(context: Context, org: OrgId, people: readonly PersonRecord[]): Promise<PersonView[]> {
  const ids = people.map(({ person }) => person);
  const devices = await context.store.activeDevices(org, ids);
  return Promise.all(people.map((person) => personView(context, person, devices.get(person.person) ?? 0)));
}

async function personView({ accounts }: Context, person: PersonRecord, devices: number): Promise<PersonView> {
  const { name, email } = await accounts.profile(person);
  return {
    id: person.person,
    name,
    email,
    role: person.role,
    status: person.status,
    teams: [...person.teams],
    managesTeams: [...person.managesTeams],
    secondFactor: person.hasSecondFactor,
    devices,
  };
}

async function invitationOf(
  context: Context,
  person: PersonRecord,
  token: string,
  expiresAt: UnixMs,
): Promise<Invitation> {
  const view = await viewOf(context, person);
  return { person: view, link: `${context.publicUrl()}/#/invitation/${token}`, token, expiresAt };
}

function requireInvited({ status }: PersonRecord): void {
  if (status === 'invited') return;
  throw new DaylightError('conflict', 'this person has accepted their invitation already', {
    remedy: 'Whoever is locked out gets a sign-in link on the host: `daylight-server sign-in-link --email ADDRESS`.',
  });
}

async function teamView({ accounts }: Context, team: TeamRecord, everyone: readonly PersonRecord[]): Promise<TeamView> {
  return {
    id: team.team,
    name: await accounts.teamName(team),
    members: everyone.filter((person) => person.teams.includes(team.team)).length,
    managers: everyone.filter((person) => person.managesTeams.includes(team.team)).map((person) => person.person),
  };
}

/** Of `teams`, those whose activity somebody sees as their manager, or will once they have accepted their invitation. */
async function managedOf({ store }: Context, org: OrgId, teams: readonly TeamId[] = []): Promise<ReadonlySet<TeamId>> {
  if (teams.length === 0) return new Set();
  const managed = (await store.people(org)).flatMap(({ managesTeams }) => managesTeams);
  return new Set(teams.filter((team) => managed.includes(team)));
}

/** Their link may have been lost; but whoever invites anew does not say that the first one is to end. */
async function requireNotInvited({ accounts }: Context, org: OrgId, email: string): Promise<void> {
  const known = await accounts.byEmail(email);
  if (known === null || known.org !== org || known.status !== 'invited') return;
  throw new DaylightError('conflict', 'email: this address is invited already', {
    field: 'email',
    remedy: 'Give them a new link from the list of open invitations; name, role and teams are changed on their page.',
  });
}

async function change(
  context: Context,
  person: PersonRecord,
  body: Call<Routes['changePerson']>['body'],
): Promise<PersonRecord> {
  const { accounts } = context;
  const role = body.role ?? person.role;
  await requireTeams(context, person.org, body);
  requireManagesOnlyAsManager(role, body.managesTeams ?? []);
  await requireAnotherOwner(context, person, role);
  const managesTeams = role === 'manager' ? body.managesTeams : [];
  await noteChanges(context, person, { role, teams: body.teams, managesTeams });
  // What is left out for where they come to holds before they are there, for where they leave until they have left.
  if (body.teams !== undefined) await followTeams(context, { ...person, teams: [...person.teams, ...body.teams] });
  const changed = await accounts.change(person, {
    role,
    ...(body.teams === undefined ? {} : { teams: body.teams }),
    ...(managesTeams === undefined ? {} : { managesTeams }),
    ...(body.name === undefined ? {} : { profile: { ...(await accounts.profile(person)), name: body.name } }),
  });
  if (body.teams !== undefined) await followTeams(context, changed);
  return changed;
}

/** On record before it holds. */
async function noteChanges(
  context: Context,
  person: PersonRecord,
  to: { role: Role; teams?: readonly TeamId[] | undefined; managesTeams?: readonly TeamId[] | undefined },
): Promise<void> {
  if (to.role !== person.role) await noteRole(context, person, person.role, to.role);
  if (differ(person.teams, to.teams)) await noteEvent(context, person, 'teams_changed');
  if (differ(person.managesTeams, to.managesTeams)) await noteEvent(context, person, 'managed_teams_changed');
}

function differ(now: readonly TeamId[], then: readonly TeamId[] | undefined): boolean {
  return then !== undefined && now.toSorted().join() !== then.toSorted().join();
}

async function requireTeams(
  { store }: Context,
  org: OrgId,
  asked: { teams?: TeamId[] | undefined; managesTeams?: TeamId[] | undefined },
): Promise<void> {
  const known = new Set((await store.teams(org)).map((team) => team.team));
  for (const field of ['teams', 'managesTeams'] as const) {
    const position = (asked[field] ?? []).findIndex((team) => !known.has(team));
    if (position < 0) continue;
    throw new DaylightError('bad_request', `body: ${field}.${position}: there is no such team`, {
      field: `${field}.${position}`,
      remedy: 'Create the team first.',
    });
  }
}

/** Teams are told apart by their names alone, in every list. They are sealed, so they are opened to be compared. */
async function requireOwnName({ store, accounts }: Context, org: OrgId, name: string, self?: TeamId): Promise<void> {
  const others = (await store.teams(org)).filter(({ team }) => team !== self);
  const names = await Promise.all(others.map((team) => accounts.teamName(team)));
  if (!names.some((other) => asSeen(other) === asSeen(name))) return;
  throw new DaylightError('conflict', 'name: there is a team of this name already', {
    field: 'name',
    remedy: 'Choose a name that tells the two apart.',
  });
}

function requireManagesOnlyAsManager(role: Role, managesTeams: readonly TeamId[]): void {
  if (role === 'manager' || managesTeams.length === 0) return;
  throw new DaylightError('bad_request', 'body: managesTeams: only a manager manages teams', {
    field: 'managesTeams',
    remedy: 'Leave it out, or make the person a manager.',
  });
}

async function requireAnotherOwner({ store }: Context, person: PersonRecord, role: Role): Promise<void> {
  if (person.role !== 'owner' || role === 'owner') return;
  const owners = (await store.people(person.org)).filter((one) => one.role === 'owner' && one.status === 'active');
  if (owners.some((one) => one.person !== person.person)) return;
  throw new DaylightError('conflict', 'an organisation needs an owner, and this is its only one', {
    field: 'role',
    remedy: 'Make someone else an owner first.',
  });
}
