import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parameterIds } from '../../shared/catalog.ts';
import { HOUR } from '../../shared/time.ts';
import {
  addMember,
  type Client,
  createClient,
  type Member,
  startServer,
  type TestOwner,
  type TestServer,
} from '../support/api.ts';
import { enrol } from '../support/enrolled.ts';
import { dial, type TestDevice } from '../support/ingestKit.ts';
import { type RecordedDay, recordDay } from '../support/recordedDay.ts';
import { examples, pathOf, routeNames, shapeOf } from '../support/routeExamples.ts';

// PROMISES 5: "Company managers registered on your account will have access": tenant, role and team on every read.
// Who may do what stands here a second time, written from the promise and not from the code that keeps it.

const actors = ['owner', 'admin', 'manager', 'officer', 'employee', 'otherOwner'] as const;
type ActorName = (typeof actors)[number];
let it: TestServer;
let acme: TestOwner;
let other: TestOwner;
let clients: Record<ActorName, Client>;
let ids: Record<ActorName, string>;
let members: Record<'inTheirTeam' | 'inAnotherTeam' | 'inNoTeam', Member>;
let outsider: Member;
let device: TestDevice;
let day: RecordedDay;

beforeAll(async () => {
  it = await startServer();
  [acme, other] = [await it.addOrganisation('Acme'), await it.addOrganisation('Other')];
  const [a, b] = [
    await acme.client.ok('POST', '/teams', { name: 'A' }),
    await acme.client.ok('POST', '/teams', { name: 'B' }),
  ];
  const add = (role: Parameters<typeof addMember>[2], name: string, more: object = {}) =>
    addMember(it, acme.client, role, { name, email: `${name.toLowerCase()}@acme.example.com`, ...more });
  const admin = await add('admin', 'Admin');
  const manager = await add('manager', 'Manager', { managesTeams: [a.id] });
  const officer = await add('privacy_officer', 'Officer');
  const employee = await add('employee', 'Employee', { teams: [a.id] });
  members = {
    inTheirTeam: await add('employee', 'Mia', { teams: [a.id] }),
    inAnotherTeam: await add('employee', 'Ben', { teams: [b.id] }),
    inNoTeam: await add('employee', 'Noa'),
  };
  outsider = await addMember(it, other.client, 'employee', { name: 'Out', email: 'out@other.example.com' });
  clients = {
    owner: acme.client,
    admin: admin.client,
    manager: manager.client,
    officer: officer.client,
    employee: employee.client,
    otherOwner: other.client,
  };
  ids = {
    owner: acme.person,
    admin: admin.person,
    manager: manager.person,
    officer: officer.person,
    employee: employee.person,
    otherOwner: other.person,
  };
  // No policy can name a role that never sees activity; of the others, both are named as viewers of everything.
  for (const { client } of [acme, other]) {
    for (const role of ['admin', 'privacy_officer', 'employee']) {
      const parameters = Object.fromEntries(parameterIds.map((id) => [id, { viewers: ['owner', 'manager', role] }]));
      const named = await client.send('PUT', '/policy', { baseVersion: 1, reason: 'everyone is named', parameters });
      expect([role, named.status]).toEqual([role, 400]);
    }
    const { policy } = await client.ok('GET', '/policy');
    for (const id of parameterIds) expect([id, policy.parameters[id].viewers]).toEqual([id, ['owner', 'manager']]);
  }
  const from = it.clock.now() - 3 * HOUR;
  day = await recordDay(it.data, acme.org, members.inTheirTeam.person, from);
  device = await enrol(it.url, other.client, outsider.person, it.clock.now());
});
afterAll(() => it.close());

type Rule = (actor: ActorName) => boolean;
const isOwner: Rule = (actor) => actor === 'owner' || actor === 'otherOwner';
const isAdmin: Rule = (actor) => actor === 'admin';
const isOfficer: Rule = (actor) => actor === 'officer';
const any =
  (...rules: Rule[]): Rule =>
  (actor) =>
    rules.some((rule) => rule(actor));

/** Routes about a person: asked of real data in `05-each-reads-what-is-theirs-to-read`. */
const personal = routeNames.filter((name) => shapeOf(name).path.includes(':person'));

/** Routes about the organisation, and what the answer is to those who may not. */
const common: Partial<Record<(typeof routeNames)[number], Rule>> = {
  people: () => true,
  accessLogs: () => true,
  teams: () => true,
  policy: () => true,
  policyVersion: () => true,
  policyHistory: () => true,
  policyKeys: () => true,
  rotatePolicyKey: isOwner,
  notice: () => true,
  noticeVersion: () => true,
  noticeTexts: () => true,
  noticeText: () => true,
  noticeIn: () => true,
  contacts: () => true,
  openObjections: any(isOwner, isOfficer),
  allCorrections: any(isOwner, isOfficer),
  allRestrictions: any(isOwner, isOfficer),
  allRequests: any(isOwner, isOfficer),
  // Whom they hold is asked for in 05-today-shows-whom-one-may-see.
  today: () => true,
  todayStream: () => true,
  invite: any(isOwner, isAdmin),
  invitations: any(isOwner, isAdmin),
  // Of a team that there is not: nobody manages it.
  leftOutOfTeam: any(isOwner, isAdmin),
  leaveOutOfTeam: any(isOwner, isAdmin),
  createTeam: any(isOwner, isAdmin),
  changeTeam: any(isOwner, isAdmin),
  changeContacts: any(isOwner, (actor) => actor === 'officer'),
  publishPolicy: any(isOwner, isAdmin, (actor) => actor === 'manager'),
  proposals: any(isOwner, isAdmin, (actor) => actor === 'manager'),
  propose: any(isOwner, isAdmin, (actor) => actor === 'manager'),
  answerProposal: any(isOwner, isAdmin, (actor) => actor === 'manager'),
  requireSecond: isOwner,
  coming: () => true,
  policyDraft: any(isOwner, isAdmin, (actor) => actor === 'manager'),
  savePolicyDraft: any(isOwner, isAdmin, (actor) => actor === 'manager'),
  discardPolicyDraft: any(isOwner, isAdmin, (actor) => actor === 'manager'),
  translateNotice: any(isOwner, isOfficer),
  proof: any(isOwner, isAdmin, isOfficer, (actor) => actor === 'manager'),
  proofStream: any(isOwner, isAdmin, isOfficer, (actor) => actor === 'manager'),
  securityEvents: any(isOwner, isAdmin, isOfficer),
  alarms: any(isOwner, isAdmin, isOfficer),
  acknowledgeAlarm: any(isOwner, isAdmin, isOfficer),
  securityEventProof: any(isOwner, isAdmin, isOfficer),
  auditCheckpoint: () => true,
  auditConsistency: () => true,
  processingRecord: any(isOwner, isOfficer),
  processingRecordPage: any(isOwner, isOfficer),
  processingRecordTable: any(isOwner, isOfficer),
  changeController: any(isOwner, isOfficer),
  processors: any(isOwner, isOfficer),
  recordProcessor: any(isOwner, isOfficer),
  assessments: any(isOwner, isOfficer),
  disclosures: any(isOwner, isOfficer),
  disclosuresPage: any(isOwner, isOfficer),
  disclosuresTable: any(isOwner, isOfficer),
  proposeDisclosure: any(isOwner, isOfficer),
  answerDisclosure: any(isOwner, isOfficer),
  incidents: any(isOwner, isOfficer),
  openIncident: any(isOwner, isOfficer),
  changeIncident: any(isOwner, isOfficer),
  incidentEvidence: any(isOwner, isOfficer),
  holds: any(isOwner, isOfficer),
  proposeHold: any(isOwner, isOfficer),
  answerHold: any(isOwner, isOfficer),
  recordAssessment: any(isOwner, isOfficer),
  selfCheck: any(isOwner, isOfficer),
  retention: any(isOwner, isAdmin, isOfficer),
  clock: any(isOwner, isAdmin, isOfficer),
  previewOrganisationExport: isOwner,
  exportOrganisation: isOwner,
  previewOrganisationEnding: isOwner,
  endOrganisation: isOwner,
  previewRetention: any(isOwner, isAdmin, (actor) => actor === 'manager'),
  previewEntries: any(isOwner),
  keepEntries: any(isOwner),
  releaseClock: any(isOwner, isAdmin),
  endings: any(isOwner, isAdmin, isOfficer),
  leavingDates: any(isOwner, isAdmin, isOfficer),
  certificate: any(isOwner, isAdmin, isOfficer),
  backups: any(isOwner, isAdmin),
  makeBackup: any(isOwner, isAdmin),
  specialSearch: any(isOwner, isOfficer),
  searchSpecial: any(isOwner, isOfficer),
  storedAbove: any(isOwner, isAdmin),
  eraseStored: any(isOwner, isAdmin),
  orderedErasures: any(isOwner, isAdmin, isOfficer, (actor) => actor === 'manager'),
};

/** Routes about the account of whoever asks: they name nobody. */
const ownAccount = [
  'signIn',
  'signInWithLink',
  'readInvitation',
  'acceptInvitation',
  'me',
  'signOut',
  'setPassword',
  'beginTotp',
  'confirmTotp',
  'secondFactor',
  'removeTotp',
  'renewRecoveryCodes',
  'sessions',
  'endOtherSessions',
  'endSession',
  'enrolmentNotice',
  'enrol',
];

test('every route is in exactly one of these tables', () => {
  const listed = [...personal, ...Object.keys(common), ...ownAccount];
  expect(listed.toSorted()).toEqual(routeNames.toSorted());
});

describe.each(Object.keys(common) as (typeof routeNames)[number][])('%s', (name) => {
  test.each(actors)('as %s: as the role says', async (actor) => {
    const example = examples({ person: ids[actor], device: ids[actor], image: ids[actor], day: day.day })[name];
    const asked = { invite: { email: acme.email }, createTeam: { name: `Team of ${actor}` } }[name as string] ?? {};
    const body = example.body === undefined ? undefined : { ...example.body, ...asked };
    if (shapeOf(name).response === 'text/event-stream') return expectStream(actor, pathOf(name, example));
    const reply = await clients[actor].send(shapeOf(name).method, pathOf(name, example), body);
    const allowed = common[name]?.(actor) === true;
    // What would change the organisation is asked for in a way that cannot: a taken address, a place for backups, a version or a team that is not there, a wrong name or password.
    const refused = {
      invite: 409,
      publishPolicy: 409,
      changeContacts: 409,
      rotatePolicyKey: 401,
      releaseClock: 401,
      keepEntries: 401,
      exportOrganisation: 401,
      endOrganisation: 400,
      changeTeam: 404,
    };
    const overtaken = {
      changeController: 409,
      recordAssessment: 409,
      recordProcessor: 409,
      translateNotice: 409,
      proposeDisclosure: 409,
      answerDisclosure: 409,
      openIncident: 409,
      changeIncident: 409,
      incidentEvidence: 404,
      proposeHold: 409,
      answerHold: 409,
      propose: 409,
      answerProposal: 404,
      requireSecond: 409,
      savePolicyDraft: 409,
      discardPolicyDraft: 409,
      noticeText: 404,
      eraseStored: 401,
      searchSpecial: 401,
      makeBackup: 409,
    };
    const notThere = {
      leftOutOfTeam: 404,
      leaveOutOfTeam: 404,
      securityEventProof: 404,
      acknowledgeAlarm: 404,
      certificate: 404,
    };
    const answer = { ...refused, ...overtaken, ...notThere, createTeam: 201 }[name as string] ?? 200;
    expect(reply.status).toBe(allowed ? answer : 403);
  });

  async function expectStream(actor: ActorName, path: string): Promise<void> {
    const abort = new AbortController();
    const headers = { cookie: clients[actor].cookie ?? '' };
    const response = await fetch(`${it.url}/api/v1${path}`, { headers, signal: abort.signal });
    abort.abort();
    expect(response.status).toBe(common[name]?.(actor) === true ? 200 : 403);
  }
});

test('lists hold the people and teams in scope, and nobody else', async () => {
  const everyone = [
    ...Object.entries(ids)
      .filter(([name]) => name !== 'otherOwner')
      .map(([, id]) => id),
    ...Object.values(members).map((one) => one.person),
  ];
  const expected: Record<ActorName, string[]> = {
    owner: everyone,
    admin: everyone,
    manager: [ids.manager, ids.employee, members.inTheirTeam.person],
    officer: [ids.officer],
    employee: [ids.employee],
    otherOwner: [other.person, outsider.person],
  };
  const teams: Record<ActorName, string[]> = {
    owner: ['A', 'B', 'Team of admin', 'Team of owner'],
    admin: ['A', 'B', 'Team of admin', 'Team of owner'],
    manager: ['A'],
    officer: [],
    employee: ['A'],
    otherOwner: ['Team of otherOwner'],
  };
  for (const actor of actors) {
    const { people } = await clients[actor].ok('GET', '/people');
    expect(people.map((one: { id: string }) => one.id).toSorted(), actor).toEqual(expected[actor].toSorted());
    const listed = await clients[actor].ok('GET', '/teams');
    expect(listed.teams.map((one: { name: string }) => one.name).toSorted(), actor).toEqual(teams[actor]);
  }
});

test('access logs are listed for whoever may read them: by name and address, everyone for a privacy officer, oneself for all others', async () => {
  const everyone = (await acme.client.ok('GET', '/people')).people as { id: string; name: string; email: string }[];
  for (const actor of actors) {
    const { people } = await clients[actor].ok('GET', '/access-logs');
    if (actor === 'officer') {
      const known = everyone.map(({ id, name, email }) => ({ id, name, email }));
      expect(people.toSorted(byId)).toEqual(known.toSorted(byId));
    } else {
      expect([actor, people.map((one: { id: string }) => one.id)]).toEqual([actor, [ids[actor]]]);
    }
  }
  function byId(a: { id: string }, b: { id: string }): number {
    return a.id.localeCompare(b.id);
  }
});

test('a device of one organisation is nobody in another: the agents’ socket refuses it, whatever organisation it names', async () => {
  await using agent = await dial(it.server.port);
  await agent.hello(device, { org: acme.org });
  expect((await agent.take('bye')).retry).toBe(false);
  expect(agent.frames.some((frame) => frame.type === 'welcome')).toBe(false);
  await using own = await dial(it.server.port);
  await own.hello(device);
  await own.take('welcome');
});

test('the cookie of a console session opens no agents’ socket, and no other socket is there', async () => {
  const headers = { cookie: acme.client.cookie ?? '', upgrade: 'websocket', connection: 'Upgrade' };
  const upgrade = (path: string) =>
    new Promise<number>((resolve, reject) => {
      const asked = request(`${it.url.replace('localhost', '127.0.0.1')}${path}`, {
        headers: { ...headers, 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-version': '13' },
      });
      asked.on('response', (response) => resolve(response.statusCode ?? 0));
      asked.on('upgrade', () => resolve(101));
      asked.on('error', reject);
      asked.end();
    });
  expect(await upgrade('/agent/v1')).toBe(400);
  expect(await upgrade('/console')).toBe(404);
});

test('a retired device is told to wipe, and its key opens nothing any more', async () => {
  const retiring = await enrol(it.url, acme.client, members.inNoTeam.person, it.clock.now());
  await using agent = await dial(it.server.port);
  await agent.hello(retiring);
  await agent.take('welcome');
  await acme.client.ok('DELETE', `/people/${members.inNoTeam.person}/devices/${retiring.record.device}`);
  expect(JSON.parse((await agent.take('wipe')).wipe.payload)).toMatchObject({ reason: 'retired' });
  await using again = await dial(it.server.port);
  await again.hello(retiring);
  expect((await again.take('bye')).reason).toBe('retired');
  const code = await acme.client.ok('POST', `/people/${members.inNoTeam.person}/enrolment-codes`, {});
  expect(code.code).toMatch(/^[0-9A-Z]{5}(-[0-9A-Z]{5}){3}$/);
});

test('without a session every route but the public ones answers 401', async () => {
  const stranger = createClient(it.url);
  for (const name of routeNames) {
    const shape = shapeOf(name);
    if (shape.auth === 'public') continue;
    const example = examples({ person: acme.person, device: acme.person, image: acme.person, day: day.day })[name];
    const reply = await stranger.send(shape.method, pathOf(name, example), example.body);
    expect([name, reply.status, reply.body.error.code]).toEqual([name, 401, 'unauthenticated']);
  }
});
