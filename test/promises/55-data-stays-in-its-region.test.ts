import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { initialise } from '../../server/initialise.ts';
import { openServer } from '../../server/server.ts';
import { connect } from '../../server/store/sqlite/connection.ts';
import { createClient, PASSWORD } from '../support/api.ts';

// PROMISES 55: what was once served in a region is served in no other. Backups are not made yet; processors get nothing.

let folder: string;
let data: string;
let token: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-region-'));
  data = join(folder, 'data');
  ({ token } = await begin('Acme'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const begin = (name: string) =>
  initialise(data, { organisation: name, ownerName: 'Ola', ownerEmail: `ola@${name.toLowerCase()}.example` });
const open = (more: object) => openServer({ data, port: 0, logLevel: 'silent', ...more });
const refusalOf = async (more: object) => {
  const server = await open(more).catch((cause: unknown) => cause);
  if (server instanceof Error) return server;
  throw new Error('it was served');
};

test('a store that was served in one region is refused in another, and by a server that was told none, with what to do', async () => {
  await (await open({})).close(); // without a region nothing is tagged
  await (await open({ region: 'DE' })).close();
  expect(await refusalOf({ region: 'US' })).toMatchObject({
    ...{ code: 'forbidden', message: '--region: the data belongs in DE, and this server is in US', field: 'region' },
    remedy: expect.stringContaining('serve this one where it belongs'),
  });
  expect(await refusalOf({})).toMatchObject({
    ...{ code: 'forbidden', message: '--region: the data belongs in DE, and this server was told no region' },
    remedy: expect.stringContaining('--region DE'),
  });
  expect(await refusalOf({ region: 'DE-BE' })).toMatchObject({ code: 'forbidden' });
  await (await open({ region: 'DE' })).close();
});

test('what is refused is left as it was: an organisation without a tag gets none from it', async () => {
  await (await open({ region: 'DE' })).close();
  await begin('Beta');
  await refusalOf({ region: 'FR' });
  const server = await open({ region: 'DE' });
  await server.close();
  expect(await refusalOf({ region: 'FR' })).toMatchObject({ message: expect.stringContaining('belongs in DE') });
});

test('the record of processing says where the data is kept', async () => {
  const server = await open({ region: 'AT' });
  try {
    const client = createClient(server.url);
    await client.ok('POST', '/session/link', { token });
    await client.ok('PUT', '/account/password', { password: PASSWORD });
    expect((await client.ok('GET', '/records/processing')).region).toBe('AT');
    expect(String((await client.send('GET', '/records/processing/page')).body)).toContain('<bdi>AT</bdi>');
  } finally {
    await server.close();
  }
});

test('a tag that was changed in the database is served nowhere', async () => {
  await (await open({ region: 'DE' })).close();
  const database = await connect(join(data, 'daylight.db'));
  await database.script(`UPDATE organisation_setting SET at = at + 1 WHERE name = 'residency'`);
  await database.close();
  expect(await refusalOf({ region: 'DE' })).toMatchObject({
    ...{ code: 'forbidden', message: expect.stringContaining('was changed in the store') },
  });
});

test('a region that does not exist is refused, with what was expected', async () => {
  for (const region of ['de', 'Germany', 'XX', 'EU', ''])
    expect(await refusalOf({ region }), region).toMatchObject({ code: 'bad_request', field: 'region' });
});
