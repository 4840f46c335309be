import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parameterIds } from '../../shared/catalog.ts';
import type { RouteName, Routes } from '../../shared/protocol/http.ts';
import type { Role } from '../../shared/roles.ts';
import { dayOf, HOUR, MINUTE } from '../../shared/time.ts';
import {
  addMember,
  type Client,
  createClient,
  type Json,
  PASSWORD,
  type Reply,
  startServer,
  type TestOwner,
  type TestServer,
  totpCode,
} from '../support/api.ts';
import { batch, dial, receiptBy } from '../support/ingestKit.ts';
import { type RecordedDay, recordDay } from '../support/recordedDay.ts';
import { examples, pathOf, routeNames, shapeOf } from '../support/routeExamples.ts';

// PROMISES 5, FAULTS 16: every role × team × organisation × route that names a person, asked for real data of real people.
// Who may do what stands here a second time, written from the promise and not from the code that keeps it.

type Team = 'A' | 'B';

interface Standing {
  readonly org: 'acme' | 'other';
  readonly role: Role;
  readonly teams?: readonly Team[];
  readonly manages?: readonly Team[];
}

const standings = {
  owner: { org: 'acme', role: 'owner' },
  admin: { org: 'acme', role: 'admin' },
  // Works in the team that the other one manages: to be in a team is not to see it.
  managerOfA: { org: 'acme', role: 'manager', teams: ['B'], manages: ['A'] },
  managerOfB: { org: 'acme', role: 'manager', manages: ['B'] },
  officer: { org: 'acme', role: 'privacy_officer' },
  employee: { org: 'acme', role: 'employee', teams: ['A'] },
  colleague: { org: 'acme', role: 'employee', teams: ['A'] },
  inTeamB: { org: 'acme', role: 'employee', teams: ['B'] },
  inBothTeams: { org: 'acme', role: 'employee', teams: ['A', 'B'] },
  inNoTeam: { org: 'acme', role: 'employee' },
  otherOwner: { org: 'other', role: 'owner' },
  outsider: { org: 'other', role: 'employee' },
} as const satisfies Record<string, Standing>;

type Name = keyof typeof standings;
const names = Object.keys(standings) as Name[];
/** Who asks. `nobody` has no session. */
const actors = ['owner', 'admin', 'managerOfA', 'managerOfB', 'officer', 'employee', 'otherOwner', 'nobody'] as const;
type Actor = Exclude<(typeof actors)[number], 'nobody'>;
/** About whom. The id of `noOne` was never given to anybody. */
const subjects = [...names, 'noOne'] as const;
type Subject = (typeof subjects)[number];

interface Someone {
  readonly person: string;
  readonly name: string;
  readonly client: Client;
  readonly secret: string | null;
  readonly day: RecordedDay;
  /** A day that one owner looked at for this person, and for nobody else. */
  readonly lookedAt: string;
}

let it: TestServer;
let owners: Record<Standing['org'], TestOwner>;
let people: Record<Name, Someone>;

beforeAll(async () => {
  it = await startServer();
  owners = { acme: await it.addOrganisation('Acme'), other: await it.addOrganisation('Other') };
  const teams = await teamsOf(owners.acme.client);
  const everyone: Partial<Record<Name, Someone>> = {};
  for (const name of names) everyone[name] = await settle(name, teams);
  people = everyone as Record<Name, Someone>;
});
afterAll(() => it.close());

async function teamsOf(owner: Client): Promise<Record<Team, string>> {
  const [a, b] = [await owner.ok('POST', '/teams', { name: 'A' }), await owner.ok('POST', '/teams', { name: 'B' })];
  return { A: a.id, B: b.id };
}

/** Somebody with their role and teams, an hour of work, a device that has said what it does, and one look at them on record. */
async function settle(name: Name, teams: Record<Team, string>): Promise<Someone> {
  const standing: Standing = standings[name];
  const owner = owners[standing.org];
  const ids = (of: readonly Team[] = []) => of.map((team) => teams[team]);
  const member =
    name === 'owner' || name === 'otherOwner'
      ? { ...owner, secret: null }
      : await addMember(it, owner.client, standing.role, {
          ...{ name: `${name} Somebody`, email: `${name.toLowerCase()}@example.com` },
          ...{ teams: ids(standing.teams), managesTeams: ids(standing.manages) },
        });
  const day = await recordDay(it.data, owner.org, member.person, hourOfOneDay(it.clock.now() - 3 * HOUR));
  await sendReceipt(day, owner.client);
  const lookedAt = `2021-01-${String(names.indexOf(name) + 1).padStart(2, '0')}`;
  await owner.client.ok('GET', `/people/${member.person}/day?day=${lookedAt}&purpose=support`);
  const { name: called } = (await member.client.ok('GET', '/session')).person;
  return { person: member.person, name: called, client: member.client, secret: member.secret, day, lookedAt };
}

/** The hour from here on, or the one before it where this one would reach into the next day. */
function hourOfOneDay(from: number): number {
  return dayOf(from) === dayOf(from + HOUR) ? from : from - HOUR;
}

async function sendReceipt({ device }: RecordedDay, owner: Client): Promise<void> {
  const { policy, hash } = await owner.ok('GET', '/policy');
  await using agent = await dial(it.server.port);
  await agent.hello(device);
  await agent.take('welcome');
  agent.send({ type: 'receipt', receipt: receiptBy(device, { document: policy, hash }, { at: it.clock.now() }) });
  agent.send(batch(agent, 2, null, []));
  await agent.take('ack'); // what was sent before it has been taken too
}

// ── Who may ──

type Rule = (actor: Actor, subject: Name) => boolean;
const self: Rule = (actor, subject) => actor === subject;
const is =
  (...roles: Role[]): Rule =>
  (actor) =>
    roles.includes(standings[actor].role);
const theirManager: Rule = (actor, subject) => {
  const [asking, asked]: readonly [Standing, Standing] = [standings[actor], standings[subject]];
  return asked.teams?.some((team) => asking.manages?.includes(team)) ?? false;
};
const any =
  (...rules: Rule[]): Rule =>
  (actor, subject) =>
    rules.some((rule) => rule(actor, subject));
/** Whoever has the link of an invitation becomes that person: an admin gets none to an account that sees activity. */
const inviter = any(is('owner'), (actor, subject) => {
  return actor === 'admin' && ['privacy_officer', 'employee'].includes(standings[subject].role);
});
const ends = any(is('owner'), (actor, subject) => actor === 'admin' && subject !== 'admin' && subject !== 'owner');
const seesActivity = any(self, is('owner'), theirManager);

/** A route that names a person: who may ask it about whom, what it then answers, and what is on record afterwards. */
interface Row {
  readonly may: Rule;
  /** What the answer says of the person, and of whom else: compared with `saidOf`. */
  said(body: Json): unknown;
  saidOf(subject: Someone, isSeen: boolean, isOwn: boolean): unknown;
  readonly status?: 201 | 400 | 401 | 404 | 409 | 413;
  /** The entry in the person's access log; null where it is no read of what they do. */
  readonly logged: string | null;
  /** For how many purposes somebody else asks: one entry for each. */
  readonly purposes?: number;
  /** False where only looks at others are put on record. */
  readonly logsOwn?: boolean;
  /** Refusals are in the access log too. */
  readonly logsRefusals: boolean;
  /** The security event of a refusal. */
  readonly refusal: string;
  /** Asking for somebody who is not there is one too. */
  readonly noticesElsewhere: boolean;
}

const read = { logsRefusals: true, refusal: 'refused_read', noticesElsewhere: true } as const;
const change = { logged: null, logsRefusals: false, refusal: 'refused_request', noticesElsewhere: false } as const;

const answers: Rule = (actor, subject) => actor !== subject && is('owner', 'privacy_officer')(actor, subject);
const aboutNoRestriction = {
  ...change,
  status: 404,
  refusal: 'refused_restriction',
  said: ({ error }: Json) => error.code,
  saidOf: () => 'not_found',
} as const;
const aboutNoCorrection = {
  ...change,
  status: 404,
  refusal: 'refused_correction',
  said: ({ error }: Json) => error.code,
  saidOf: () => 'not_found',
} as const;
const aboutNoRequest = {
  ...change,
  status: 404,
  refusal: 'refused_rights_request',
  said: ({ error }: Json) => error.code,
  saidOf: () => 'not_found',
} as const;

/** Of an import, or a file, that is not there. */
const import_ = {
  ...change,
  refusal: 'refused_import',
  may: self,
  said: ({ error }: Json) => error.code,
} as const;

/** By its path a route is about a person or it is not: one that is new and has no row here does not compile. */
type PersonalRoute = {
  [N in RouteName]: Routes[N]['path'] extends `${string}:person${string}` ? N : never;
}[RouteName];

const rows: Record<PersonalRoute, Row> = {
  day: {
    ...read,
    logged: 'day',
    purposes: 2,
    may: seesActivity,
    said: ({ person, notes, screenshots }) => [
      person,
      notes.map(({ note }: Json) => note),
      screenshots.map(({ image }: Json) => image),
    ],
    saidOf: ({ person, name, day }) => [{ id: person, name }, [noteOf(day)], [day.image]],
  },
  week: {
    ...read,
    logged: 'week',
    purposes: 2,
    may: seesActivity,
    said: ({ person, days }) => [
      person,
      [...new Set(days.flatMap(({ totals }: Json) => totals.byProject.map(({ label }: Json) => label)))],
      days.reduce((sum: number, { totals }: Json) => sum + totals.trackedMs, 0),
    ],
    saidOf: ({ person, name }) => [{ id: person, name }, ['Website'], 50 * MINUTE],
  },
  observations: {
    ...read,
    logged: 'observations',
    may: seesActivity,
    said: ({ observations }) => observations,
    saidOf: ({ day }) => day.observations.filter(({ parameter }) => parameter === 'notes'),
  },
  screenshot: {
    ...read,
    logged: 'screenshot',
    may: seesActivity,
    said: (body: Buffer) => body.toString(),
    saidOf: ({ day }) => Buffer.from(day.imageBytes).toString(),
  },
  held: {
    ...change,
    logged: 'held',
    refusal: 'refused_export',
    may: self,
    said: ({ parameters }) => parameters.map(({ parameter, days, images }: Json) => [parameter, days, images]),
    saidOf: ({ day }) =>
      parameterIds
        .filter((id) => day.observations.some(({ parameter }) => parameter === id))
        .map((id) => [id, [day.day], id === 'screenshot' ? 1 : 0]),
  },
  // None of their computers has said yes: who may is told that, and nothing is on record of a look that was none.
  exportData: {
    ...change,
    status: 409,
    refusal: 'refused_export',
    may: self,
    said: ({ error }) => error.code,
    saidOf: () => 'conflict',
  },
  ownIncidents: {
    ...{ ...change, refusal: 'refused_incidents' },
    may: self,
    said: ({ incidents }) => incidents,
    saidOf: () => [],
  },
  ownHolds: {
    ...{ ...change, refusal: 'refused_holds' },
    may: self,
    said: ({ holds }) => holds,
    saidOf: () => [],
  },
  ownDisclosures: {
    ...{ ...change, refusal: 'refused_disclosures' },
    may: self,
    said: ({ disclosures }) => disclosures,
    saidOf: () => [],
  },
  ownDisclosuresPage: {
    ...{ ...change, refusal: 'refused_disclosures' },
    may: self,
    said: (body: Buffer) => /<h1>(.*)<\/h1>/.exec(body.toString())?.[1],
    saidOf: ({ name }) => `To whom data about ${name} was given`,
  },
  ownDisclosuresTable: {
    ...{ ...change, refusal: 'refused_disclosures' },
    may: self,
    said: (body: Buffer) => body.toString().trim().split('\r\n').length,
    saidOf: () => 1,
  },
  imports: {
    ...{ ...import_, logged: 'held' },
    said: ({ imports }) => imports,
    saidOf: () => [],
  },
  arrival: { ...import_, said: ({ arrival }) => arrival, saidOf: () => null },
  beginArrival: { ...import_, status: 413, saidOf: () => 'too_large' },
  sendPart: { ...import_, status: 400, saidOf: () => 'bad_request' },
  dropArrival: { ...import_, status: 404, saidOf: () => 'not_found' },
  takeArrival: { ...import_, status: 404, saidOf: () => 'not_found' },
  importedDay: { ...import_, logged: 'imported', status: 404, saidOf: () => 'not_found' },
  eraseImport: { ...import_, status: 404, saidOf: () => 'not_found' },
  erasures: {
    ...{ ...change, refusal: 'refused_erasure' },
    may: self,
    said: ({ erasures }) => erasures,
    saidOf: () => [],
  },
  previewErasure: {
    ...{ ...change, logged: 'held', refusal: 'refused_erasure' },
    may: self,
    said: ({ goes }) => goes.map(({ parameter, days }: Json) => [parameter, days.map(({ day }: Json) => day)]),
    saidOf: ({ day }) => [['notes', [day.day]]],
  },
  // Asked with a wrong password, as above.
  erase: {
    ...{ ...change, status: 401, refusal: 'refused_erasure' },
    may: self,
    said: ({ error }) => error.code,
    saidOf: () => 'wrong_credentials',
  },
  accesses: {
    ...change,
    logged: 'accesses',
    logsOwn: false,
    refusal: 'refused_access_log',
    may: any(self, is('privacy_officer')),
    said: ({ accesses }) =>
      accesses.map(({ day }: Json) => day).filter((day: string | null) => day?.startsWith('2021')),
    saidOf: ({ lookedAt }) => [lookedAt],
  },
  // Of an entry that there is not.
  accessProof: {
    ...{ ...change, status: 404, refusal: 'refused_access_log' },
    may: any(self, is('privacy_officer')),
    said: ({ error }) => error.code,
    saidOf: () => 'not_found',
  },
  devices: {
    ...change,
    refusal: 'refused_device_read',
    may: any(self, is('owner', 'admin'), theirManager),
    said: ({ devices }) => devices.map(({ id, person, committedSeq }: Json) => [id, person, committedSeq]),
    saidOf: ({ person, day }, _, isOwn) => [[day.device.record.device, person, isOwn ? 2 : null]],
  },
  deviceReceipt: {
    logged: 'receipt',
    logsRefusals: false,
    refusal: 'refused_device_read',
    noticesElsewhere: false,
    may: any(self, is('owner', 'admin', 'privacy_officer'), theirManager),
    said: ({ devicePublicKey, switches, receipt, parameters }) => [
      devicePublicKey,
      Object.keys(switches).length,
      receipt === null ? null : JSON.parse(receipt.payload).device,
      Object.keys(parameters).length,
    ],
    saidOf: ({ day }, isSeen) => [
      day.device.record.publicKey,
      parameterIds.length,
      isSeen ? day.device.record.device : null,
      isSeen ? parameterIds.length : 0,
    ],
  },
  // The device is not connected: who may ask is told that, which is a look all the same.
  selfTest: {
    ...{ ...change, status: 409, logged: 'self_test', refusal: 'refused_device_read' },
    may: seesActivity,
    said: ({ error }) => error.code,
    saidOf: () => 'conflict',
  },
  objections: {
    ...change,
    refusal: 'refused_objection',
    may: any(self, is('owner', 'admin', 'privacy_officer'), theirManager),
    said: ({ objections }) => objections,
    saidOf: () => [],
  },
  // Nothing of titles is collected here: whoever may would make, end or answer an objection, if there were one to make.
  object: {
    ...{ ...change, status: 409, refusal: 'refused_objection' },
    may: self,
    said: ({ error }) => error.code,
    saidOf: () => 'conflict',
  },
  endObjection: {
    ...{ ...change, status: 404, refusal: 'refused_objection' },
    may: self,
    said: ({ error }) => error.code,
    saidOf: () => 'not_found',
  },
  answerObjection: {
    ...{ ...change, status: 404, refusal: 'refused_objection' },
    may: answers,
    said: ({ error }) => error.code,
    saidOf: () => 'not_found',
  },
  entries: {
    ...{ ...change, refusal: 'refused_correction', logged: 'observations' },
    may: self,
    said: ({ entries }) => entries.map(({ stored }: Json) => stored),
    saidOf: ({ day }) => day.observations.filter(({ parameter }) => parameter === 'notes'),
  },
  corrections: {
    ...{ ...change, refusal: 'refused_correction' },
    may: any(self, is('owner', 'privacy_officer')),
    said: ({ corrections }) => corrections,
    saidOf: () => [],
  },
  // Of a record that nobody has.
  correct: { ...aboutNoCorrection, may: self },
  withdrawDispute: { ...aboutNoCorrection, may: self },
  answerDispute: { ...aboutNoCorrection, may: answers },
  tellRecipient: { ...aboutNoCorrection, may: answers },
  restrictions: {
    ...change,
    refusal: 'refused_restriction',
    may: any(self, is('owner', 'privacy_officer')),
    said: ({ restrictions }) => restrictions,
    saidOf: () => [],
  },
  // Nobody has objected to it here, so that it is restricted for no such reason, and nothing is there to be ended or lifted.
  restrict: { ...aboutNoRestriction, may: self, status: 409, saidOf: () => 'conflict' },
  endRestriction: { ...aboutNoRestriction, may: self },
  tellLift: { ...aboutNoRestriction, may: answers },
  readLift: { ...aboutNoRestriction, may: self },
  liftRestriction: { ...aboutNoRestriction, may: answers },
  age: {
    ...change,
    refusal: 'refused_age',
    may: any(self, is('owner', 'admin', 'privacy_officer')),
    said: ({ person, minor }) => [person, minor],
    saidOf: ({ person }) => [person, null],
  },
  // Nobody is said not to be of age here: whoever may would take that back.
  sayAge: {
    ...{ ...change, status: 409, refusal: 'refused_age' },
    may: (actor, subject) => actor !== subject && is('owner', 'admin', 'privacy_officer')(actor, subject),
    said: ({ error }) => error.code,
    saidOf: () => 'conflict',
  },
  // Nothing rests on consent here: whoever may would give or withdraw one, if there were one to give.
  consents: {
    ...change,
    refusal: 'refused_consent',
    may: self,
    said: ({ consents }) => consents,
    saidOf: () => [],
  },
  giveConsent: {
    ...{ ...change, status: 409, refusal: 'refused_consent' },
    may: self,
    said: ({ error }) => error.code,
    saidOf: () => 'conflict',
  },
  withdrawConsent: {
    ...{ ...change, status: 404, refusal: 'refused_consent' },
    may: self,
    said: ({ error }) => error.code,
    saidOf: () => 'not_found',
  },
  layers: {
    ...{ ...change, logged: 'layers', refusal: 'refused_layers' },
    may: any(self, is('owner', 'admin', 'privacy_officer'), theirManager),
    said: ({ person, parameters }) => [person, parameters.map(({ devices }: Json) => devices.length)],
    saidOf: ({ person }) => [person, parameterIds.map(() => 1)],
  },
  leftOutOfPerson: {
    ...{ ...change, refusal: 'refused_left_out' },
    may: any(self, is('owner', 'admin', 'privacy_officer'), theirManager),
    said: ({ person, teams }) => [person.revision, teams],
    saidOf: () => [0, []],
  },
  // Somebody has changed it meanwhile: whoever may is told that.
  leaveOutOfPerson: {
    ...{ ...change, status: 409, refusal: 'refused_left_out' },
    may: any(is('owner', 'admin'), theirManager),
    said: ({ error }) => error.code,
    saidOf: () => 'conflict',
  },
  ownExclusions: {
    ...{ ...change, refusal: 'refused_left_out' },
    may: self,
    said: (body) => body,
    saidOf: () => ({ revision: 0, exclusions: { apps: [], sites: [] } }),
  },
  // Made from another revision: whoever may is told that.
  leaveOutOwn: {
    ...{ ...change, status: 409, refusal: 'refused_left_out' },
    may: self,
    said: ({ error }) => error.code,
    saidOf: () => 'conflict',
  },
  chooseZone: { ...change, may: self, said: (body) => body, saidOf: () => ({ zone: 'Asia/Tokyo' }) },
  requests: {
    ...change,
    refusal: 'refused_rights_request',
    may: any(self, is('owner', 'privacy_officer')),
    said: ({ requests }) => requests,
    saidOf: () => [],
  },
  // With a wrong password, or of a request that nobody filed: whoever may is told that.
  fileRequest: {
    ...{ ...change, status: 401, refusal: 'refused_rights_request' },
    may: self,
    said: ({ error }) => error.code,
    saidOf: () => 'wrong_credentials',
  },
  agreeToRequest: { ...aboutNoRequest, may: self },
  withdrawRequest: { ...aboutNoRequest, may: self },
  confirmIdentity: { ...aboutNoRequest, may: answers },
  extendRequest: { ...aboutNoRequest, may: answers },
  answerRequest: { ...aboutNoRequest, may: answers },
  receiveRequest: {
    ...{ ...change, status: 201, refusal: 'refused_rights_request' },
    may: answers,
    said: ({ person, state }) => [person, state],
    saidOf: ({ person }) => [person, 'awaiting_device'],
  },
  previewRequestedErasure: { ...aboutNoRequest, may: answers },
  carryOutErasure: { ...aboutNoRequest, may: answers },
  carryOutCorrection: { ...aboutNoRequest, may: answers },
  representRequest: {
    ...{ ...change, status: 201, refusal: 'refused_rights_request' },
    may: answers,
    said: ({ person, state }) => [person, state],
    saidOf: ({ person }) => [person, 'awaiting_person'],
  },
  retireDevice: {
    ...change,
    may: any(self, is('owner', 'admin')),
    said: ({ id, person, status }) => [id, person, status],
    saidOf: ({ person, day }) => [day.device.record.device, person, 'retired'],
  },
  createEnrolmentCode: {
    ...change,
    status: 201,
    may: any(self, is('owner', 'admin')),
    said: ({ code }) =>
      createClient(it.url)
        .ok('POST', '/enrolment/notice', { code })
        .then(({ person }) => person),
    saidOf: ({ name }) => name,
  },
  enrolmentCodes: {
    ...change,
    may: any(self, is('owner', 'admin')),
    said: ({ codes }) => codes.map(({ id }: Json) => id).includes(lastCode),
    saidOf: () => true,
  },
  withdrawEnrolmentCode: {
    ...change,
    may: any(self, is('owner', 'admin')),
    said: (body) => body,
    saidOf: () => ({ ok: true }),
  },
  // Everyone here has come already: whoever may would get a new link, or end it, if there were one.
  renewInvitation: { ...change, status: 409, may: inviter, said: ({ error }) => error.code, saidOf: () => 'conflict' },
  withdrawInvitation: {
    ...{ ...change, status: 409 },
    may: any(is('owner'), (actor, subject) => actor === 'admin' && subject !== 'admin' && subject !== 'owner'),
    said: ({ error }) => error.code,
    saidOf: () => 'conflict',
  },
  previewEnding: {
    ...{ ...change, refusal: 'refused_ending' },
    may: ends,
    said: ({ name, obstacle }) => [name, obstacle],
    saidOf: ({ name }, _, isOwn) => [name, isOwn ? { kind: 'only_owner' } : null],
  },
  leavingDate: {
    ...{ ...change, refusal: 'refused_ending' },
    may: any(self, is('owner', 'admin', 'privacy_officer')),
    said: ({ person, leaving }) => [person, leaving],
    saidOf: ({ person }) => [person, null],
  },
  // A day that is too far ahead.
  setLeavingDate: {
    ...{ ...change, status: 400, refusal: 'refused_ending' },
    may: ends,
    said: ({ error }) => error.code,
    saidOf: () => 'bad_request',
  },
  // Of nobody a day is set.
  postponeLeavingDate: {
    ...{ ...change, status: 404, refusal: 'refused_ending' },
    may: ends,
    said: ({ error }) => error.message,
    saidOf: () => 'no last day is set for this account',
  },
  cancelLeavingDate: {
    ...{ ...change, status: 404, refusal: 'refused_ending' },
    may: ends,
    said: ({ error }) => error.message,
    saidOf: () => 'no last day is set for this account',
  },
  // With the name of nobody.
  endAccount: {
    ...{ ...change, status: 400, refusal: 'refused_ending' },
    may: ends,
    said: ({ error }) => error.code,
    saidOf: () => 'bad_request',
  },
  changePerson: {
    ...change,
    may: ends,
    said: ({ id, name }) => [id, name],
    saidOf: ({ person, name }) => [person, name],
  },
};

test('every route whose path names a person is asked here', () => {
  const naming = routeNames.filter((name) => shapeOf(name).path.includes(':person'));
  expect(Object.keys(rows).toSorted()).toEqual(naming.toSorted());
});

describe.each(Object.keys(rows) as PersonalRoute[])('%s', (route) => {
  test.each(actors)(
    'as %s: answers with the data of whom they may see, refuses the rest, and puts both on record',
    async (actor) => {
      const logs = logsSoFar ?? (await logsOfAll());
      logsSoFar = null;
      const refusals = await refusalsOf(actor);
      const expected: Expected = { logged: {}, refusals: 0 };
      for (const subject of subjects) {
        const reply = await ask(route, actor, subject);
        if (actor === 'nobody') expectError(subject, reply, 401, 'unauthenticated');
        // Who is in another organisation, or nowhere, does not exist; nothing tells the one from the other.
        else if (isElsewhere(actor, subject)) expectError(subject, reply, 404, 'not_found');
        else if (!rows[route].may(actor, subject)) {
          expectError(subject, reply, 403, 'forbidden');
          expected.refusals += 1;
          if (rows[route].logsRefusals) expected.logged[subject] = entriesOf(route, actor, true);
        } else {
          await expectAnswer(route, actor, subject, reply);
          const { logged, logsOwn = true } = rows[route];
          if (logged !== null && (logsOwn || actor !== subject))
            expected.logged[subject] = entriesOf(route, actor, false, actor === subject);
        }
      }
      const after = await logsOfAll();
      for (const name of names) {
        expect([name, after[name].slice(0, -logs[name].length)]).toEqual([name, expected.logged[name] ?? []]);
      }
      expect(await refusalsOf(actor)).toEqual(withMore(refusals, route, actor, expected.refusals));
      logsSoFar = after;
    },
    120_000,
  );
});

test('what each case read of the refusals is, at the end of all, what is on record of them', async () => {
  const counted = await Promise.all(actors.map((actor) => refusalsOf(actor)));
  settled.clear();
  expect(await Promise.all(actors.map((actor) => refusalsOf(actor)))).toEqual(counted);
});

// What takes bytes wants them before it looks for anything: 38-what-was-recorded-can-be-brought-along sends some.
const withAnotherId = (Object.keys(rows) as PersonalRoute[]).filter(
  (name) => /:person.*:(?!parameter)/.test(shapeOf(name).path) && typeof shapeOf(name).body !== 'string',
);

test.each(withAnotherId)(
  '%s: under a person whom one may see, what belongs to another one is not there',
  async (route) => {
    const [mine, theirs] = [people.employee, [people.colleague, people.inTeamB, people.outsider]];
    for (const actor of ['employee', 'owner', 'managerOfA'] as const) {
      for (const { day } of theirs) {
        const ids = { person: mine.person, device: day.device.record.device, image: day.image, day: dayOf(day.from) };
        const example = examples(ids)[route];
        const { client } = people[actor];
        const reply = await client.send(shapeOf(route).method, pathOf(route, example), example.body);
        const isRefused = !rows[route].may(actor, 'employee');
        expect([actor, reply.status]).toEqual([actor, isRefused ? 403 : 404]);
      }
    }
  },
);

interface LogEntry {
  readonly actor: string;
  readonly actorRole: string;
  readonly action: string | null;
  readonly refused: boolean;
}

interface Expected {
  readonly logged: Partial<Record<Name, LogEntry[]>>;
  refusals: number;
}

function isElsewhere(actor: Actor, subject: Subject): subject is 'noOne' {
  return subject === 'noOne' || standings[actor].org !== standings[subject].org;
}

function entriesOf(route: PersonalRoute, actor: Actor, refused: boolean, isOwn = false): LogEntry[] {
  const { logged: action, purposes = 1 } = rows[route];
  return Array.from({ length: isOwn ? 1 : purposes }, () => ({
    actor: people[actor].person,
    actorRole: standings[actor].role,
    action,
    refused,
  }));
}

/** Nothing comes with it of anybody whose data was asked for. */
function expectError(subject: Subject, { status, body }: Reply, expected: number, code: string): void {
  expect([subject, status, body.error?.code]).toEqual([subject, expected, code]);
  const text = JSON.stringify(body);
  const parts = Object.values(people).flatMap(({ person, name, day }) => [
    ...[person, name, day.image, day.device.record.device, day.device.record.publicKey],
  ]);
  expect(parts.filter((part) => text.includes(part))).toEqual([]);
}

async function expectAnswer(route: PersonalRoute, actor: Actor, subject: Name, reply: Reply): Promise<void> {
  const { said, saidOf, status = 200 } = rows[route];
  expect([subject, reply.status]).toEqual([subject, status]);
  const known = saidOf(people[subject], seesActivity(actor, subject), self(actor, subject));
  expect([subject, await said(reply.body)]).toEqual([subject, known]);
}

/** Id of the code that was made last for whoever was asked about. */
let lastCode = '';

/** A code of this person's own making, and its id. */
async function makeCode(someone: Someone): Promise<string> {
  const { person, client } = someone;
  await client.ok('POST', `/people/${person}/enrolment-codes`, {});
  return (await codesOf(someone)).at(-1).id;
}

async function codesOf({ person, client }: Someone): Promise<Json> {
  return (await client.ok('GET', `/people/${person}/enrolment-codes`)).codes;
}

/** Nobody may have more than a few that are open. */
async function withdrawCodes(someone: Someone): Promise<void> {
  for (const { id } of await codesOf(someone))
    await someone.client.ok('DELETE', `/people/${someone.person}/enrolment-codes/${id}`);
}

/** Nobody may have more than two that others filed for them and that wait. */
async function withdrawRequests({ person, client }: Someone): Promise<void> {
  const { requests } = await client.ok('GET', `/people/${person}/requests`);
  for (const { request, state } of requests)
    if (state !== 'withdrawn') await client.ok('POST', `/people/${person}/requests/${request}/withdrawal`, {});
}

/** A code works once. */
function proofOf({ secret }: Someone): { password: string; totp?: string } {
  if (secret === null) return { password: PASSWORD };
  it.clock.advance(MINUTE);
  return { password: PASSWORD, totp: totpCode(secret, it.clock.now()) };
}

/** The request that would show this person's real data, or change nothing about them. */
async function ask(route: PersonalRoute, actor: Actor | 'nobody', subject: Subject): Promise<Reply> {
  const client = actor === 'nobody' ? createClient(it.url) : people[actor].client;
  // Of somebody who was never there: everything of somebody who is, so that it is the person alone that decides.
  const whose = people[subject === 'noOne' ? 'employee' : subject];
  const { day } = whose;
  if (/nrolmentCode/.test(route)) await withdrawCodes(whose);
  if (/^re(present|ceive)Request/.test(route)) await withdrawRequests(whose);
  lastCode = route === 'enrolmentCodes' || route === 'withdrawEnrolmentCode' ? await makeCode(whose) : '';
  const person = subject === 'noOne' ? randomUUID() : people[subject].person;
  const ids = { person, device: day.device.record.device, image: day.image, day: dayOf(day.from), code: lastCode };
  const example = examples(ids)[route];
  const query = {
    ...example.query,
    ...(example.query?.['purpose'] !== undefined && actor === subject ? { purpose: 'own_data' } : {}),
    ...(example.query?.['parameter'] === undefined ? {} : { parameter: 'notes' }),
  };
  const proof = route === 'receiveRequest' && actor !== 'nobody' ? proofOf(people[actor]) : {};
  const body = route === 'changePerson' ? {} : example.body && { ...example.body, ...proof };
  return client.send(shapeOf(route).method, pathOf(route, { ...example, query }), body);
}

/** What each person sees of who looked at them, newest first. */
async function logsOfAll(): Promise<Record<Name, LogEntry[]>> {
  const logs: Partial<Record<Name, LogEntry[]>> = {};
  for (const name of names) {
    const { person, client } = people[name];
    const { accesses } = await client.ok('GET', `/people/${person}/accesses`);
    logs[name] = accesses.map(({ actor, actorRole, action, refused }: Json) => ({ actor, actorRole, action, refused }));
  }
  return logs as Record<Name, LogEntry[]>;
}

type Event = { readonly at: number; readonly kind: string; readonly person: string | null; readonly count: number };

/** Those of minutes that are over: nothing is counted onto them any more, so that no case reads them anew. */
const settled = new Map<Standing['org'], readonly Event[]>();
/** As the case before has left the lists; null where it has not come to its end. */
let logsSoFar: Record<Name, LogEntry[]> | null = null;

/** How often each kind of refusal is on record of somebody. */
async function refusalsOf(actor: Actor | 'nobody'): Promise<Record<string, number>> {
  if (actor === 'nobody') return {};
  const counts: Record<string, number> = {};
  for (const { kind, person, count } of await eventsOf(standings[actor].org))
    if (person === people[actor].person && kind.startsWith('refused_')) counts[kind] = (counts[kind] ?? 0) + count;
  return counts;
}

async function eventsOf(org: Standing['org']): Promise<readonly Event[]> {
  const known = settled.get(org) ?? [];
  const since = known[0]?.at ?? 0;
  const newer: Event[] = [];
  for (let before = ''; ; ) {
    const { events }: { events: Event[] } = await owners[org].client.ok('GET', `/security-events${before}`);
    newer.push(...events.filter(({ at }) => at > since));
    const oldest = events.at(-1);
    if (events.length < 200 || oldest === undefined || oldest.at <= since) break;
    before = `?before=${oldest.at}`;
  }
  const all = [...newer, ...known];
  const minute = it.clock.now() - (it.clock.now() % MINUTE);
  settled.set(
    org,
    all.filter(({ at }) => at < minute),
  );
  return all;
}

function withMore(
  refusals: Record<string, number>,
  route: PersonalRoute,
  actor: Actor | 'nobody',
  refused: number,
): Record<string, number> {
  const { refusal, noticesElsewhere } = rows[route];
  const elsewhere = actor === 'nobody' ? 0 : subjects.filter((subject) => isElsewhere(actor, subject)).length;
  const more = refused + (noticesElsewhere ? elsewhere : 0);
  return more === 0 ? refusals : { ...refusals, [refusal]: (refusals[refusal] ?? 0) + more };
}

function noteOf({ observations }: RecordedDay): string {
  const note = observations.find(({ parameter }) => parameter === 'notes');
  return note?.parameter === 'notes' ? note.note : '';
}
