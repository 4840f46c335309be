import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { addMember, type Json, PASSWORD, startServer, type TestOwner, type TestServer } from '../support/api.ts';
import { enrol } from '../support/enrolled.ts';
import { openFoundationIn } from '../support/numberedNotes.ts';
import { sendNumbered } from '../support/numberedSender.ts';
import { leftOfPerson } from '../support/twoPeople.ts';

// FAULTS 26: an account ends while its computer sends, and others order the same.

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
  const foundation = await openFoundationIn(it.data);
  const left = await leftOfPerson(foundation, owner.org, member.person);
  await foundation.close();
  expect(left).toEqual({ records: 0, keys: 0, opened: 0 });
});
