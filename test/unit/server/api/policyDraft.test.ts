import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MINUTE } from '../../../../shared/time.ts';
import {
  addMember,
  type Client,
  type Member,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
} from '../../../support/api.ts';

let it: TestServer;
let owner: TestOwner;
let mia: Member;

beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Drafting');
  mia = await addMember(it, owner.client, 'manager', { name: 'Mia', email: 'mia@drafting.example.com' });
});
afterAll(() => it.close());

const read = (client: Client) => client.ok('GET', '/policy/draft');
const change = (baseVersion: number, level = 'full') => ({ baseVersion, parameters: { title: { level } } });
const save = (client: Client, revision: number, drafted: object = change(1)) =>
  client.send('PUT', '/policy/draft', { revision, change: drafted });
const discard = (client: Client, revision: number) => client.send('DELETE', `/policy/draft?revision=${revision}`);

test('what one saves another who may publish finds, with who began it and who saved it last, and goes on with it', async () => {
  expect(await read(mia.client)).toEqual({ revision: 0, draft: null, unreadable: false });
  const at = it.clock.now();
  await owner.client.ok('PUT', '/policy/draft', { revision: 0, change: change(1) });
  it.clock.advance(MINUTE);
  const { draft, revision } = await read(mia.client);
  expect([revision, draft]).toEqual([
    1,
    {
      change: change(1),
      ...{ begunBy: owner.person, savedBy: owner.person },
      ...{ begunAt: expect.any(Number), savedAt: draft.begunAt },
    },
  ]);
  expect(draft.begunAt).toBeGreaterThanOrEqual(at);
  expect((await save(mia.client, 1, change(1, 'redacted'))).status).toBe(200);
  expect((await read(owner.client)).draft).toMatchObject({
    ...{ change: change(1, 'redacted'), begunBy: owner.person, begunAt: draft.begunAt, savedBy: mia.person },
  });
});

test('of two who edit at once the second is refused and nothing of the first is lost; nor is it discarded unseen', async () => {
  const { revision, draft } = await read(owner.client);
  const [first, second] = await Promise.all([
    save(owner.client, revision, change(1, 'full')),
    save(mia.client, revision, change(1, 'off')),
  ]);
  expect([first.status, second.status].toSorted()).toEqual([200, 409]);
  expect((await discard(mia.client, revision)).body.error).toMatchObject({ code: 'conflict', field: 'revision' });
  const now = await read(owner.client);
  expect([now.revision, now.draft.begunAt]).toEqual([revision + 1, draft.begunAt]);
});

test('nothing of a draft holds for anybody: the policy, its history and the notice stay as they are', async () => {
  const before = await Promise.all(
    ['/policy', '/policy/versions', '/notice'].map((path) => mia.client.ok('GET', path)),
  );
  const { revision } = await read(owner.client);
  await save(owner.client, revision, change(1));
  const after = await Promise.all(['/policy', '/policy/versions', '/notice'].map((path) => mia.client.ok('GET', path)));
  expect(after).toEqual(before);
});

test('a draft whose version was overtaken stays as it was, with the version that it was made from', async () => {
  await publish(owner.client, { notes: { level: 'on' } });
  expect((await read(mia.client)).draft.change).toEqual(change(1));
});

test('a discarded draft is gone for everybody, and the next one has a beginning of its own', async () => {
  const { revision } = await read(owner.client);
  expect((await discard(mia.client, revision)).body).toMatchObject({ revision: revision + 1, draft: null });
  expect((await read(owner.client)).draft).toBeNull();
  expect((await save(mia.client, revision + 1)).body.draft).toMatchObject({ begunBy: mia.person });
});

test('on the disk a draft is sealed', async () => {
  const drafted = { baseVersion: 1, exclusions: { apps: ['secret-project-*'], sites: [] } };
  await save(owner.client, (await read(owner.client)).revision, drafted);
  for (const file of ['daylight.db', 'daylight.db-wal'])
    expect((await readFile(join(it.data, file))).includes('secret-project')).toBe(false);
});
