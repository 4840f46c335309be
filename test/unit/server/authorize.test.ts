import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  type Action,
  type Actor,
  authorize,
  newcomerTarget,
  organisation,
  personTarget,
  type Target,
} from '../../../server/authorize.ts';
import { OrgId, PersonId, TeamId } from '../../../shared/ids.ts';
import { Role } from '../../../shared/roles.ts';

// Who may do what, written from the documents a second time and asked of the function itself.

const org = OrgId.parse(randomUUID());
const [theirTeam, otherTeam] = [TeamId.parse(randomUUID()), TeamId.parse(randomUUID())];

function actorAs(role: Role, more: Partial<Actor> = {}): Actor {
  const managesTeams = role === 'manager' ? [theirTeam] : [];
  return { org, person: PersonId.parse(randomUUID()), role, managesTeams, complete: true, ...more };
}

function person(role: Role = 'employee', more: object = {}) {
  const plain = { org, person: PersonId.parse(randomUUID()), role, teams: [], managesTeams: [] };
  return { ...plain, ...more };
}

function answer(actor: Actor, action: Action, target: Target): string {
  const verdict = authorize(actor, action, target);
  return verdict.kind === 'granted' ? 'granted' : verdict.code;
}

const rolesThatMay = (action: Action, target: Target): Role[] =>
  Role.options.filter((role) => answer(actorAs(role), action, target) === 'granted');

const whoMay: Readonly<Record<Action, { inTheirTeam: Role[]; inAnotherTeam: Role[]; themself: boolean }>> = {
  'organisation.read': { inTheirTeam: [...Role.options], inAnotherTeam: [...Role.options], themself: true },
  'contacts.change': same(['owner', 'privacy_officer'], false),
  'notice.translate': same(['owner', 'privacy_officer'], false),
  'policy.publish': same(['owner', 'admin', 'manager'], false),
  'policy.give_sight': same(['owner'], false),
  'policy.rotate_key': same(['owner'], false),
  'policy.require_second': same(['owner'], false),
  'policy.prove': same(['owner', 'admin', 'manager', 'privacy_officer'], false),
  'people.list': { inTheirTeam: ['owner', 'admin', 'manager'], inAnotherTeam: ['owner', 'admin'], themself: true },
  'people.change': same(['owner', 'admin'], false),
  'device.read': { inTheirTeam: ['owner', 'admin', 'manager'], inAnotherTeam: ['owner', 'admin'], themself: true },
  'device.enrol': same(['owner', 'admin'], true),
  'device.retire': same(['owner', 'admin'], true),
  'device.test': { inTheirTeam: ['owner', 'manager'], inAnotherTeam: ['owner'], themself: true },
  'receipt.read': {
    inTheirTeam: ['owner', 'admin', 'manager', 'privacy_officer'],
    inAnotherTeam: ['owner', 'admin', 'privacy_officer'],
    themself: true,
  },
  'data.read': { inTheirTeam: ['owner', 'manager'], inAnotherTeam: ['owner'], themself: true },
  'subject.export': same([], true),
  'subject.erase': same([], true),
  'subject.import': same([], true),
  'policy.erase': same(['owner', 'admin'], false),
  'account.end': same(['owner', 'admin'], false),
  'leaving.read': same(['owner', 'admin', 'privacy_officer'], true),
  'organisation.export': same(['owner'], false),
  'organisation.end': same(['owner'], false),
  'ending.read': same(['owner', 'admin', 'privacy_officer'], false),
  'backup.keep': same(['owner', 'admin'], false),
  'objection.make': same([], true),
  'objection.see': {
    inTheirTeam: ['owner', 'admin', 'manager', 'privacy_officer'],
    inAnotherTeam: ['owner', 'admin', 'privacy_officer'],
    themself: true,
  },
  'objection.read': same(['owner', 'privacy_officer'], true),
  'objection.answer': same(['owner', 'privacy_officer'], false),
  'objection.list': same(['owner', 'privacy_officer'], false),
  'request.make': same([], true),
  'request.represent': same(['owner', 'privacy_officer'], false),
  'request.read': same(['owner', 'privacy_officer'], true),
  'request.answer': same(['owner', 'privacy_officer'], false),
  'request.list': same(['owner', 'privacy_officer'], false),
  'consent.decide': same([], true),
  'correction.make': same([], true),
  'correction.read': same(['owner', 'privacy_officer'], true),
  'correction.answer': same(['owner', 'privacy_officer'], false),
  'correction.list': same(['owner', 'privacy_officer'], false),
  'restriction.decide': same([], true),
  'restriction.read': same(['owner', 'privacy_officer'], true),
  'restriction.lift': same(['owner', 'privacy_officer'], false),
  'restriction.list': same(['owner', 'privacy_officer'], false),
  'terms.leave_out': { inTheirTeam: ['owner', 'admin', 'manager'], inAnotherTeam: ['owner', 'admin'], themself: false },
  'zone.choose': same([], true),
  'exclusion.choose': same([], true),
  'special.search': same(['owner', 'privacy_officer'], false),
  'minor.see': same(['owner', 'admin', 'privacy_officer'], true),
  'minor.say': same(['owner', 'admin', 'privacy_officer'], false),
  'access_log.read': same(['privacy_officer'], true),
  'records.read': same(['owner', 'privacy_officer'], false),
  'records.change': same(['owner', 'privacy_officer'], false),
  'security.read': same(['owner', 'admin', 'privacy_officer'], false),
  'alarm.acknowledge': same(['owner', 'admin', 'privacy_officer'], false),
  'retention.read': same(['owner', 'admin', 'privacy_officer'], false),
  'entries.keep': same(['owner'], false),
  'clock.release': same(['owner', 'admin'], false),
};

function same(roles: Role[], themself: boolean) {
  return { inTheirTeam: roles, inAnotherTeam: roles, themself };
}

describe.each(Object.keys(whoMay) as Action[])('%s', (action) => {
  const expected = whoMay[action];

  test('is for exactly these roles, about somebody of the team that the manager has and of another', () => {
    expect(rolesThatMay(action, personTarget(person('employee', { teams: [theirTeam] })))).toEqual(
      expected.inTheirTeam,
    );
    expect(rolesThatMay(action, personTarget(person('employee', { teams: [otherTeam] })))).toEqual(
      expected.inAnotherTeam,
    );
  });

  test('of another organisation does not exist, whatever the role', () => {
    const elsewhere = OrgId.parse(randomUUID());
    for (const role of Role.options) {
      const actor = actorAs(role);
      expect(answer(actor, action, organisation(elsewhere))).toBe('not_found');
      // Not even under one's own id.
      expect(answer(actor, action, personTarget({ ...person(), ...actor, org: elsewhere }))).toBe('not_found');
    }
  });

  test('without the second factor reaches nobody but oneself', () => {
    for (const role of Role.options) {
      const actor = actorAs(role, { complete: false });
      const target = personTarget(person('employee', { teams: [theirTeam] }));
      expect(answer(actor, action, target)).toBe('second_factor_required');
      expect(answer(actor, action, organisation(org))).toBe('second_factor_required');
    }
  });

  test('about oneself is the person’s own, whatever the role, where it is theirs at all', () => {
    const actor = actorAs('employee');
    const own = personTarget({ ...person(), person: actor.person });
    expect(answer(actor, action, own) === 'granted').toBe(expected.themself);
  });
});

describe('sight of other people’s activity', () => {
  const targets = {
    'inviting a manager': { ...organisation(org), becomes: 'manager' },
    'inviting an owner': { ...organisation(org), becomes: 'owner' },
    'making an employee a manager': personTarget(person(), { role: 'manager' }),
    'making an employee an owner': personTarget(person(), { role: 'owner' }),
    'giving a manager one more team': personTarget(person('manager', { managesTeams: [otherTeam] }), {
      managesTeams: [otherTeam, theirTeam],
    }),
    'putting somebody into a team that has a manager': personTarget(person('employee', { teams: [otherTeam] }), {
      teams: [otherTeam, theirTeam],
      managed: new Set([theirTeam]),
    }),
    'putting somebody into a team of which it is not known': personTarget(person(), { teams: [theirTeam] }),
    'inviting somebody into a team that has a manager': newcomerTarget(org, {
      ...{ role: 'employee', teams: [theirTeam], managed: new Set([theirTeam]) },
    }),
    'giving a manager their first team': personTarget(person('manager'), { managesTeams: [theirTeam] }),
  } satisfies Record<string, Target>;

  test.each(Object.entries(targets))('%s: only an owner may', (_name, target) => {
    expect(rolesThatMay('people.change', target)).toEqual(['owner']);
  });

  const others = {
    'inviting an employee': { ...organisation(org), becomes: 'employee' },
    'inviting a privacy officer': { ...organisation(org), becomes: 'privacy_officer' },
    'inviting an admin': { ...organisation(org), becomes: 'admin' },
    'inviting somebody into a team without a manager': newcomerTarget(org, {
      ...{ role: 'employee', teams: [otherTeam], managed: new Set([theirTeam]) },
    }),
    'leaving somebody in a team that has a manager': personTarget(person('employee', { teams: [theirTeam] }), {
      teams: [theirTeam, otherTeam],
      managed: new Set([theirTeam]),
    }),
    'taking somebody out of a team that has a manager': personTarget(person('employee', { teams: [theirTeam] }), {
      teams: [],
      managed: new Set([theirTeam]),
    }),
    'making a manager an employee': personTarget(person('manager', { managesTeams: [theirTeam] }), {
      role: 'employee',
    }),
    'taking a team from a manager': personTarget(person('manager', { managesTeams: [theirTeam, otherTeam] }), {
      role: 'manager',
      managesTeams: [otherTeam],
    }),
  } satisfies Record<string, Target>;

  test.each(Object.entries(others))('%s gives none: an admin may', (_name, target) => {
    expect(rolesThatMay('people.change', target)).toEqual(['owner', 'admin']);
  });

  test('an admin changes neither themself nor an owner', () => {
    const actor = actorAs('admin');
    expect(answer(actor, 'people.change', personTarget({ ...person('admin'), person: actor.person }))).toBe(
      'forbidden',
    );
    expect(answer(actor, 'people.change', personTarget(person('owner'), { role: 'employee' }))).toBe('forbidden');
  });
});
