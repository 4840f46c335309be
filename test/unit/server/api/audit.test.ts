import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  addMember,
  type Client,
  type Member,
  startServer,
  type TestOwner,
  type TestServer,
} from '../../../support/api.ts';
import { enrol } from '../../../support/enrolled.ts';
import { dial, receiptBy } from '../../../support/ingestKit.ts';

let it: TestServer;
let acme: TestOwner;
let admin: Member;
let employee: Member;
let team: string;
let another: string;

beforeAll(async () => {
  it = await startServer();
  acme = await it.addOrganisation('Acme');
  team = (await acme.client.ok('POST', '/teams', { name: 'A' })).id;
  another = (await acme.client.ok('POST', '/teams', { name: 'B' })).id;
  admin = await addMember(it, acme.client, 'admin', { name: 'Admin', email: 'admin@acme.example.com' });
  employee = await addMember(it, acme.client, 'employee', {
    name: 'Emp',
    email: 'emp@acme.example.com',
    teams: [team],
  });
});
afterAll(() => it.close());

async function kinds(person?: string): Promise<string[]> {
  const { events } = await acme.client.ok('GET', '/security-events');
  const theirs = events.filter((one: { person: string }) => person === undefined || one.person === person);
  return theirs.map((one: { kind: string }) => one.kind);
}

test('an admin cannot invite somebody who would see activity, and read through them', async () => {
  for (const role of ['manager', 'owner']) {
    const puppet = {
      name: 'Puppet',
      email: 'puppet@nowhere.example.com',
      role,
      managesTeams: role === 'manager' ? [team] : [],
    };
    expect((await admin.client.send('POST', '/people', puppet)).status).toBe(403);
  }
});

test('an admin cannot promote somebody to see activity, or give a manager one more team', async () => {
  const manager = await addMember(it, acme.client, 'manager', {
    name: 'Man',
    email: 'man@acme.example.com',
    managesTeams: [team],
  });
  const byAdmin = (person: string, body: object) => admin.client.send('PATCH', `/people/${person}`, body);
  expect((await byAdmin(employee.person, { role: 'manager', managesTeams: [another] })).status).toBe(403);
  expect((await byAdmin(manager.person, { managesTeams: [team, another] })).status).toBe(403);
  expect((await byAdmin(manager.person, { name: 'Manager', role: 'manager', managesTeams: [team] })).status).toBe(200);
  expect((await byAdmin(manager.person, { managesTeams: [] })).status).toBe(200);
});

test('an admin cannot put anybody before the eyes of a manager, and an owner can', async () => {
  const watched = (await acme.client.ok('POST', '/teams', { name: 'Watched' })).id;
  const boss = await addMember(it, acme.client, 'manager', {
    ...{ name: 'Boss', email: 'boss@acme.example.com', managesTeams: [watched] },
  });
  const mia = await addMember(it, acme.client, 'employee', { name: 'Mia', email: 'mia@acme.example.com' });
  const seen = () => boss.client.send('GET', `/people/${mia.person}/day?day=2026-01-05&purpose=working_time`);
  const joining = { teams: [watched] };
  const refused = await admin.client.send('PATCH', `/people/${mia.person}`, joining);
  expect([refused.status, refused.body.error.message]).toEqual([
    403,
    expect.stringContaining('more people in a team that has a manager'),
  ]);
  const invitation = { name: 'New', email: 'new@acme.example.com', role: 'employee' };
  expect((await admin.client.send('POST', '/people', { ...invitation, ...joining })).status).toBe(403);
  await admin.client.ok('POST', '/people', invitation);
  expect((await admin.client.send('POST', '/people', { ...invitation, ...joining })).status).toBe(403);
  expect((await seen()).status).toBe(403);
  await acme.client.ok('PATCH', `/people/${mia.person}`, joining);
  expect((await seen()).status).toBe(200);
  await admin.client.ok('PATCH', `/people/${mia.person}`, { name: 'Mia M.', ...joining });
  await admin.client.ok('PATCH', `/people/${mia.person}`, { teams: [] });
  expect((await seen()).status).toBe(403);
});

test('an admin who invites again a manager whom an owner invited gets no link to that account', async () => {
  const pending = { name: 'Pat', email: 'pat@acme.example.com', role: 'manager', managesTeams: [team] };
  await acme.client.ok('POST', '/people', pending);
  expect((await admin.client.send('POST', '/people', pending)).status).toBe(403);
});

test('an invitation, and a change of role, teams or managed teams, is on record under the person', async () => {
  const email = 'kim@acme.example.com';
  const { person } = await acme.client.ok('POST', '/people', { name: 'Kim', email, role: 'employee' });
  expect(await kinds(person.id)).toEqual(['invited']);
  const change = (body: object) => acme.client.ok('PATCH', `/people/${person.id}`, body);
  await change({ teams: [team] });
  await change({ role: 'manager', managesTeams: [team] });
  await change({ managesTeams: [another] });
  await change({ managesTeams: [another], teams: [team] });
  const { events } = await acme.client.ok('GET', '/security-events');
  const counted = events
    .filter((one: { person: string }) => one.person === person.id)
    .map(({ kind, count }: { kind: string; count: number }) => [kind, count]);
  const total = (kind: string) =>
    counted.filter(([one]: [string]) => one === kind).reduce((sum: number, [, n]: [string, number]) => sum + n, 0);
  expect(['invited', 'role_changed', 'teams_changed', 'managed_teams_changed'].map(total)).toEqual([1, 1, 1, 2]);
});

test('two hundred refused requests of one person do not push anything else out of the security log', async () => {
  const before = await kinds();
  const asked = Array.from({ length: 210 }, () =>
    employee.client.send('GET', `/people/${acme.person}/day?day=2026-01-05&purpose=security`),
  );
  for (const reply of await Promise.all(asked)) expect(reply.status).toBe(403);
  const after = await kinds();
  for (const kind of before) expect(after).toContain(kind);
  expect(after.length).toBeLessThan(before.length + 5);
});

test('two hundred refused looks of one person are counted in the list of the person, and push nobody else out of it', async () => {
  const eve = await addMember(it, acme.client, 'employee', { name: 'Evan', email: 'evan@acme.example.com' });
  const about = `/people/${employee.person}`;
  await acme.client.ok('GET', `${about}/day?day=2026-01-05&purpose=support`);
  const began = it.clock.now();
  const days = Array.from({ length: 100 }, (_, n) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10));
  const asked = [...days, ...days].map((day) => eve.client.send('GET', `${about}/day?day=${day}&purpose=security`));
  for (const reply of await Promise.all(asked)) expect(reply.status).toBe(403);
  const { accesses } = await employee.client.ok('GET', `${about}/accesses`);
  const [refused, allowed] = [eve.person, acme.person].map((who) =>
    accesses.filter(({ actor }: { actor: string }) => actor === who),
  );
  expect(refused.length).toBeLessThan(3); // two, if an hour of the clock ended meanwhile
  expect(refused.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(200);
  for (const { at, lastAt, count, ...one } of refused) {
    expect(one).toMatchObject({ action: 'day', purpose: 'security', day: null, refused: true });
    expect([count > 0, at >= began, lastAt >= at, lastAt <= it.clock.now()]).toEqual(Array(4).fill(true));
  }
  expect(allowed).toContainEqual(
    expect.objectContaining({ action: 'day', purpose: 'support', refused: false, count: 1 }),
  );
});

test('refused access log, devices and receipts, and a missing second factor, are on record under whoever asked', async () => {
  const eve = await addMember(it, acme.client, 'employee', { name: 'Eve', email: 'eve@acme.example.com' });
  const half = await addMember(it, acme.client, 'manager', {
    name: 'Half',
    email: 'half@acme.example.com',
    managesTeams: [team],
    secondFactor: false,
  });
  expect((await eve.client.send('GET', `/people/${employee.person}/accesses`)).status).toBe(403);
  expect((await eve.client.send('GET', `/people/${employee.person}/devices`)).status).toBe(403);
  expect(await kinds(eve.person)).toEqual(expect.arrayContaining(['refused_access_log', 'refused_device_read']));
  const read = await half.client.send('GET', `/people/${employee.person}/day?day=2026-01-05&purpose=security`);
  expect(read.status).toBe(403);
  expect(await kinds(half.person)).toContain('refused_second_factor');
});

test('a password, a second factor, a sign-in with a host link and a retired device are on record', async () => {
  expect(await kinds(acme.person)).toEqual(expect.arrayContaining(['signed_in_with_link', 'password_changed']));
  expect(await kinds(admin.person)).toContain('second_factor_changed');
  const device = await enrol(it.url, acme.client, employee.person, it.clock.now());
  await admin.client.ok('DELETE', `/people/${employee.person}/devices/${device.record.device}`);
  expect(await kinds(employee.person)).toContain('device_retired');
});

test('what a device does now is for whoever may read activity, others get its switches, and every look is on record', async () => {
  const officer = await addMember(it, acme.client, 'privacy_officer', { name: 'Off', email: 'off@acme.example.com' });
  const device = await enrol(it.url, acme.client, employee.person, it.clock.now());
  const { policy, hash } = await acme.client.ok('GET', '/policy');
  await using agent = await dial(it.server.port);
  await agent.hello(device);
  await agent.take('welcome');
  agent.send({ type: 'receipt', receipt: receiptBy(device, { document: policy, hash }, {}, { session: 'on' }) });
  const path = `/people/${employee.person}/devices/${device.record.device}/receipt`;
  await expect.poll(async () => (await acme.client.ok('GET', path)).receipt).not.toBeNull();
  const full = await acme.client.ok('GET', path);
  expect(full.parameters.session).toBeDefined();
  for (const { client } of [admin, officer]) {
    expect(await client.ok('GET', path)).toEqual({
      devicePublicKey: full.devicePublicKey,
      switches: full.switches,
      receipt: null,
      receivedAt: null,
      parameters: {},
      discarded: [],
      dropped: [],
      withheld: [],
    });
  }
  expect(full.switches.session).toBe('on');
  const { accesses } = await employee.client.ok('GET', `/people/${employee.person}/accesses`);
  const readers = accesses.filter(({ action }: { action: string }) => action === 'receipt');
  expect(readers.slice(0, 3).map(({ actor }: { actor: string }) => actor)).toEqual([
    officer.person,
    admin.person,
    acme.person,
  ]);
  const seen = (client: Client) => client.ok('GET', `/people/${employee.person}/devices`);
  const viewOf = async (client: Client) =>
    (await seen(client)).devices.find(({ id }: { id: string }) => id === device.record.device);
  expect(await viewOf(employee.client)).toMatchObject({
    ...{ connected: true, committedSeq: 0, lastSeenAt: expect.any(Number) },
  });
  // Looking at the devices is on no record: what would tell whether somebody works is for nobody else.
  for (const { client } of [acme, admin]) {
    expect(await viewOf(client)).toMatchObject({
      ...{ connected: null, committedSeq: null, lastSeenAt: null, observedUntil: null, clockOffsetMs: 0 },
      seen: 'last_week',
    });
  }
});
