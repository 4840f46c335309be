import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startSessionSweep } from '../../server/api/sessionSweep.ts';
import { sessionLimits } from '../../server/api/sessions.ts';
import { initialise } from '../../server/initialise.ts';
import { openServer } from '../../server/server.ts';
import { DAY, MINUTE } from '../../shared/time.ts';
import { scratch } from '../support/agentKit.ts';
import { createClient, PASSWORD } from '../support/api.ts';
import { enrolOwnDevice, publishLevels } from '../support/daylight.ts';
import { dial } from '../support/ingestKit.ts';
import { hitsBelow } from '../support/markers.ts';
import { openStoreIn } from '../support/openedSqliteStore.ts';
import { createTestClock } from '../support/testClock.ts';

// PROMISES 10: addresses of clients are cut where they come in, are in no file as they are, and what is left of them ends with its session.

const ADDRESS = {
  whole: '203.0.113.77',
  ofSix: '2001:db8:77:1234::9',
  cut: '203.0.113.0/24',
  cutOfSix: '2001:db8:77::/48',
};
const OWNER = { organisation: 'Acme', ownerName: 'Ola', ownerEmail: 'ola@example.com', reactionDays: 0 };

test('no address of a client is in any file, whole or cut, while it is in use or later, the write-ahead log included; only whoever it is reads the cut one', async () => {
  await using place = await scratch();
  const data = join(place.folder, 'data');
  const clock = createTestClock();
  const { token, person } = await initialise(data, OWNER, { clock });
  const server = await openServer({ data, port: 0, behindProxy: true, logLevel: 'silent' }, { clock });
  try {
    const owner = createClient(server.url);
    const other = createClient(server.url);
    const from = (address: string) => ({ 'x-forwarded-for': `198.51.100.4, ${address}` });
    await owner.send('POST', '/session/link', { token }, from(ADDRESS.whole));
    await owner.send('PUT', '/account/password', { password: PASSWORD }, from(ADDRESS.whole));
    const signIn = (password: string) =>
      other.send('POST', '/session', { email: OWNER.ownerEmail, password }, from(ADDRESS.ofSix));
    expect([(await signIn('not the right one')).status, (await signIn(PASSWORD)).status]).toEqual([401, 200]);
    expect((await owner.send('GET', '/people', undefined, from(ADDRESS.ofSix))).status).toBe(200);
    const notice = await publishLevels(owner, { notes: 'on' });
    const device = await enrolOwnDevice(server.url, owner, person, notice);
    await using agent = await dial(server.port, { forwardedFor: ADDRESS.whole });
    await agent.hello(device);
    await agent.take('welcome');
    const { sessions } = (await owner.send('GET', '/account/sessions', undefined, from(ADDRESS.whole))).body;
    const networks = sessions.map(({ network }: { network: string }) => network);
    expect(networks.sort()).toEqual([ADDRESS.cut, ADDRESS.cutOfSix].sort());
    expect(hitsBelow(data, ADDRESS)).toEqual([]);
  } finally {
    await server.close();
  }
  expect(hitsBelow(data, ADDRESS)).toEqual([]);
}, 120_000);

test('what is left of an address goes ten minutes after its session has ended at the latest, while the server runs and when it starts', async () => {
  await using place = await scratch();
  const data = join(place.folder, 'data');
  const clock = createTestClock();
  const { token } = await initialise(data, OWNER, { clock });
  const serving = () => openServer({ data, port: 0, logLevel: 'silent' }, { clock });
  const first = await serving();
  await createClient(first.url).ok('POST', '/session/link', { token });
  await first.close();
  const left = async (): Promise<number> => {
    const store = await openStoreIn(data);
    const [org] = await store.organisations();
    const people = org === undefined ? [] : await store.people(org.org);
    // Asked as of long ago, so that what has ended is counted too while it is there.
    const sessions = await Promise.all(people.map((one) => store.sessionsOf(one.org, one.person, 0)));
    await store.close();
    return sessions.flat().length;
  };
  expect(await left()).toBe(1);
  await clock.advance(sessionLimits.idleMs - MINUTE);
  await (await serving()).close();
  expect(await left()).toBe(1);
  await clock.advance(2 * MINUTE);
  await (await serving()).close();
  expect(await left()).toBe(0);

  const rounds: number[] = [];
  const store = { dropEndedSessions: async (now: number) => rounds.push(now) };
  const sweep = startSessionSweep({ store, clock, failed: () => undefined }, 5);
  await expect.poll(() => rounds.length).toBeGreaterThan(2);
  await clock.advance(DAY);
  await expect.poll(() => rounds.at(-1)).toBe(clock.now());
  await sweep.close();
  await rm(data, { recursive: true });
}, 120_000);
