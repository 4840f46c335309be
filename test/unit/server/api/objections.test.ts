import { afterAll, beforeAll, expect, test } from 'vitest';
import { DAY } from '../../../../shared/time.ts';
import {
  addMember,
  type Client,
  createClient,
  type Json,
  type Member,
  PASSWORD,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
} from '../../../support/api.ts';

let it: TestServer;
let owner: TestOwner;
let mia: Member;
let officer: Member;
let manager: Member;
let admin: Member;

beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Acme');
  const { id: team } = await owner.client.ok('POST', '/teams', { name: 'Sales' });
  const join = (role: string, name: string, more: object = {}) =>
    addMember(it, owner.client, role as 'employee', { name, email: `${name.toLowerCase()}@acme.example.com`, ...more });
  mia = await join('employee', 'Mia', { teams: [team] });
  officer = await join('privacy_officer', 'Pia');
  manager = await join('manager', 'Max', { managesTeams: [team] });
  admin = await join('admin', 'Ada');
  await publish(owner.client, { title: { level: 'full' }, app: { level: 'name', basis: 'contract' } });
});
afterAll(() => it.close());

const of = (parameter: string, rest = ''): string => `/people/${mia.person}/objections/${parameter}${rest}`;
const failure = async (reply: ReturnType<Client['send']>): Promise<[number, string, string]> => {
  const { status, body } = await reply;
  return [status, body.error.code, body.error.message];
};

test('whoever objects to what is not collected, or on a basis without that right, is told so, and nothing changes', async () => {
  expect(await failure(mia.client.send('PUT', of('activity'), { grounds: '' }))).toEqual([
    409,
    'conflict',
    'Activity level: nothing of it is collected, so there is nothing to object to',
  ]);
  expect(await failure(mia.client.send('PUT', of('app'), { grounds: '' }))).toEqual([
    409,
    'conflict',
    'Active application: it is collected on another legal basis (contract), to which there is no right to object',
  ]);
  expect((await failure(mia.client.send('PUT', of('nothing'), { grounds: '' })))[0]).toBe(400);
  expect((await failure(mia.client.send('PUT', of('title'), {})))[0]).toBe(400);
  expect((await failure(mia.client.send('PUT', of('title'), { grounds: 'x'.repeat(2_001) })))[0]).toBe(400);
  expect((await mia.client.ok('GET', `/people/${mia.person}/objections`)).objections).toEqual([]);
});

test('from objecting to its end: each sees what is theirs to see, the officer answers once, and the person alone ends it', async () => {
  const grounds = 'They name my clients.';
  expect(await mia.client.ok('PUT', of('title'), { grounds })).toMatchObject({
    state: 'pending',
    grounds,
    answer: null,
  });
  expect((await failure(mia.client.send('PUT', of('title'), { grounds })))[1]).toBe('conflict');
  const seenBy = async (client: Client): Promise<Json> =>
    (await client.ok('GET', `/people/${mia.person}/objections`)).objections[0];
  for (const { client } of [mia, officer, owner]) expect((await seenBy(client)).grounds).toBe(grounds);
  for (const { client } of [manager, admin])
    expect(await seenBy(client)).toMatchObject({ state: 'pending', grounds: null });
  expect((await officer.client.ok('GET', '/objections')).objections).toMatchObject([{ personName: 'Mia', grounds }]);

  expect(
    (
      await failure(officer.client.send('POST', of('title', '/answer'), { revision: 1, answer: 'refused', words: '' }))
    )[0],
  ).toBe(400);
  const words = 'We keep them out of reports, and need them for the audit.';
  const answer = { revision: 1, answer: 'refused', words };
  expect(await officer.client.ok('POST', of('title', '/answer'), answer)).toMatchObject({
    state: 'refused',
    answer: { by: officer.person, byName: 'Pia', words },
  });
  expect((await failure(owner.client.send('POST', of('title', '/answer'), answer)))[1]).toBe('conflict');
  expect((await seenBy(manager.client)).answer).toMatchObject({ byName: 'Pia', words: null });

  expect(await mia.client.ok('DELETE', of('title', '?revision=1'))).toEqual({ ok: true });
  expect((await failure(mia.client.send('DELETE', of('title', '?revision=1'))))[1]).toBe('not_found');
  expect((await officer.client.ok('GET', '/objections')).objections).toEqual([]);
});

test('who read the words of an objection is in the person’s own list, and every step among the security events', async () => {
  const { accesses } = await mia.client.ok('GET', `/people/${mia.person}/accesses`);
  const readers = accesses
    .filter(({ action }: Json) => action === 'objections')
    .map(({ actorRole }: Json) => actorRole);
  expect(new Set(readers)).toEqual(new Set(['privacy_officer', 'owner']));
  const { events } = await officer.client.ok('GET', '/security-events');
  const kinds = events.filter(({ person }: Json) => person === mia.person).map(({ kind }: Json) => kind);
  expect(kinds).toEqual(expect.arrayContaining(['objection_made', 'objection_answered', 'objection_ended']));
});

test('nobody objects, ends or answers for another, and nobody answers themself', async () => {
  for (const { client } of [owner, admin, officer, manager]) {
    expect((await failure(client.send('PUT', of('title'), { grounds: '' })))[1]).toBe('forbidden');
    expect((await failure(client.send('DELETE', of('title', '?revision=1'))))[1]).toBe('forbidden');
  }
  const mine = `/people/${officer.person}/objections/title`;
  await officer.client.ok('PUT', mine, { grounds: '' });
  const answer = { revision: 1, answer: 'upheld', words: 'Right.' };
  expect((await failure(officer.client.send('POST', `${mine}/answer`, answer)))[1]).toBe('forbidden');
  expect(await owner.client.ok('POST', `${mine}/answer`, answer)).toMatchObject({ state: 'upheld' });
});

test('an answer, or an end, that was meant for an objection that has ended does not reach the next one', async () => {
  const first = await mia.client.ok('PUT', of('title'), { grounds: 'first' });
  await mia.client.ok('DELETE', of('title', `?revision=${first.revision}`));
  const second = await mia.client.ok('PUT', of('title'), { grounds: 'second' });
  expect(second.revision).toBeGreaterThan(first.revision);
  const late = { revision: first.revision, answer: 'refused', words: 'About the first.' };
  expect((await failure(officer.client.send('POST', of('title', '/answer'), late)))[1]).toBe('conflict');
  expect((await failure(mia.client.send('DELETE', of('title', `?revision=${first.revision}`))))[1]).toBe('conflict');
  const { objections } = await mia.client.ok('GET', `/people/${mia.person}/objections`);
  expect(objections).toMatchObject([{ state: 'pending', grounds: 'second' }]);
});

test('whoever objects and ends it again and again is kept from ending, never from objecting, and only for a day', async () => {
  const revisionNow = async (): Promise<number> =>
    (await mia.client.ok('GET', `/people/${mia.person}/objections`)).objections[0].revision;
  const end = async () => mia.client.send('DELETE', of('title', `?revision=${await revisionNow()}`));
  let reply = await end();
  let ends = 0;
  for (; reply.status === 200 && ends < 40; ends += 1) {
    await mia.client.ok('PUT', of('title'), { grounds: '' });
    reply = await end();
  }
  expect([reply.status, reply.body.error.code]).toEqual([429, 'rate_limited']);
  expect(reply.body.error.remedy).toMatch(/^End it in 24 hours/);
  expect(ends).toBeLessThanOrEqual(20);
  it.clock.advance(DAY);
  const client = createClient(it.url);
  await client.ok('POST', '/session', { email: mia.email, password: PASSWORD });
  const { objections } = await client.ok('GET', `/people/${mia.person}/objections`);
  await client.ok('DELETE', of('title', `?revision=${objections[0].revision}`));
});
