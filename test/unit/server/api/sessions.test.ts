import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Accounts } from '../../../../server/api/accounts.ts';
import { createSessions, sessionLimits } from '../../../../server/api/sessions.ts';
import { systemRandom } from '../../../../server/random.ts';
import { rootKeyOf } from '../../../../server/vault/rootKey.ts';
import { createVault } from '../../../../server/vault/vault.ts';
import { DAY, MINUTE } from '../../../../shared/time.ts';
import { createReferenceKeyStore, createReferenceStore } from '../../../support/referenceStore.ts';
import { NINE, org, person } from '../../../support/storeRecords.ts';

const clients = ['Firefox', 'Chrome', 'Safari'].map((browser) => ({ network: '203.0.113.0/24', browser }));
const ann = person('ann');

test('however often one person signs in from how many places, they have a few sessions, and one event per place', async () => {
  const { store, sessions, clock } = await open();
  for (let count = 0; count < 90; count += 1) {
    await sessions.begin(ann, clientAt(count), null);
    clock.now += 1_000;
  }
  expect(await store.sessionsOf(ann.org, ann.person, clock.now)).toHaveLength(sessionLimits.mostAtOnce);
  const events = (await store.securityEvents(ann.org, 100)).filter(({ kind }) => kind === 'concurrent_use');
  expect(events.reduce((sum, { count }) => sum + count, 0)).toBe(clients.length - 1);
});

test('the session used longest ago makes room for a new one, and one that is in use stays', async () => {
  const { sessions, clock } = await open();
  const [first, second] = [await begin(0), await begin(0)];
  for (let count = 2; count < sessionLimits.mostAtOnce; count += 1) await begin(0);
  clock.now += MINUTE;
  expect(await sessions.authenticate(first, clientAt(0))).not.toBeNull();
  await begin(0);
  expect(await sessions.authenticate(first, clientAt(0))).not.toBeNull();
  expect(await sessions.authenticate(second, clientAt(0))).toBeNull();

  async function begin(place: number): Promise<string> {
    clock.now += 1;
    return (await sessions.begin(ann, clientAt(place), null)).cookie;
  }
});

test('what could not be put on record is put on record at the next use', async () => {
  const { store, sessions, clock } = await open();
  const first = await sessions.begin(ann, clientAt(0), null);
  const { recordSecurityEvent } = store;
  store.recordSecurityEvent = () => Promise.reject(new Error('the disk is full'));
  await expect(sessions.begin(ann, clientAt(1), null)).rejects.toThrow('the disk is full');
  store.recordSecurityEvent = recordSecurityEvent;
  clock.now += MINUTE;
  await sessions.authenticate(first.cookie, clientAt(0));
  expect((await store.securityEvents(ann.org, 10)).map(({ kind }) => kind)).toEqual(['concurrent_use']);
});

test('a clock that was ahead and is set back keeps no use from two places from the record', async () => {
  const { store, sessions, clock } = await open();
  const events = async () => (await store.securityEvents(ann.org, 100)).reduce((sum, { count }) => sum + count, 0);
  clock.now += 3 * DAY;
  await useFromTwoPlaces();
  expect(await events()).toBe(1);
  clock.now -= 3 * DAY;
  clock.mono += sessionLimits.absoluteMs;
  await useFromTwoPlaces();
  expect(await events()).toBe(2);

  async function useFromTwoPlaces(): Promise<void> {
    const { cookie } = await sessions.begin(ann, clientAt(0), null);
    await sessions.authenticate(cookie, clientAt(0));
    await sessions.authenticate(cookie, clientAt(1));
    const first = await sessions.authenticate(cookie, clientAt(0));
    if (first === null) throw new Error('the session has ended');
    expect(await sessions.inUseElsewhere(first.session)).toBe(true);
    clock.mono += sessionLimits.concurrentMs;
    expect(await sessions.inUseElsewhere(first.session)).toBe(false);
  }
});

async function open() {
  const store = createReferenceStore();
  const vault = await createVault({
    keyStore: createReferenceKeyStore(),
    rootKey: rootKeyOf(randomBytes(32)),
    random: randomBytes,
  });
  await store.createOrganisation(org('acme'));
  await store.createPerson(ann);
  const clock = { now: NINE, mono: 0 };
  const sessions = createSessions({
    ...{ store, vault, accounts: noAccounts, random: systemRandom },
    clock: { now: () => clock.now, mono: () => clock.mono },
  });
  return { store, sessions, clock };
}

function clientAt(place: number): { network: string; browser: string } {
  return clients[place % clients.length] ?? { network: 'unknown network', browser: 'unknown browser' };
}

/** Nobody here came by a link, so that nobody asks for credentials. */
const noAccounts = new Proxy({} as Accounts, {
  get: () => {
    throw new Error('asked for an account');
  },
});
