import { afterAll, beforeAll, expect, test } from 'vitest';
import { addMember, type Member, startServer, type TestOwner, type TestServer } from '../../../support/api.ts';

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
  employee = await addMember(it, acme.client, 'employee', { name: 'Emp', email: 'emp@acme.example.com', teams: [team] });
});
afterAll(() => it.close());

async function kinds(person?: string): Promise<string[]> {
  const { events } = await acme.client.ok('GET', '/security-events');
  const theirs = events.filter((one: { person: string }) => person === undefined || one.person === person);
  return theirs.map((one: { kind: string }) => one.kind);
}

test('an admin cannot invite somebody who would see activity, and read through them', async () => {
  for (const role of ['manager', 'owner']) {
    const puppet = { name: 'Puppet', email: 'puppet@nowhere.example.com', role, managesTeams: role === 'manager' ? [team] : [] };
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

