import { realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Connection, connect } from '../../server/store/sqlite/connection.ts';
import { scratch } from '../support/agentKit.ts';
import { type Client, type Reply, startServer, type TestOwner, type TestServer } from '../support/api.ts';
import { eventually, freePort, initialiseData, signInOwner, startServerProcess } from '../support/daylight.ts';
import { compileLayer } from '../support/unsynced/unsynced.ts';

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

const dayOf = (client: Client, person: string): Promise<Reply> =>
  client.send('GET', `/people/${person}/day?day=2026-01-05&purpose=own_data`);
const look = () => dayOf(acme.client, acme.person);
const list = async () => (await acme.client.ok('GET', `/people/${acme.person}/accesses`)).accesses.length;

it('while the audit store takes nothing, a look is refused within ten seconds, with nothing in it, and looks are given again afterwards', async () => {
  expect((await look()).status).toBe(200);
  const before = await list();
  await other.script('BEGIN IMMEDIATE;');
  const began = performance.now();
  const refused = await Promise.all([look(), look(), look()]);
  expect(performance.now() - began).toBeLessThan(10_000);
  for (const one of refused) expectRefused(one);
  await other.script('ROLLBACK;');
  await wait(100);
  expect((await look()).status).toBe(200);
  expect(await list()).toBeGreaterThan(before);
}, 60_000);

it('on a disk that takes no write, and on one that takes too long over it, the real server gives no look, and gives them again when the disk does', async () => {
  await using place = await scratch();
  const folder = await realpath(place.folder);
  const [data, broken, slow] = [join(folder, 'data'), join(folder, 'broken'), join(folder, 'slow')];
  const layers = [await compileLayer('failing', folder), await compileLayer('slow', folder)];
  const env = {
    ...{ LD_PRELOAD: layers.join(' '), FAILING_FOLDER: data, FAILING_SWITCH: broken },
    ...{ SLOW_SYNC_US: '10000000', SLOW_SYNC_SWITCH: slow },
  };
  const token = await initialiseData(data);
  const server = await startServerProcess({ data, port: await freePort(), env });
  try {
    const owner = await signInOwner(server.url, token);
    const again = () => eventually('looks are given', async () => (await dayOf(owner, owner.person)).status === 200);
    await again();
    await writeFile(broken, '');
    expectRefused(await dayOf(owner, owner.person));
    await rm(broken);
    await again();
    await writeFile(slow, '');
    const began = performance.now();
    expectRefused(await dayOf(owner, owner.person));
    expect(performance.now() - began).toBeGreaterThan(7_500);
    await rm(slow);
    await again();
  } finally {
    await server.kill();
  }
}, 120_000);

function expectRefused({ status, body }: Reply): void {
  expect(status).toBe(503);
  expect(body).toEqual({
    error: expect.objectContaining({ code: 'unavailable', message: expect.stringContaining('could not be recorded') }),
  });
}
