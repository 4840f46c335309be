import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { addDays, DAY, dayOf } from '../../shared/time.ts';
import {
  addMember,
  type Json,
  type Member,
  PASSWORD,
  startServer,
  type TestOwner,
  type TestServer,
} from '../support/api.ts';
import { enrol } from '../support/enrolled.ts';
import { holdIn, openHolding, prepareHolding } from '../support/holding.ts';
import { keepingTerms } from '../support/keepingTerms.ts';
import { openFoundationIn } from '../support/numberedNotes.ts';
import { sendNumbered } from '../support/numberedSender.ts';
import { beginDownload, openCopy, restOf } from '../support/ownCopy.ts';
import { plant } from '../support/plantedPerson.ts';
import { sweepOnce } from '../support/retained.ts';
import { storedOf } from '../support/storedOf.ts';
import { leftOf } from '../support/twoOrganisations.ts';
import { endingsOn, leftOfPerson } from '../support/twoPeople.ts';

// FAULTS 26: an account, or an organisation, ends while its computers send, others order the same, a download goes on, or the sweep of what is past its day.

let it: TestServer;
let owner: TestOwner;
beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Race');
});
afterAll(() => it.close());

test('of several orders at once one counts; what its computer sends at that moment is not kept, and nothing of it is left', async () => {
  const member = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@race.example.com' });
  const device = await enrol(it.url, owner.client, member.person, it.clock.now());
  const session = { parameter: 'session', level: 'on', event: 'start', cause: 'employee', span: 0 };
  const contentOf = () => [session];
  const sender = sendNumbered({ port: it.server.port, device, policyVersion: 1, inFlight: 4, contentOf });
  try {
    await vi.waitFor(() => expect(sender.acknowledged.size).toBeGreaterThan(3), { timeout: 10_000 });
    const order = () =>
      owner.client.send('POST', `/people/${member.person}/ending`, { name: 'Mia', password: PASSWORD });
    const orders = await Promise.all([order(), order(), order()]);
    expect(orders.find(({ status }) => status === 200)?.body.counts.segments).toBeGreaterThan(0);
    expect(orders.map(({ status }) => status).toSorted()).toEqual([200, 404, 404]);
  } finally {
    sender.stop();
  }
  await vi.waitFor(
    async () => {
      const { endings } = await owner.client.ok('GET', '/endings');
      expect(endings.map(({ certificate }: Json) => certificate)).toEqual(['interim']);
    },
    { timeout: 15_000 },
  );
  await expectNothingLeft(member);
});

async function expectNothingLeft({ person }: Pick<Member, 'person'>): Promise<void> {
  const foundation = await openFoundationIn(it.data);
  const left = await leftOfPerson(foundation, owner.org, person);
  await foundation.close();
  expect(left).toEqual({ records: 0, keys: 0, opened: 0 });
}

test('a download that is under way when the account ends breaks off, and nobody takes it for whole', async () => {
  const member = await addMember(it, owner.client, 'employee', { name: 'Nora', email: 'nora@race.example.com' });
  const day = addDays(dayOf(it.clock.now()), -2);
  await plant(it.data, { org: owner.org, person: member.person, canary: 'nora', days: [day], apps: 20_000 });
  await openCopy(it, member);
  const response = await beginDownload(it.url, member);
  const ended = await owner.client.ok('POST', `/people/${member.person}/ending`, { name: 'Nora', password: PASSWORD });
  const state = async (): Promise<Json> =>
    (await owner.client.ok('GET', '/endings')).endings.find(({ ending }: Json) => ending === ended.ending);
  const { bytes, whole } = await restOf(response);
  expect(whole).toBe(false);
  // What was on its way went on; the rest, the list of files and the directory of the ZIP at its end did not.
  expect([bytes.includes('manifest.json'), bytes.includes(Buffer.from('504b0506', 'hex'))]).toEqual([false, false]);
  expect((await member.client.send('GET', '/session')).status).toBe(401);
  await vi.waitFor(async () => expect((await state()).certificate).toBe('interim'), { timeout: 20_000 });
  await expectNothingLeft(member);
});

test('while the sweep of what is past its day goes on an account ends, and nothing is there but what is held, which opens', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daylight-racing-'));
  const first = '2026-03-02';
  const clock = { now: () => Date.parse(first) + 200 * DAY, mono: () => performance.now() };
  const days = Array.from({ length: 12 }, (_, place) => addDays(first, place));
  const whose = await prepareHolding(folder, clock, days);
  const foundation = await openHolding(folder, clock);
  const content = {
    parameters: ['notes' as const, 'screenshot' as const],
    from: addDays(first, 2),
    to: addDays(first, 7),
  };
  await holdIn(foundation, whose, clock, { ...content, until: dayOf(clock.now()) });
  const endings = await endingsOn(foundation, { clock });
  let isEnding = true;
  let sweeps = 0;
  const sweeping = (async () => {
    for (; isEnding; sweeps += 1) await sweepOnce(foundation, { clock, terms: keepingTerms([{ at: 0, days: {} }]) });
  })();
  await endings.end({ ...whose, by: 'owner' });
  await vi.waitFor(() => expect(endings.of(whose.org)[0]?.state).toBe('scrubbed'), { timeout: 10_000 });
  isEnding = false;
  await sweeping;
  const stored = await storedOf(foundation, whose);
  await endings.close();
  await foundation.close();
  await rm(folder, { recursive: true, force: true });
  expect(sweeps).toBeGreaterThan(1);
  expect(stored.map(({ day }) => day)).toEqual([...days.slice(2, 8), ...days.slice(2, 8)]);
  expect(stored.map(({ opens }) => opens)).toEqual(stored.map(() => 2));
});

test('an organisation that ends while its computers send keeps nothing of it, and one whose computers send meanwhile loses nothing', async () => {
  const [ending, other] = [await it.addOrganisation('Gone'), await it.addOrganisation('Stays')];
  const contentOf = () => [{ parameter: 'session', level: 'on', event: 'start', cause: 'employee', span: 0 }];
  const senders = await Promise.all(
    [ending, other].map(async ({ client, person }) => {
      const device = await enrol(it.url, client, person, it.clock.now());
      return sendNumbered({ port: it.server.port, device, policyVersion: 1, inFlight: 4, contentOf });
    }),
  );
  const [, stays] = senders;
  try {
    await vi.waitFor(() => expect(senders.map(({ acknowledged }) => acknowledged.size > 3)).toEqual([true, true]), {
      timeout: 10_000,
    });
    const order = () => ending.client.send('POST', '/organisation/ending', { name: 'Gone', password: PASSWORD });
    const orders = await Promise.all([order(), order(), order()]);
    // Whose order was under way has an account that does not open any more.
    const [first, ...others] = orders.map(({ status }) => status).toSorted();
    expect([first, others.filter((status) => ![401, 503].includes(status))]).toEqual([200, []]);
    const ordered = orders.find(({ status }) => status === 200)?.body;
    expect(ordered.counts.segments).toBeGreaterThan(0);
    const before = stays?.acknowledged.size ?? 0;
    await vi.waitFor(async () => expect((await fetch(`${ordered.address}/certificate.json`)).status).toBe(200), {
      timeout: 15_000,
    });
    await vi.waitFor(() => expect(stays?.acknowledged.size).toBeGreaterThan(before + 3), { timeout: 10_000 });
  } finally {
    for (const sender of senders) sender.stop();
  }
  expect(await leftOf(it.data, ending.org)).toEqual({ records: 0, keys: 0, opened: 0 });
  expect((await leftOf(it.data, other.org)).records).toBeGreaterThan(0);
});
