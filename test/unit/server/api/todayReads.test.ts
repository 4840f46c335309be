import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createAccounts } from '../../../../server/api/accounts.ts';
import { createApp } from '../../../../server/api/app.ts';
import { createSessions } from '../../../../server/api/sessions.ts';
import { createAuditLog } from '../../../../server/audit/auditLog.ts';
import { createNotices } from '../../../../server/control/notices.ts';
import { createRightsRequests } from '../../../../server/control/requests.ts';
import { createImports } from '../../../../server/lifecycle/imports.ts';
import { systemRandom } from '../../../../server/random.ts';
import type { Store } from '../../../../server/store/store.ts';
import { MINUTE, SECOND } from '../../../../shared/time.ts';
import { openEvents } from '../../../support/eventReader.ts';
import { batch, connect, newSession, type ServerKit, sessionEvent, startServer } from '../../../support/ingestKit.ts';
import { NO_BACKUPS, NO_ENDINGS, NO_SEARCHES, NO_SWEEPS } from '../../../support/noSearches.ts';
import { createReferenceKeyStore, createReferenceStore } from '../../../support/referenceStore.ts';

// What a live look costs the store, counted in records: it must not grow with everybody whom the reader may not see.

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

type Counted = Record<'people' | 'devices' | 'acknowledgementsIn', number>;

/** The store, and how many records of these kinds it has given out. */
function counting(store: Store): { store: Store; read: Counted } {
  const read: Counted = { people: 0, devices: 0, acknowledgementsIn: 0 };
  const counted = async <T>(kind: keyof Counted, reading: Promise<readonly T[]>): Promise<readonly T[]> => {
    const records = await reading;
    read[kind] += records.length;
    return records;
  };
  return {
    read,
    store: {
      ...store,
      people: (...of) => counted('people', store.people(...of)),
      devices: (...of) => counted('devices', store.devices(...of)),
      acknowledgementsIn: (...of) => counted('acknowledgementsIn', store.acknowledgementsIn(...of)),
    },
  };
}

async function serve(kit: ServerKit): Promise<string> {
  const { store, vault, control, erased, connections, organisations, clock } = kit;
  const app = createApp({
    requests: createRightsRequests({ store, vault, connections, clock, random: systemRandom }),
    notices: createNotices({ store, vault, organisations, clock }),
    auditLog: createAuditLog({ store, keyStore: createReferenceKeyStore(), vault, organisations, clock }),
    ...{ store, vault, control, connections, organisations, clock, random: systemRandom, publicUrl: () => '' },
    accounts: createAccounts({ store, vault, clock, random: systemRandom }),
    ...{
      folder: '',
      imports: createImports({ store, vault, keyStore: createReferenceKeyStore(), clock, random: systemRandom }),
    },
    ...{
      erased,
      erasures: { wake: () => undefined },
      ...NO_SWEEPS,
      ...NO_ENDINGS,
      specialSearches: NO_SEARCHES,
      backups: NO_BACKUPS,
    },
    ...{ origins: () => new Set<string>(), secure: false, behindProxy: false, consoleFolder: null },
    ...{ healthy: async () => true, closing: new AbortController().signal, log: () => undefined },
  });
  const http: Server = createServer(app);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    http.closeAllConnections();
    http.close();
  });
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

test('a change of one person reads them and who is shown beside them, however many others there are', async () => {
  const { store, read } = counting(createReferenceStore());
  await using kit = await startServer({ store });
  const deps = { store, vault: kit.vault, clock: kit.clock, random: systemRandom };
  const accounts = createAccounts(deps);
  const { team } = await accounts.createTeam(kit.org, 'Design');
  const member = (name: string, teams = [team]) =>
    accounts.create({
      org: kit.org,
      name,
      email: `${name}@example.com`,
      role: 'employee',
      teams,
      managesTeams: [],
      invitedBy: null,
    });
  const manager = await accounts.create({
    ...{
      org: kit.org,
      name: 'Noor',
      email: 'noor@example.com',
      role: 'manager',
      teams: [],
      managesTeams: [team],
      invitedBy: null,
    },
  });
  const [mia, tom] = [await member('Mia'), await member('Tom')];
  const device = await kit.enrol({ person: mia.person });
  await kit.enrol({ person: tom.person });
  for (let n = 0; n < 10; n += 1) await kit.enrol({ person: (await member(`other${n}`, [])).person });
  await using agent = await connect(kit, device);

  const { cookie } = await createSessions({ ...deps, accounts }).begin(manager, { network: 'x', browser: 'y' }, 'totp');
  const url = await serve(kit);
  const stream = await openEvents(
    `${url}/api/v1/today/stream?zone=UTC&purpose=working_time,project_costing`,
    `daylight_session=${cookie}`,
  );
  closers.push(stream.close);
  await expect.poll(() => stream.events.length).toBe(1);
  Object.assign(read, { people: 0, devices: 0, acknowledgementsIn: 0 });

  kit.clock.advance(2 * SECOND);
  agent.send(batch(agent, 1, newSession(), [sessionEvent(kit, 'start')]));
  expect(await agent.take('ack')).toMatchObject({ discarded: {} });
  await expect.poll(() => stream.events.length).toBe(2);
  expect(stream.events[1].people.map((row: { state: string }) => row.state)).toEqual(['tracking', 'not_today']);
  expect(read).toEqual({ people: 2, devices: 1, acknowledgementsIn: 0 });

  // Once a minute it is asked anew who is to be seen, and everybody who is shown is read.
  kit.clock.advance(MINUTE);
  await expect.poll(() => stream.events.length).toBe(3);
  expect(read).toMatchObject({ people: 2 + 13, devices: 1 + 2 });
  await member('Ida');
  kit.clock.advance(MINUTE);
  await stream.ended;
  expect(stream.events.length).toBe(3);
});
