import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createAccounts } from '../../../../server/api/accounts.ts';
import { createApp } from '../../../../server/api/app.ts';
import { createPasswords } from '../../../../server/api/passwords.ts';
import { createSessions } from '../../../../server/api/sessions.ts';
import { createAuditLog } from '../../../../server/audit/auditLog.ts';
import type { PolicyControl } from '../../../../server/control/control.ts';
import { createNotices } from '../../../../server/control/notices.ts';
import { createRightsRequests } from '../../../../server/control/requests.ts';
import { createImports } from '../../../../server/lifecycle/imports.ts';
import { systemRandom } from '../../../../server/random.ts';
import { dayOf, MINUTE, SECOND } from '../../../../shared/time.ts';
import { createClient, PASSWORD } from '../../../support/api.ts';
import {
  batch,
  connect,
  newSession,
  type ServerKit,
  seen,
  sessionEvent,
  startServer,
} from '../../../support/ingestKit.ts';
import { NO_BACKUPS, NO_ENDINGS, NO_SEARCHES, NO_SWEEPS } from '../../../support/noSearches.ts';
import { createReferenceKeyStore } from '../../../support/referenceStore.ts';

// What happens while a person reports something as private: something of it is stored, or they report it once more.

async function serve(kit: ServerKit, control: PolicyControl): Promise<{ url: string; close: () => void }> {
  const { store, vault, erased, connections, organisations, clock } = kit;
  const app = createApp({
    requests: createRightsRequests({ store, vault, connections, clock, random: systemRandom }),
    notices: createNotices({ store, vault, organisations, clock }),
    auditLog: createAuditLog({ store, keyStore: createReferenceKeyStore(), vault, organisations, clock }),
    ...{ store, vault, control, connections, organisations, clock, random: systemRandom, publicUrl: () => '' },
    accounts: createAccounts({ store, vault, clock, random: systemRandom }),
    ...{
      erased,
      erasures: { wake: () => undefined },
      ...NO_SWEEPS,
      ...NO_ENDINGS,
      specialSearches: NO_SEARCHES,
      backups: NO_BACKUPS,
    },
    ...{
      folder: '',
      imports: createImports({ store, vault, keyStore: createReferenceKeyStore(), clock, random: systemRandom }),
    },
    ...{ origins: () => new Set<string>(), secure: false, behindProxy: false, consoleFolder: null },
    ...{ healthy: async () => true, closing: new AbortController().signal, log: () => undefined },
  });
  const http = createServer(app);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    http.closeAllConnections();
    http.close();
  };
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, close };
}

/** Someone of whom one site is stored, signed in at a server that has not begun yet to take away what was ordered. */
async function reporting(kit: ServerKit, controlOf: (sends: () => Promise<void>) => PolicyControl = () => kit.control) {
  const { document } = await kit.publish({ url: { level: 'host_path' } });
  const { store, vault, clock } = kit;
  const accounts = createAccounts({ store, vault, clock, random: systemRandom });
  const mia = await accounts.create({
    ...{ org: kit.org, name: 'Mia', email: 'mia@example.com', role: 'employee' },
    ...{ teams: [], managesTeams: [], invitedBy: null },
  });
  const passwordHash = await createPasswords(systemRandom).hash(PASSWORD);
  await accounts.change(mia, {
    status: 'active',
    credentials: { passwordHash, totp: null, pendingTotp: null, recoveryCodes: [] },
  });
  const device = await kit.enrol({ person: mia.person });
  clock.advance(SECOND);
  const agent = await connect(kit, device);
  const session = newSession();
  const choir = () => seen(kit, { parameter: 'url', level: 'host_path', host: 'choir.example.com', path: '/' });
  const first = choir();
  agent.send(batch(agent, 1, session, [sessionEvent(kit, 'start'), first], document.version));
  expect(await agent.take('ack')).toMatchObject({ stored: 2 });
  clock.advance(MINUTE);
  const control = controlOf(async () => {
    agent.send(batch(agent, 2, session, [choir()], document.version));
    expect(await agent.take('ack')).toMatchObject({ seq: 2, stored: 1 });
  });
  const { url, close } = await serve(kit, control);
  const sessions = createSessions({ store, vault, accounts, clock, random: systemRandom });
  const { cookie } = await sessions.begin(mia, { network: 'x', browser: 'y' }, null);
  const client = Object.assign(createClient(url), { cookie: `daylight_session=${cookie}` });
  const at = Number(first['at']);
  const what = { kind: 'private', from: at, to: at, same: { apps: [], sites: ['choir.example.com'] }, leaveOut: true };
  return {
    mia,
    report: (more: object = {}) =>
      client.send('POST', `/people/${mia.person}/erasures`, { what: { ...what, ...more }, password: PASSWORD }),
    async [Symbol.asyncDispose]() {
      close();
      await agent[Symbol.asyncDispose]();
    },
  };
}

test('what a computer sends while it is looked for goes with the rest: nothing comes between that and its being left out', async () => {
  await using kit = await startServer();
  await using it = await reporting(kit, (sends) => ({
    ...kit.control,
    async decide(leave, make) {
      await sends();
      return kit.control.decide(leave, make);
    },
  }));
  const made = await it.report();
  expect([made.status, made.body.of?.counted]).toEqual([201, [{ parameter: 'url', records: 2 }]]);
  const gone = await kit.erased.of(it.mia);
  expect(
    gone.covers({
      ...{ parameter: 'url', level: 'host_path', host: 'choir.example.com', path: '/' },
      ...{ at: kit.clock.now(), mono: 0, span: 0 },
    }),
  ).toBe(true);
});

test('the same asked for twice at once is ordered once, though it is stored still: the second finds nothing', async () => {
  await using kit = await startServer();
  await using it = await reporting(kit);
  const more = { same: { apps: [], sites: [] }, leaveOut: false };
  const both = await Promise.all([it.report(more), it.report(more)]);
  expect(both.map(({ status }) => status).toSorted()).toEqual([201, 409]);
  const day = dayOf(kit.clock.now());
  const days = {
    kind: 'days',
    parameters: ['url'],
    from: day,
    to: day,
    zone: 'UTC',
    same: undefined,
    leaveOut: undefined,
  };
  expect((await it.report({ ...days, to: day })).status).toBe(409);
  expect((await kit.erased.of(it.mia)).erasures).toHaveLength(1);
});
