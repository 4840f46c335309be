import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAccounts } from '../../server/api/accounts.ts';
import { authorize, personTarget } from '../../server/authorize.ts';
import { systemClock } from '../../server/clock.ts';
import { initialise } from '../../server/initialise.ts';
import { bindLeavingDate } from '../../server/lifecycle/leavingDates.ts';
import { systemRandom } from '../../server/random.ts';
import type { OrgId, PersonId } from '../../shared/ids.ts';
import { DAY, dayOf } from '../../shared/time.ts';
import { fakedTime } from '../support/faketime.ts';
import { fromSource, startNode } from '../support/nodeProcess.ts';
import { openFoundationIn } from '../support/numberedNotes.ts';

// FAULTS 34: a last day that comes while the server is off, in a process whose clock is that of the machine, and ahead.

const cli = fileURLToPath(new URL('../../server/cli.ts', import.meta.url));
let [folder, data] = ['', ''];
let org: OrgId;
let owner: PersonId;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-last-day-'));
  data = join(folder, 'data');
  const begun = { organisation: 'Acme', ownerName: 'Ada', ownerEmail: 'ada@example.com' };
  ({ org, person: owner } = await initialise(data, begun));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Somebody whose last day is over in an hour. */
async function leaver(email: string): Promise<PersonId> {
  const foundation = await openFoundationIn(data);
  const accounts = createAccounts({ ...foundation, clock: systemClock, random: systemRandom });
  const asked = { org, name: 'Mia', email, role: 'employee', teams: [], managesTeams: [], invitedBy: owner } as const;
  const record = await accounts.create(asked);
  const actor = { org, person: owner, role: 'owner', managesTeams: [], complete: true } as const;
  const verdict = authorize(actor, 'account.end', personTarget(record));
  if (verdict.kind === 'refused') throw new Error(verdict.reason);
  const endsAt = Date.now() + DAY / 24;
  const day = dayOf(endsAt);
  await foundation.control.decide(verdict.leave, async ({ revision }) => {
    await bindLeavingDate(foundation.keyStore, record, revision + 1);
    return { kind: 'leaving_set', day, zone: 'UTC', endsAt, by: owner, role: 'owner' };
  });
  await foundation.close();
  return record.person;
}

/** A server with a clock so far ahead, until it has written that; what it has written. */
async function serve(by: string, isDone: (log: string) => boolean): Promise<string> {
  const args = [...fromSource, cli, 'serve', '--port', '0', '--data', data];
  const server = startNode(args, { env: { ...process.env, ...fakedTime(by) }, limitMs: 90_000 });
  const said = () => server.out() + server.err();
  const until = Date.now() + 60_000;
  while (!isDone(said()) && Date.now() < until && server.process.exitCode === null) await setTimeout(100);
  server.process.kill('SIGTERM');
  if (server.process.exitCode === null) await once(server.process, 'exit');
  await server.exit;
  return said();
}

async function state(person: PersonId) {
  const foundation = await openFoundationIn(data);
  const isThere = (await foundation.store.person(org, person)) !== null;
  const begun = foundation.ledger.entries.filter((one) => one.person === person && one.state === 'committed').length;
  const kinds = (await foundation.store.securityEvents(org, 50)).map(({ kind }) => kind);
  await foundation.close();
  return { isThere, begun, isAlarmed: kinds.includes('alarm_leaving_date') };
}

test('it is ended by the next start, once; before its day it stays', async () => {
  const mia = await leaver('mia@example.com');
  await serve('+0d', (log) => log.includes('Daylight listens'));
  expect(await state(mia)).toEqual({ isThere: true, begun: 0, isAlarmed: false });
  const log = await serve('+20h', (text) => text.includes('"state":"final"'));
  expect(log).toContain('"state":"keys_destroyed"');
  await serve('+20h', (text) => text.includes('Daylight listens'));
  expect(await state(mia)).toEqual({ isThere: false, begun: 1, isAlarmed: false });
}, 200_000);

test('a start so late that the clock is in doubt ends nobody, and raises an alarm', async () => {
  const mia = await leaver('mia.again@example.com');
  await serve('+0d', (log) => log.includes('Daylight listens'));
  await serve('+9d', (log) => log.includes('"event":"leaving_date"'));
  expect(await state(mia)).toEqual({ isThere: true, begun: 0, isAlarmed: true });
}, 200_000);
