import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Connection, connect } from '../../server/store/sqlite/connection.ts';
import { startServer, type TestOwner, type TestServer } from '../support/api.ts';

// The store of the audit takes nothing: somebody else holds it, or the disk hangs. Then nobody looks at anything.

let served: TestServer;
let acme: TestOwner;
let other: Connection;
beforeAll(async () => {
  served = await startServer();
  acme = await served.addOrganisation('Acme');
  other = await connect(join(served.data, 'daylight.db'));
});
afterAll(async () => {
  await other.close();
  await served.close();
});

const look = () => acme.client.send('GET', `/people/${acme.person}/day?day=2026-01-05&purpose=own_data`);
const list = async () => (await acme.client.ok('GET', `/people/${acme.person}/accesses`)).accesses.length;

it('while the audit store takes nothing, a look is refused within ten seconds, with nothing in it, and looks are given again afterwards', async () => {
  expect((await look()).status).toBe(200);
  const before = await list();
  await other.script('BEGIN IMMEDIATE;');
  const began = performance.now();
  const refused = await Promise.all([look(), look(), look()]);
  expect(performance.now() - began).toBeLessThan(10_000);
  for (const { status, body } of refused) {
    expect(status).toBe(503);
    expect(body).toEqual({
      error: expect.objectContaining({
        code: 'unavailable',
        message: expect.stringContaining('could not be recorded'),
      }),
    });
  }
  await other.script('ROLLBACK;');
  await wait(100);
  expect((await look()).status).toBe(200);
  expect(await list()).toBeGreaterThan(before);
}, 60_000);
