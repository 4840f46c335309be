import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createAccounts } from '../../server/api/accounts.ts';
import { createApp } from '../../server/api/app.ts';
import { createAuditLog } from '../../server/audit/auditLog.ts';
import { systemClock } from '../../server/clock.ts';
import { createChanges } from '../../server/control/changes.ts';
import { createConnections } from '../../server/control/connections.ts';
import { createErased } from '../../server/control/erased.ts';
import { createNotices } from '../../server/control/notices.ts';
import { createPolicyControl } from '../../server/control/policies.ts';
import { createRightsRequests } from '../../server/control/requests.ts';
import { createOrganisations } from '../../server/control/signer.ts';
import { createImports } from '../../server/lifecycle/imports.ts';
import { systemRandom } from '../../server/random.ts';
import { type Store, StoreError } from '../../server/store/store.ts';
import { rootKeyOf } from '../../server/vault/rootKey.ts';
import { createVault } from '../../server/vault/vault.ts';
import { OrgId, PersonId } from '../../shared/ids.ts';
import { scratch } from '../support/agentKit.ts';
import { addMember, createClient, type Reply, startServer } from '../support/api.ts';
import { breakTable } from '../support/brokenTable.ts';
import { initialiseData, publishLevels, signInOwner, startServerProcess } from '../support/daylight.ts';
import { enrolmentBy, newDevice } from '../support/enrolled.ts';
import { NO_BACKUPS, NO_ENDINGS, NO_SEARCHES, NO_SWEEPS } from '../support/noSearches.ts';
import { createReferenceKeyStore, createReferenceStore } from '../support/referenceStore.ts';
import { sealedText } from '../support/sealedForTest.ts';

// FAULTS 24, for the moment in which a device joins: whatever fails, and wherever, sending the same enrolment again ends with
// the device enrolled, what its person acknowledged kept, and the code used once.

const NOTICE = 1;
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

test('a store that fails at any call, before or after it has done it, costs neither the code nor the acknowledgement', async () => {
  await using it = await serveFailing();
  let calls = 0;
  for (const when of ['before', 'after'] as const) {
    for (let at = 1; ; at += 1) {
      const code = await it.newCode();
      const device = newDevice();
      const again = () => it.send(enrolmentBy(device, code, NOTICE, Date.now()));
      it.failAt(at, when);
      const first = await again();
      const failed = it.hasFailed();
      it.failAt(null);
      calls = Math.max(calls, at - 1);

      const state = await it.stateOf(device.record.device, code);
      if (failed) expect(first.status).toBeGreaterThanOrEqual(500);
      expect([BEFORE, AFTER]).toContainEqual(state);
      expect([(await again()).status, (await again()).status]).toEqual([201, 201]);
      expect(await it.stateOf(device.record.device, code)).toEqual(AFTER);
      const other = await it.send(enrolmentBy(newDevice(), code, NOTICE, Date.now()));
      expect([other.status, other.body.error.code]).toEqual([410, 'gone']);
      if (!failed) break;
    }
  }
  // Every call was met: there are some, and the last round went through without a failure.
  expect(calls).toBeGreaterThan(4);
  expect(await it.eventsPerDevice()).toBe(1);
});

test('a database that refuses any of its tables leaves the code good and nothing of the device', async () => {
  const it = await startServer();
  try {
    const owner = await it.addOrganisation('Broken');
    const member = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@broken.example.com' });
    const devices = async () => (await member.client.ok('GET', `/people/${member.person}/devices`)).devices.length;
    let enrolled = await devices();
    for (const table of ['security_event', 'device', 'device_progress', 'acknowledgement']) {
      const { code } = await member.client.ok('POST', `/people/${member.person}/enrolment-codes`, {});
      const enrolment = enrolmentBy(newDevice(), code, NOTICE, it.clock.now());
      const ask = () => createClient(it.url, 'agent').send('POST', '/enrolment', { enrolment });
      const repair = await breakTable(it.data, table);
      const refused = await ask().finally(repair);
      expect([table, refused.status, await devices()]).toEqual([table, expect.any(Number), enrolled]);
      expect([201, 410]).not.toContain(refused.status);
      const reply = await ask();
      enrolled += 1;
      expect([reply.status, levelOf(reply, 'session'), await devices()]).toEqual([201, 'on', enrolled]);
    }
  } finally {
    await it.close();
  }
});

test('a server killed while a device enrols has enrolled it with all that belongs to it, or the code is still good', async () => {
  await using place = await scratch();
  const data = join(place.folder, 'server');
  const token = await initialiseData(data);
  let server = await startServerProcess({ data, port: 0 });
  try {
    const owner = await signInOwner(server.url, token);
    const notice = await publishLevels(owner, { app: 'name' });
    const rounds = 8;
    for (let round = 0; round < rounds; round += 1) {
      const here = Object.assign(createClient(server.url), { cookie: owner.cookie });
      const { code } = await here.ok('POST', `/people/${owner.person}/enrolment-codes`, {});
      const enrolment = enrolmentBy(newDevice(), code, notice, Date.now());
      const send = (url: string, one = enrolment) =>
        createClient(url, 'agent').send('POST', '/enrolment', { enrolment: one });
      const lost = send(server.url).catch(() => null);
      await setTimeout(round * 2);
      await server.kill();
      await lost;
      server = await startServerProcess({ data, port: 0 });
      const reply = await send(server.url);
      expect([reply.status, levelOf(reply, 'app')]).toEqual([201, 'name']);
      expect((await send(server.url, enrolmentBy(newDevice(), code, notice, Date.now()))).status).toBe(410);
    }
    const here = Object.assign(createClient(server.url), { cookie: owner.cookie });
    expect((await here.ok('GET', `/people/${owner.person}/devices`)).devices).toHaveLength(rounds);
  } finally {
    await server.kill();
  }
}, 600_000);

/** What the lease in the answer says was acknowledged on the device. */
function levelOf(reply: Reply, parameter: string): unknown {
  return JSON.parse(reply.body.lease.payload).acknowledged[parameter];
}

const BEFORE = { device: null, acknowledged: 0, isCodeGood: true };
const AFTER = { device: 'active', acknowledged: 1, isCodeGood: false };

/** The API over a store that fails when it is told to. */
async function serveFailing() {
  const real = createReferenceStore();
  let [count, failing]: [number, { at: number; when: 'before' | 'after' } | null] = [0, null];
  let hasFailed = false;
  const store = new Proxy(real, {
    get(target, name, receiver) {
      const method: unknown = Reflect.get(target, name, receiver);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]): Promise<unknown> => {
        count += 1;
        if (count !== failing?.at) return method.apply(target, args) as unknown;
        hasFailed = true;
        if (failing.when === 'after') await method.apply(target, args);
        throw new StoreError('full', 'the disk is full');
      };
    },
  }) satisfies Store;

  const clock = systemClock;
  const vault = await createVault({
    keyStore: createReferenceKeyStore(),
    rootKey: rootKeyOf(randomBytes(32)),
    random: randomBytes,
  });
  const changes = createChanges();
  const connections = createConnections(changes);
  const organisations = createOrganisations({ store, vault, clock });
  const control = createPolicyControl({ store, vault, organisations, connections, changes, clock });
  const [org, person] = [OrgId.parse(randomUUID()), PersonId.parse(randomUUID())];
  await organisations.create(org, 'Example');
  await control.begin(org, { reactionDays: 0 });
  await real.createPerson({
    ...{ org, person, role: 'employee', status: 'active', createdAt: clock.now(), emailHash: hashOf('mia') },
    ...{ profile: sealedText('profile'), credentials: sealedText('credentials'), hasSecondFactor: false },
    ...{ teams: [], managesTeams: [] },
  });
  const app = createApp({
    ...{ store, vault, organisations, control, connections, clock, random: systemRandom },
    accounts: createAccounts({ store, vault, clock, random: systemRandom }),
    requests: createRightsRequests({ store, vault, connections, clock, random: systemRandom }),
    notices: createNotices({ store, vault, organisations, clock }),
    auditLog: createAuditLog({ store, keyStore: createReferenceKeyStore(), vault, organisations, clock }),
    ...{
      folder: '',
      imports: createImports({ store, vault, keyStore: createReferenceKeyStore(), clock, random: systemRandom }),
    },
    ...{
      erased: createErased({ store, vault, clock, trust: async () => 'trusted' }),
      erasures: { wake: () => undefined },
      ...NO_SWEEPS,
      ...NO_ENDINGS,
      specialSearches: NO_SEARCHES,
      backups: NO_BACKUPS,
      ...NO_ENDINGS,
    },
    ...{ publicUrl: () => 'http://localhost', origins: () => new Set(), secure: false, behindProxy: false },
    ...{ consoleFolder: null, healthy: async () => true, closing: new AbortController().signal, log: () => undefined },
  });
  const http = createServer(app);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const client = createClient(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, 'agent');

  return {
    failAt(at: number | null, when: 'before' | 'after' = 'before') {
      [count, hasFailed, failing] = [0, false, at === null ? null : { at, when }];
    },
    hasFailed: () => hasFailed,
    async newCode() {
      const code = Array.from({ length: 4 }, () => randomBytes(3).toString('hex').slice(0, 5).toUpperCase()).join('-');
      const life = { tokenHash: hashOf(code), kind: 'enrolment', expiresAt: clock.now() + 60_000 } as const;
      await real.createToken({ ...life, org, person });
      return code;
    },
    send: (enrolment: ReturnType<typeof enrolmentBy>) => client.send('POST', '/enrolment', { enrolment }),
    async stateOf(device: string, code: string) {
      const acknowledgements = await real.acknowledgements(org, person);
      return {
        device: (await real.devices(org)).find((one) => one.device === device)?.status ?? null,
        acknowledged: acknowledgements.filter((one) => one.device === device).length,
        isCodeGood: (await real.peekToken('enrolment', hashOf(code), clock.now())) !== null,
      };
    },
    async eventsPerDevice() {
      const events = await real.securityEvents(org, 1_000);
      const enrolled = events.filter(({ kind }) => kind === 'device_enrolled');
      return enrolled.reduce((sum, one) => sum + one.count, 0) / (await real.devices(org)).length;
    },
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
