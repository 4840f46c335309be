import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { initialise } from '../../server/initialise.ts';
import {
  addMember,
  CHROME,
  type Client,
  createClient,
  FIREFOX,
  PASSWORD,
  setUpTotp,
  startServer,
  type TestOwner,
  type TestServer,
} from '../support/api.ts';
import { examples, pathOf, routeNames, shapeOf } from '../support/routeExamples.ts';

// PROMISES 23: "verify your identity each time you log in": a session for everything, a second factor for whoever sees
// others, no shared accounts. The sockets of agents are in 05 and in the faults of the protocol.

let it: TestServer;
let owner: TestOwner;
beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Verified');
});
afterAll(() => it.close());

const exampleOf = (name: (typeof routeNames)[number]) =>
  examples({ person: owner.person, device: owner.person, image: owner.person, day: '2026-11-12' })[name];

const wholeRoutes = routeNames.filter((name) => shapeOf(name).auth === 'session');

describe('without a second factor', () => {
  test.each(['manager', 'admin', 'privacy_officer', 'owner'] as const)(
    'a %s reaches nothing but their own account',
    async (role) => {
      const member = await addMember(it, owner.client, role, {
        name: role,
        email: `a-${role}@verified.example.com`,
        secondFactor: false,
      });
      expect((await member.client.ok('GET', '/session')).mustDo).toEqual(['set_up_second_factor']);
      for (const name of wholeRoutes) {
        const example = exampleOf(name);
        const reply = await member.client.send(shapeOf(name).method, pathOf(name, example), example.body);
        expect([name, reply.status, reply.body.error.code]).toEqual([name, 403, 'second_factor_required']);
      }
      await setUpTotp(member.client, it.clock);
      expect((await member.client.ok('GET', '/session')).mustDo).toEqual([]);
      expect((await member.client.send('GET', '/policy')).status).toBe(200);
    },
  );

  test('an employee who becomes a manager must set one up before they see anybody, in the session that they have', async () => {
    const team = await owner.client.ok('POST', '/teams', { name: 'T' });
    const member = await addMember(it, owner.client, 'employee', { name: 'Up', email: 'up@verified.example.com' });
    expect((await member.client.send('GET', '/people')).status).toBe(200);
    await owner.client.ok('PATCH', `/people/${member.person}`, { role: 'manager', managesTeams: [team.id] });
    expect((await member.client.send('GET', '/people')).body.error.code).toBe('second_factor_required');
  });

  test('an owner who came by a link from the host must set a password before anything else; the link is their second factor once', async () => {
    const ownerEmail = 'owner@linked.example.com';
    const made = await initialise(it.data, { organisation: 'Linked', ownerName: 'Lin', ownerEmail });
    const client = createClient(it.url);
    const me = await client.ok('POST', '/session/link', { token: made.token });
    expect([me.secondFactor, me.mustDo]).toEqual(['host_link', ['set_password']]);
    for (const name of wholeRoutes) {
      const example = exampleOf(name);
      expect([name, (await client.send(shapeOf(name).method, pathOf(name, example), example.body)).status]).toEqual([
        name,
        403,
      ]);
    }
    expect((await client.ok('PUT', '/account/password', { password: PASSWORD })).mustDo).toEqual([]);
    expect((await client.send('GET', '/people')).status).toBe(200);
    const again = await createClient(it.url).send('POST', '/session', { email: ownerEmail, password: PASSWORD });
    expect(again.body).toMatchObject({ secondFactor: null, mustDo: ['set_up_second_factor'] });
  });
});

describe('one account in two places', () => {
  const sessionsOf = async (client: Client) =>
    (await client.ok('GET', '/account/sessions')).sessions as { concurrentUse: boolean }[];

  test('the same browser from the same network is one person', async () => {
    const member = await addMember(it, owner.client, 'employee', { name: 'One', email: 'one@verified.example.com' });
    const second = createClient(it.url, CHROME);
    await second.ok('POST', '/session', { email: member.email, password: PASSWORD });
    expect((await sessionsOf(second)).map((one) => one.concurrentUse)).toEqual([false, false]);
  });

  test('two browsers within ten minutes flag both; after ten minutes without use the flag is gone', async () => {
    const server = await startServer();
    const { client } = await server.addOrganisation('Shared');
    const member = await addMember(server, client, 'employee', { name: 'Two', email: 'two@shared.example.com' });
    const second = createClient(server.url, FIREFOX);
    await second.ok('POST', '/session', { email: member.email, password: PASSWORD });
    expect((await sessionsOf(second)).map((one) => one.concurrentUse)).toEqual([true, true]);
    server.clock.advance(11 * 60_000);
    expect((await second.ok('GET', '/session')).concurrentUse).toBe(false);
    await server.close();
  });

  test('a cookie that turns up in another browser is flagged too', async () => {
    const member = await addMember(it, owner.client, 'employee', {
      name: 'Stolen',
      email: 'stolen@verified.example.com',
    });
    const thief = createClient(it.url, FIREFOX);
    thief.cookie = member.client.cookie;
    await thief.ok('GET', '/session');
    expect((await member.client.ok('GET', '/session')).concurrentUse).toBe(true);
    const { events } = await owner.client.ok('GET', '/security-events');
    const kinds = events
      .filter((one: { person: string }) => one.person === member.person)
      .map((one: { kind: string }) => one.kind);
    expect(kinds).toContain('concurrent_use');
  });
});
