import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeSignInLink } from '../../../../server/initialise.ts';
import { DAY, HOUR } from '../../../../shared/time.ts';
import {
  addMember,
  type Client,
  createClient,
  type Json,
  PASSWORD,
  setUpTotp,
  startServer,
  type TestOwner,
  type TestServer,
  totpCode,
} from '../../../support/api.ts';
import { breakTable, countRows, removePerson } from '../../../support/brokenTable.ts';

let it: TestServer;
let owner: TestOwner;
beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Inviting');
});
afterAll(() => it.close());

const invite = (name: string, role = 'employee') =>
  owner.client.ok('POST', '/people', { name, email: `${name.toLowerCase()}@inviting.example.com`, role });
const accept = (token: string) =>
  createClient(it.url).send('POST', '/session/invitation', { token, name: 'Somebody', password: PASSWORD });
const openOf = async (person: string) => {
  const { invitations } = await owner.client.ok('GET', '/invitations');
  return invitations.find((one: Json) => one.person === person);
};
const kindsAbout = async (person: string) => {
  const { events } = await owner.client.ok('GET', '/security-events');
  return events.filter((event: Json) => event.person === person).map(({ kind }: Json) => kind);
};

describe('an open invitation', () => {
  test('is listed with its end until it is accepted or has expired, and then says that no link works', async () => {
    const { person, token, expiresAt } = await invite('Ann');
    expect(await openOf(person.id)).toEqual({ person: person.id, expiresAt, invitedBy: owner.person });
    expect((await accept(token)).status).toBe(200);
    expect(await openOf(person.id)).toBeUndefined();
    const late = await invite('Ben');
    it.clock.advance(7 * DAY);
    const { token: link } = await makeSignInLink(it.data, owner.email, { clock: it.clock });
    await owner.client.ok('POST', '/session/link', { token: link });
    expect(await openOf(late.person.id)).toEqual({ person: late.person.id, expiresAt: null, invitedBy: owner.person });
    expect((await accept(late.token)).body.error.code).toBe('gone');
  });

  test('is not made on the host where it cannot be put on record first', async () => {
    it.clock.advance(HOUR); // what is on record already would be counted, and no line added
    const repair = await breakTable(it.data, 'security_event');
    const before = await countRows(it.data, 'token');
    await expect(makeSignInLink(it.data, owner.email, { clock: it.clock })).rejects.toThrow();
    expect(await countRows(it.data, 'token')).toBe(before);
    await repair();
    const { token } = await makeSignInLink(it.data, owner.email, { clock: it.clock });
    expect(await countRows(it.data, 'token')).toBe(before + 1);
    await owner.client.ok('POST', '/session/link', { token });
  });

  test('that is renewed gives a new link, ends the earlier one, and is on record', async () => {
    const { person, token } = await invite('Cem');
    const renewed = await owner.client.ok('POST', `/people/${person.id}/invitation`, {});
    expect((await accept(token)).body.error).toMatchObject({
      message: expect.stringContaining('replaced by a newer one'),
      remedy: 'Ask whoever invited you for a new link.',
    });
    expect(renewed.link).toBe(`${it.url}/#/invitation/${renewed.token}`);
    expect((await accept(token)).body.error.code).toBe('gone');
    expect(await openOf(person.id)).toMatchObject({ person: person.id, expiresAt: renewed.expiresAt });
    expect((await accept(renewed.token)).status).toBe(200);
    expect(await kindsAbout(person.id)).toEqual(['invitation_renewed', 'invited']);
    const done = await owner.client.send('POST', `/people/${person.id}/invitation`, {});
    expect([done.status, done.body.error.code]).toEqual([409, 'conflict']);
  });

  test('that is withdrawn lets nobody in, is on record, and can be renewed', async () => {
    const { person, token } = await invite('Dia');
    await owner.client.ok('DELETE', `/people/${person.id}/invitation`);
    expect((await accept(token)).body.error.code).toBe('gone');
    expect(await openOf(person.id)).toMatchObject({ person: person.id, expiresAt: null });
    expect(await kindsAbout(person.id)).toEqual(['invitation_withdrawn', 'invited']);
    const { token: next } = await owner.client.ok('POST', `/people/${person.id}/invitation`, {});
    expect((await accept(next)).status).toBe(200);
  });

  test('is not replaced by another one to the same address: it stays as it is, and the way to a new link is named', async () => {
    const team = await owner.client.ok('POST', '/teams', { name: 'Sales' });
    const email = 'emil@inviting.example.com';
    const first = await owner.client.ok('POST', '/people', {
      ...{ name: 'Emil', email, role: 'employee', teams: [team.id] },
    });
    const again = { name: 'Emil Again', email: email.toUpperCase(), role: 'manager' };
    const { status, body } = await owner.client.send('POST', '/people', again);
    expect([status, body.error]).toEqual([
      409,
      {
        code: 'conflict',
        field: 'email',
        message: 'email: this address is invited already',
        remedy:
          'Give them a new link from the list of open invitations; name, role and teams are changed on their page.',
      },
    ]);
    const { people } = await owner.client.ok('GET', '/people');
    expect(people.find(({ id }: Json) => id === first.person.id)).toEqual(first.person);
    expect(await kindsAbout(first.person.id)).toEqual(['invited']);
    expect((await accept(first.token)).status).toBe(200);
  });

  test('of another organisation is not told of: its address is taken, and no more is said', async () => {
    const other = await it.addOrganisation('Elsewhere');
    const person = { name: 'Gil', email: 'gil@example.com', role: 'employee' };
    await other.client.ok('POST', '/people', person);
    const { body } = await owner.client.send('POST', '/people', person);
    expect(body.error.message).toBe('email: this address has an account already');
  });

  test('says whose it is and to which organisation before anything is chosen, and is not used up by that', async () => {
    const { token, expiresAt } = await invite('Ida');
    const look = () => createClient(it.url).send('POST', '/invitation', { token });
    const { name: invitedBy } = (await owner.client.ok('GET', '/session')).person;
    const shown = { organisation: 'Inviting', name: 'Ida', email: 'ida@inviting.example.com', invitedBy, expiresAt };
    expect([(await look()).body, (await look()).body]).toEqual([shown, shown]);
    expect((await accept(token)).status).toBe(200);
    const over = await look();
    expect([over.status, over.body.error]).toEqual([
      410,
      {
        code: 'gone',
        message: 'this invitation was used already, has ended, or was replaced by a newer one',
        remedy: 'Ask whoever invited you for a new link.',
      },
    ]);
  });

  test('says who invited, which is whoever made the link that works; names nobody who is gone, and is forgotten when it is accepted', async () => {
    const admin = await addMember(it, owner.client, 'admin', { name: 'Ari', email: 'ari@inviting.example.com' });
    const person = { name: 'Zoe', email: 'zoe@inviting.example.com', role: 'employee' };
    const first = await admin.client.ok('POST', '/people', person);
    const inviter = async (token: string) =>
      (await createClient(it.url).ok('POST', '/invitation', { token })).invitedBy as unknown;
    expect([await inviter(first.token), (await openOf(first.person.id)).invitedBy]).toEqual(['Ari', admin.person]);
    await owner.client.ok('PATCH', `/people/${first.person.id}`, { name: 'Zoë' });
    expect(await inviter(first.token)).toBe('Ari');
    const { name } = (await owner.client.ok('GET', '/session')).person;
    const second = await owner.client.ok('POST', `/people/${first.person.id}/invitation`, {});
    expect([await inviter(second.token), (await openOf(first.person.id)).invitedBy]).toEqual([name, owner.person]);
    const third = await admin.client.ok('POST', `/people/${first.person.id}/invitation`, {});
    await removePerson(it.data, admin.person);
    expect([await inviter(third.token), (await openOf(first.person.id)).invitedBy]).toEqual([null, null]);
    expect((await accept(third.token)).status).toBe(200);
  });

  test('is guessed at no more often by looking than by accepting', async () => {
    const server = await startServer();
    try {
      const guess = () => createClient(server.url).send('POST', '/invitation', { token: 'A'.repeat(43) });
      const guessed = [];
      for (let n = 0; n < 61; n += 1) guessed.push((await guess()).status);
      expect([guessed.filter((status) => status === 410).length, guessed.at(-1)]).toEqual([60, 429]);
      const accepting = await createClient(server.url).send('POST', '/session/invitation', {
        ...{ token: 'A'.repeat(43), name: 'Somebody', password: PASSWORD },
      });
      expect(accepting.status).toBe(429);
    } finally {
      await server.close();
    }
  });

  test('of someone who would see activity is renewed by an owner, and by no admin', async () => {
    const admin = await addMember(it, owner.client, 'admin', { name: 'Ada', email: 'ada@inviting.example.com' });
    const [manager, employee] = [await invite('Mo', 'manager'), await invite('Eve')];
    const ask = (client: Client, id: string) => client.send('POST', `/people/${id}/invitation`, {});
    expect((await ask(admin.client, manager.person.id)).status).toBe(403);
    expect((await accept(manager.token)).status).toBe(200);
    expect((await ask(admin.client, employee.person.id)).status).toBe(201);
  });
});

test('an invitation that could not be kept is not used up: the same link works as soon as the store does', async () => {
  const { token, person } = await invite('Hal');
  const repair = await breakTable(it.data, 'person', 'UPDATE');
  expect((await accept(token)).status).toBeGreaterThanOrEqual(400);
  await repair();
  expect(await openOf(person.id)).toMatchObject({ expiresAt: expect.any(Number) });
  expect([(await accept(token)).status, (await accept(token)).status]).toEqual([200, 410]);
});

test('an enrolment code is listed without itself until it is withdrawn, used or over, and then enrols nothing', async () => {
  const member = await addMember(it, owner.client, 'employee', { name: 'Fay', email: 'fay@inviting.example.com' });
  const codes = `/people/${member.person}/enrolment-codes`;
  const [first, second] = [await member.client.ok('POST', codes, {}), await owner.client.ok('POST', codes, {})];
  const listed = (await member.client.ok('GET', codes)).codes;
  expect(listed.map(({ expiresAt }: Json) => expiresAt)).toEqual([first.expiresAt, second.expiresAt]);
  expect(JSON.stringify(listed)).not.toContain(first.code);
  await member.client.ok('DELETE', `${codes}/${listed[1].id}`);
  const show = (code: string) => createClient(it.url).send('POST', '/enrolment/notice', { code });
  expect([(await show(first.code)).status, (await show(second.code)).status]).toEqual([200, 410]);
  expect((await member.client.ok('GET', codes)).codes).toEqual([listed[0]]);
  expect(await kindsAbout(member.person)).toContain('enrolment_code_withdrawn');
  const again = await member.client.send('DELETE', `${codes}/${listed[1].id}`);
  expect(again.status).toBe(404);
});

test('a team is renamed for everyone, keeps its people, and both its making and its renaming are on record', async () => {
  const team = await owner.client.ok('POST', '/teams', { name: 'Desing' });
  const member = await addMember(it, owner.client, 'employee', {
    ...{ name: 'Gus', email: 'gus@inviting.example.com', teams: [team.id] },
  });
  const renamed = await owner.client.ok('PATCH', `/teams/${team.id}`, { name: 'Design' });
  expect(renamed).toEqual({ id: team.id, name: 'Design', members: 1, managers: [] });
  expect((await member.client.ok('GET', '/teams')).teams).toEqual([renamed]);
  expect(await kindsAbout(owner.person)).toEqual(expect.arrayContaining(['team_renamed', 'team_created']));
});

test('no two teams look alike in a list: another of the same name is a conflict, made or renamed, also at once', async () => {
  const { id } = await owner.client.ok('POST', '/teams', { name: 'Support' });
  const other = await owner.client.ok('POST', '/teams', { name: 'Supply' });
  const alike = ['Support', ' support ', 'SUPPORT', 'Sup\u200bport', '\uff33upport'];
  const conflict = {
    code: 'conflict',
    field: 'name',
    message: 'name: there is a team of this name already',
    remedy: 'Choose a name that tells the two apart.',
  };
  for (const name of alike) {
    const made = await owner.client.send('POST', '/teams', { name });
    const renamed = await owner.client.send('PATCH', `/teams/${other.id}`, { name });
    expect([made.body.error, renamed.body.error], name).toEqual([conflict, conflict]);
  }
  const { name: changed } = await owner.client.ok('PATCH', `/teams/${id}`, { name: 'SUPPORT' });
  expect(changed).toBe('SUPPORT');
  const atOnce = await Promise.all([1, 2, 3].map(() => owner.client.send('POST', '/teams', { name: 'Field  work' })));
  expect(atOnce.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
  const elsewhere = await it.addOrganisation('Alike');
  expect((await elsewhere.client.send('POST', '/teams', { name: 'Support' })).status).toBe(201);
});

test('whoever has lost password and second factor is let in again from the host alone, on record, and what they had before is over', async () => {
  const lost = await addMember(it, owner.client, 'manager', { name: 'Elif', email: 'elif@inviting.example.com' });
  const { status } = await owner.client.send('POST', `/people/${lost.person}/invitation`, {});
  expect(status).toBe(409);
  const { token } = await makeSignInLink(it.data, lost.email, { clock: it.clock });
  const again = createClient(it.url);
  expect(await again.ok('POST', '/session/link', { token })).toMatchObject({ secondFactor: 'rescue_link' });
  await again.ok('PUT', '/account/password', { password: `${PASSWORD} anew` });
  const secret = await setUpTotp(again, it.clock);
  expect((await lost.client.send('GET', '/session')).status).toBe(401);
  const signIn = (password: string) =>
    createClient(it.url).send('POST', '/session', {
      email: lost.email,
      password,
      totp: totpCode(secret, it.clock.now() + 30_000),
    });
  expect((await signIn(PASSWORD)).status).toBe(401);
  it.clock.advance(30_000);
  expect((await signIn(`${PASSWORD} anew`)).status).toBe(200);
  expect(await kindsAbout(lost.person)).toEqual(expect.arrayContaining(['host_link', 'signed_in_with_link']));
});

test('nobody is let in from the host who has not come yet, or is not there', async () => {
  const { person } = await invite('Dag');
  const link = (email: string) => makeSignInLink(it.data, email, { clock: it.clock });
  await expect(link(person.email)).rejects.toThrow('has not accepted their invitation yet');
  await expect(link('nobody@example.com')).rejects.toThrow('nobody has this address');
});
