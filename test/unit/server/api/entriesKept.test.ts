import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  addMember,
  type Json,
  type Member,
  PASSWORD,
  startServer,
  type TestOwner,
  type TestServer,
} from '../../../support/api.ts';

let served: TestServer;
let owner: TestOwner;
let admin: Member;
beforeAll(async () => {
  served = await startServer();
  owner = await served.addOrganisation('Acme');
  admin = await addMember(served, owner.client, 'admin', { name: 'Ada', email: 'ada@acme.example.com' });
});
afterAll(() => served.close());

const proof = { password: PASSWORD };
const kept = async (kind: string) =>
  (await owner.client.ok('GET', '/retention')).entries.find((one: Json) => one.kind === kind);

it('the owner alone says for how long is kept who looked, between a year more than any data is kept and five, proved, on record, and sees before what goes', async () => {
  expect(await kept('access')).toMatchObject({ days: 1_095, least: 730, most: 1_825 });
  expect(await kept('security_event')).toMatchObject({ days: 365, least: 180, most: 1_095 });
  const change = (body: object, client = owner.client) => client.send('PUT', '/retention/entries', body);
  const access = { kind: 'access', days: 800 };
  expect((await change({ ...access, password: PASSWORD }, admin.client)).status).toBe(403);
  expect((await change({ ...access, password: 'another one' })).status).toBe(401);
  const tooFew = await change({ ...access, days: 700, ...proof });
  expect([tooFew.status, tooFew.body.error.field]).toEqual([400, 'days']);
  expect((await change({ kind: 'security_event', days: 1_096, ...proof })).status).toBe(400);
  expect(await kept('access')).toMatchObject({ days: 1_095 });

  const preview = await owner.client.ok('GET', '/retention/entries/preview?kind=access&days=800');
  expect(preview).toEqual({ kind: 'access', count: 0, oldest: null, newest: null });
  const changed = await change({ ...access, ...proof });
  expect([changed.status, changed.body.days]).toEqual([200, 800]);
  expect(await kept('access')).toMatchObject({ days: 800 });
  expect(await kept('security_event')).toMatchObject({ days: 365 });
  const { events } = await owner.client.ok('GET', '/security-events');
  const kinds = events.map(({ kind }: Json) => kind);
  expect(kinds).toEqual(expect.arrayContaining(['entries_keeping_changed', 'entries_keeping_refused']));
});

it('what goes is previewed for days alone that a policy can have; for others the answer is which those are', async () => {
  const preview = (days: number) => owner.client.send('GET', `/retention/preview?parameter=title&days=${days}`);
  for (const days of [1, 180]) expect((await preview(days)).body.goes).toMatchObject({ days: 0, pieces: 0 });
  for (const days of [-1, 0, 181, 9_999]) {
    const { status, body } = await preview(days);
    expect([status, body.error]).toEqual([
      400,
      {
        ...{ code: 'bad_request', field: 'days', message: 'days: expected a whole number from 1 to 180' },
        remedy: expect.stringContaining('longer than 180 days'),
      },
    ]);
  }
});
