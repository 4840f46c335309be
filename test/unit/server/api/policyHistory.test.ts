import { afterAll, beforeAll, expect, test } from 'vitest';
import { HISTORY_PAGE } from '../../../../shared/protocol/http/policy.ts';
import {
  addMember,
  type Client,
  type Json,
  startServer,
  type TestOwner,
  type TestServer,
} from '../../../support/api.ts';

let it: TestServer;
let owner: TestOwner;
let employee: Client;

beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Remembering');
  const member = { name: 'Eve', email: 'eve@remembering.example.com' };
  employee = (await addMember(it, owner.client, 'employee', member)).client;
});
afterAll(() => it.close());

const publish = async (reason: string, parameters: object) => {
  const { policy } = await owner.client.ok('GET', '/policy');
  return owner.client.ok('PUT', '/policy', { baseVersion: policy.version, reason, parameters });
};
const versionsIn = ({ versions }: Json) => versions.map(({ policy }: Json) => policy.version);

test('everyone may read every version with its author, its reason and its time, newest first', async () => {
  it.clock.advance(60_000);
  const second = await publish('Customers pay by page', { url: { level: 'host_path' } });
  it.clock.advance(60_000);
  const third = await publish('It was not needed', { url: { level: 'off' } });
  const { versions } = await employee.ok('GET', '/policy/versions');
  expect(versionsIn({ versions })).toEqual([3, 2, 1]);
  const withoutSigned = ({ signed: _, ...rest }: Json) => rest;
  expect(versions.slice(0, 2)).toEqual([withoutSigned(third), withoutSigned(second)]);
  expect(versions.map(({ author, reason }: Json) => [author, reason])).toEqual([
    [owner.person, 'It was not needed'],
    [owner.person, 'Customers pay by page'],
    [null, 'First policy: the defaults of the register.'],
  ]);
});

test('the notice of a version stays as it was given, and one that was never published is not found', async () => {
  const then = await employee.ok('GET', '/notice/versions/2');
  expect(then.collected.find(({ parameter }: Json) => parameter === 'url')).toMatchObject({ level: 'host_path' });
  const now = await employee.ok('GET', '/notice');
  expect(now.collected.map(({ parameter }: Json) => parameter)).not.toContain('url');
  expect(await employee.ok('GET', '/notice/versions/3')).toEqual(now);
  const none = await employee.send('GET', '/notice/versions/4');
  expect([none.status, none.body.error.message]).toEqual([404, 'there is no such version']);
});

test('a long history is read page by page', async () => {
  for (let n = 0; n < HISTORY_PAGE; n += 1)
    await publish('To and fro', { notes: { level: n % 2 === 0 ? 'on' : 'off' } });
  const newest = versionsIn(await employee.ok('GET', '/policy/versions'));
  expect([newest.length, newest[0], newest.at(-1)]).toEqual([HISTORY_PAGE, HISTORY_PAGE + 3, 4]);
  expect(versionsIn(await employee.ok('GET', '/policy/versions?before=4'))).toEqual([3, 2, 1]);
  expect(versionsIn(await employee.ok('GET', '/policy/versions?before=1'))).toEqual([]);
  expect((await employee.send('GET', '/policy/versions?before=0')).status).toBe(400);
});
