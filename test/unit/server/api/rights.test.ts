import { afterAll, beforeAll, expect, test } from 'vitest';
import { parameterIds } from '../../../../shared/catalog.ts';
import type { RouteName, Routes } from '../../../../shared/protocol/http.ts';
import { Role } from '../../../../shared/roles.ts';
import { DAY, dayOf } from '../../../../shared/time.ts';
import {
  addMember,
  type Client,
  createClient,
  type Json,
  startServer,
  type TestOwner,
  type TestServer,
} from '../../../support/api.ts';
import { examples, pathOf, routeNames, shapeOf } from '../../../support/routeExamples.ts';

let it: TestServer;
let owner: TestOwner;
const clients = new Map<string, Client>();
const roles = ['owner', 'admin', 'manager', 'privacy_officer', 'employee'] as const;
beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Rights');
  clients.set('owner', owner.client);
  for (const role of roles.slice(1)) {
    const email = `${role.replace('_', '-')}@rights.example.com`;
    clients.set(role, (await addMember(it, owner.client, role, { name: role, email })).client);
  }
});
afterAll(() => it.close());

/** One of each kind of bad: each of them alone is a 400 for whoever may. */
const bad: readonly (readonly [what: string, body: unknown, type: string])[] = [
  ['unknown fields', { nope: 1 }, 'application/json'],
  ['no JSON', '{', 'application/json'],
  ['no object', '[]', 'application/json'],
  ['another type', 'name=x', 'application/x-www-form-urlencoded'],
  ['too large', { name: 'x'.repeat(300_000) }, 'application/json'],
];

const ids = (person: string) => ({ person, device: person, image: person, day: '2026-11-12' });
const closed = routeNames.filter((name) => shapeOf(name).auth !== 'public');
const send = (name: (typeof routeNames)[number], client: Client, body: unknown, type: string) => {
  const path = pathOf(name, examples(ids(owner.person))[name]);
  const { method } = shapeOf(name);
  return client.send(method, path, method === 'GET' ? undefined : body, { 'content-type': type });
};

test.each(closed)('%s says 401 to a stranger, whatever is in the body', async (name) => {
  for (const [what, body, type] of bad) {
    expect((await send(name, createClient(it.url), body, type)).status, what).toBe(401);
  }
});

// What changes or ends one's own account is everybody's, and would end the session that asks.
const ofOthers = closed.filter(
  (name) => shapeOf(name).method !== 'GET' && !/^\/(account|session)/.test(shapeOf(name).path),
);

test.each(ofOthers)('%s says 403 to every role that may not, whatever is in the body', async (name) => {
  const right = examples(ids(owner.person))[name].body;
  let refused = 0;
  for (const role of roles.slice(1)) {
    const client = clients.get(role) ?? owner.client;
    if ((await send(name, client, right, 'application/json')).status !== 403) continue;
    refused += 1;
    for (const [what, body, type] of bad) {
      const reply = await send(name, client, body, type);
      expect([reply.status, reply.body.error.code], `${role}, ${what}`).toEqual([403, 'forbidden']);
    }
  }
  expect(refused).toBeGreaterThan(0); // or the test would prove nothing
});

/** A route that asks for a session; one that is new and not in the table below does not compile. */
type ClosedRoute = { [N in RouteName]: Routes[N]['auth'] extends 'public' ? never : N }[RouteName];

const everyone = Role.options;
const staff: readonly Role[] = ['owner', 'admin'];
const publishers: readonly Role[] = [...staff, 'manager'];
const keepers: readonly Role[] = ['owner', 'privacy_officer'];
const overseers: readonly Role[] = [...publishers, 'privacy_officer'];

/** Who may ask each route, of an employee of the manager's team where it names a person: written a second time. */
const whoMay: Readonly<Record<ClosedRoute, readonly Role[]>> = {
  ...{ me: everyone, setPassword: everyone, beginTotp: everyone, confirmTotp: everyone, secondFactor: everyone },
  ...{ removeTotp: everyone, renewRecoveryCodes: everyone, sessions: everyone, endSession: everyone },
  ...{ endOtherSessions: everyone, signOut: everyone },
  // Each is shown what is theirs to see.
  ...{ people: everyone, teams: everyone, today: everyone, todayStream: everyone, accessLogs: everyone },
  ...{ invite: staff, invitations: staff, renewInvitation: staff, withdrawInvitation: staff, changePerson: staff },
  ...{ createTeam: staff, changeTeam: staff },
  ...{ createEnrolmentCode: staff, enrolmentCodes: staff, withdrawEnrolmentCode: staff, retireDevice: staff },
  ...{ devices: publishers, deviceReceipt: overseers, selfTest: ['owner', 'manager'] },
  ...{ policy: everyone, policyVersion: everyone, policyHistory: everyone, notice: everyone, noticeVersion: everyone },
  ...{ noticeTexts: everyone, noticeText: everyone },
  ...{ noticeIn: everyone, translateNotice: ['owner', 'privacy_officer'] },
  ...{ contacts: everyone, changeContacts: ['owner', 'privacy_officer'] },
  ...{ policyKeys: everyone, rotatePolicyKey: ['owner'] },
  ...{ policyDraft: publishers, savePolicyDraft: publishers, discardPolicyDraft: publishers },
  ...{ proposals: publishers, propose: publishers, answerProposal: publishers, requireSecond: ['owner'] },
  coming: everyone,
  ...{ publishPolicy: publishers, proof: overseers, proofStream: overseers },
  ...{ day: ['owner', 'manager'], week: ['owner', 'manager'] },
  ...{ observations: ['owner', 'manager'], screenshot: ['owner', 'manager'] },
  // Nobody asks for what is held of another.
  ...{ held: [], exportData: [], erasures: [], previewErasure: [], erase: [] },
  // Nobody brings data along for another, or sees what another brought.
  ...{
    imports: [],
    arrival: [],
    beginArrival: [],
    sendPart: [],
    dropArrival: [],
    takeArrival: [],
    importedDay: [],
    eraseImport: [],
  },
  ...{ storedAbove: ['owner', 'admin'], eraseStored: ['owner', 'admin'], orderedErasures: overseers },
  ...{ objections: overseers, openObjections: ['owner', 'privacy_officer'], object: [], endObjection: [] },
  answerObjection: ['owner', 'privacy_officer'],
  ...{ entries: [], corrections: ['owner', 'privacy_officer'], allCorrections: ['owner', 'privacy_officer'] },
  ...{ correct: [], withdrawDispute: [] },
  ...{ answerDispute: ['owner', 'privacy_officer'], tellRecipient: ['owner', 'privacy_officer'] },
  ...{ restrictions: ['owner', 'privacy_officer'], allRestrictions: ['owner', 'privacy_officer'] },
  ...{ restrict: [], endRestriction: [], readLift: [] },
  ...{ tellLift: ['owner', 'privacy_officer'], liftRestriction: ['owner', 'privacy_officer'] },
  ...{ age: ['owner', 'admin', 'privacy_officer'], sayAge: ['owner', 'admin', 'privacy_officer'] },
  ...{ consents: [], giveConsent: [], withdrawConsent: [] },
  ...{ layers: overseers, leftOutOfPerson: overseers, leaveOutOfPerson: publishers, chooseZone: [] },
  ...{ ownExclusions: [], leaveOutOwn: [] },
  ...{ specialSearch: keepers, searchSpecial: keepers },
  // The manager manages another one.
  ...{ leftOutOfTeam: staff, leaveOutOfTeam: staff },
  ...{ requests: ['owner', 'privacy_officer'], allRequests: ['owner', 'privacy_officer'], fileRequest: [] },
  ...{ representRequest: ['owner', 'privacy_officer'], agreeToRequest: [], withdrawRequest: [] },
  ...{ receiveRequest: ['owner', 'privacy_officer'], previewRequestedErasure: ['owner', 'privacy_officer'] },
  ...{ carryOutErasure: ['owner', 'privacy_officer'], carryOutCorrection: ['owner', 'privacy_officer'] },
  ...{ confirmIdentity: ['owner', 'privacy_officer'], extendRequest: ['owner', 'privacy_officer'] },
  answerRequest: ['owner', 'privacy_officer'],
  ...{ processingRecord: keepers, processingRecordPage: keepers, processingRecordTable: keepers },
  changeController: keepers,
  ...{ disclosures: keepers, disclosuresPage: keepers, disclosuresTable: keepers },
  ...{ proposeDisclosure: keepers, answerDisclosure: keepers },
  ...{ incidents: keepers, openIncident: keepers, changeIncident: keepers, incidentEvidence: keepers },
  ownIncidents: [],
  ...{ holds: keepers, proposeHold: keepers, answerHold: keepers, ownHolds: [] },
  ...{ ownDisclosures: [], ownDisclosuresPage: [], ownDisclosuresTable: [] },
  ...{ processors: keepers, recordProcessor: keepers },
  ...{ endings: ['owner', 'admin', 'privacy_officer'], certificate: ['owner', 'admin', 'privacy_officer'] },
  ...{ previewEnding: ['owner', 'admin'], endAccount: ['owner', 'admin'] },
  ...{ leavingDates: ['owner', 'admin', 'privacy_officer'], leavingDate: ['owner', 'admin', 'privacy_officer'] },
  ...{ setLeavingDate: staff, postponeLeavingDate: staff, cancelLeavingDate: staff },
  ...{ previewOrganisationExport: ['owner'], exportOrganisation: ['owner'] },
  ...{ previewOrganisationEnding: ['owner'], endOrganisation: ['owner'] },
  ...{ backups: ['owner', 'admin'], makeBackup: ['owner', 'admin'] },
  ...{ retention: ['owner', 'admin', 'privacy_officer'], clock: ['owner', 'admin', 'privacy_officer'] },
  ...{ previewRetention: publishers, releaseClock: ['owner', 'admin'] },
  ...{ previewEntries: ['owner'], keepEntries: ['owner'] },
  ...{ assessments: keepers, recordAssessment: keepers, selfCheck: keepers },
  ...{ accesses: ['privacy_officer'], accessProof: ['privacy_officer'] },
  ...{
    securityEvents: ['owner', 'admin', 'privacy_officer'],
    alarms: ['owner', 'admin', 'privacy_officer'],
    acknowledgeAlarm: ['owner', 'admin', 'privacy_officer'],
    securityEventProof: ['owner', 'admin', 'privacy_officer'],
  },
  ...{ auditCheckpoint: everyone, auditConsistency: everyone },
};

test('every route lets in exactly the roles that may, and tells the others who may', async () => {
  const { asRole, asked } = await organisationOfEveryRole();
  const names = Object.keys(whoMay) as ClosedRoute[];
  expect(names.toSorted()).toEqual(closed.toSorted());
  for (const name of names.toSorted((a, b) => Number(a === 'signOut') - Number(b === 'signOut'))) {
    const found: Role[] = [];
    for (const role of Role.options) if (await isLetIn(asRole[role], name, asked)) found.push(role);
    expect([name, found]).toEqual([name, Role.options.filter((role) => whoMay[name].includes(role))]);
  }
});

/** Somebody of each role, and the employee whom they are all asked about. */
async function organisationOfEveryRole(): Promise<{ asRole: Record<Role, Client>; asked: string }> {
  const { client } = await it.addOrganisation('Table');
  const { id: team } = await client.ok('POST', '/teams', { name: 'Theirs' });
  const join = async (role: Role, more: object = {}) => {
    const name = `${role.replace('_', '-')}${'teams' in more ? '-asked' : ''}`;
    return addMember(it, client, role, { name, email: `${name}@table.example.com`, ...more });
  };
  const asRole: Record<Role, Client> = {
    owner: client,
    admin: (await join('admin')).client,
    manager: (await join('manager', { managesTeams: [team] })).client,
    privacy_officer: (await join('privacy_officer')).client,
    employee: (await join('employee')).client,
  };
  return { asRole, asked: (await join('employee', { teams: [team] })).person };
}

/** Whether the right of the route is granted, whatever comes of it; a stream is left as soon as it begins. */
async function isLetIn(client: Client, name: ClosedRoute, person: string): Promise<boolean> {
  const { method } = shapeOf(name);
  const { body: example, ...path } = examples(ids(person))[name];
  const more: Partial<Record<ClosedRoute, object>> = {
    endAccount: { ...example, name: 'Asked' },
    endOrganisation: { ...example, name: 'Table' },
    // What setPassword has made it: one more wrong password would be one too many.
    exportOrganisation: { password: 'a long enough password' },
    setLeavingDate: { ...example, day: dayOf(it.clock.now() + DAY) },
  };
  const body = name === 'changePerson' ? { name: 'Asked' } : (more[name] ?? example);
  const leaving = new AbortController();
  const response = await fetch(`${it.url}/api/v1${pathOf(name, path)}`, {
    method,
    signal: leaving.signal,
    headers: { cookie: client.cookie ?? '', 'x-daylight': 'test', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.status === 200 && response.headers.get('content-type')?.startsWith('text/event-stream') === true) {
    leaving.abort();
    return true;
  }
  const answer = await response.text();
  const { error }: Json = response.ok ? {} : JSON.parse(answer);
  const isRefused = response.status === 403 && String(error?.message).startsWith('only allowed: ');
  // Parts of their own account are refused for other reasons than the rights of a role.
  const isOwnAccount = /^\/(account|session)/.test(shapeOf(name).path);
  if (isOwnAccount) expect([name, error?.code]).not.toEqual([name, 'unauthenticated']);
  // Of those who may, some are asked for their password again, which is wrong here.
  else if (!isRefused && error?.code !== 'wrong_credentials') {
    expect([200, 201, 404, 409], name).toContain(response.status);
  }
  return !isRefused;
}

test('an employee is refused every change of people, teams and policy, with a bad body as with a right one', async () => {
  const employee = clients.get('employee') ?? owner.client;
  const changes = [
    ['POST', '/people'],
    ['PATCH', `/people/${owner.person}`],
    ['POST', `/people/${owner.person}/invitation`],
    ['POST', `/people/${owner.person}/enrolment-codes`],
    ['POST', '/teams'],
    ['PATCH', `/teams/${owner.person}`],
    ['PUT', '/policy'],
  ] as const;
  for (const [method, path] of changes) {
    expect((await employee.send(method, path, { nope: 1 })).status, `${method} ${path}`).toBe(403);
  }
});

/** Questions about a person that nobody gets an answer to. */
const wrongLooks: readonly (readonly [route: string, query: string])[] = [
  ['day', ''],
  ['day', '?day=someday&purpose=security'],
  ['day', '?day=2026-11-12&purpose=security&nope=1'],
  ['day', '?day=2026-11-12&purpose=security&zone=Mars/Base'],
  ['week', '?from=2026-11-12&purpose=curiosity'],
  ['week', '?from=2026-11-12&purpose=security&zone=Mars/Base'],
  ['observations', '?day=2026-11-12&parameter=thoughts&purpose=security'],
  ['screenshots/0f2b1d5e-6b1c-4f0e-9b1a-1c2d3e4f5a6b', ''],
];

test.each(wrongLooks)(
  'a look at %s by whoever may not, asked wrongly (%s), is refused and on record',
  async (route, query) => {
    const employee = clients.get('employee') ?? owner.client;
    const { person } = await employee.ok('GET', '/session');
    const refusedReads = async () => {
      const { events } = await owner.client.ok('GET', '/security-events');
      const theirs = events.filter((event: Json) => event.kind === 'refused_read' && event.person === person.id);
      return theirs.reduce((sum: number, { count }: Json) => sum + count, 0);
    };
    const ask = async (client: Client, whom: string) =>
      (await client.send('GET', `/people/${whom}/${route}${query}`)).status;
    const before = await refusedReads();
    const stranger = '0f2b1d5e-6b1c-4f0e-9b1a-1c2d3e4f5a6b';
    expect([await ask(employee, owner.person), await ask(employee, stranger)]).toEqual([403, 404]);
    expect(await refusedReads()).toBe(before + 2);
    expect([await ask(owner.client, owner.person), await ask(employee, person.id)]).toEqual([400, 400]);
    expect(await refusedReads()).toBe(before + 2);
  },
);

test('whoever may look at a person, but is named as a viewer of nothing, is refused as well when they ask wrongly', async () => {
  const employee = clients.get('employee') ?? owner.client;
  const { person } = await employee.ok('GET', '/session');
  const { policy } = await owner.client.ok('GET', '/policy');
  const parameters = Object.fromEntries(parameterIds.map((id) => [id, { viewers: ['manager'] }]));
  await owner.client.ok('PUT', '/policy', { baseVersion: policy.version, reason: 'managers only', parameters });
  const ask = (query: string) => owner.client.send('GET', `/people/${person.id}/day${query}`);
  const replies = [await ask('?day=2026-11-12&purpose=security'), await ask('?day=someday&purpose=security')];
  const message = 'the policy does not name your role as a viewer of this';
  expect(replies.map(({ status, body }) => [status, body.error.message])).toEqual([
    [403, message],
    [403, message],
  ]);
});
