import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../server/clock.ts';
import { isOpen, letIn, OPERATOR, requireLetIn } from '../../server/control/operators.ts';
import { openFoundation } from '../../server/foundation.ts';
import { makeSignInLink } from '../../server/initialise.ts';
import { systemRandom } from '../../server/random.ts';
import { StoreError } from '../../server/store/store.ts';
import { dayOf, HOUR } from '../../shared/time.ts';
import { command, serverCli } from '../support/agentProcess.ts';
import {
  addMember,
  createClient,
  type Json,
  type Member,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
} from '../support/api.ts';
import { type RecordedDay, recordDay } from '../support/recordedDay.ts';

// PROMISES 21: whoever runs the server looks at nobody without a reason, an end, and the person being told first.

let it: TestServer;
let owner: TestOwner;
let ann: Member;
let day: RecordedDay;
beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Acme');
  ann = await addMember(it, owner.client, 'employee', { name: 'Ann', email: 'ann@acme.example.com' });
  await publish(owner.client, { notes: { level: 'on' }, session: { level: 'on' } });
  day = await recordDay(it.data, owner.org, ann.person, it.clock.now() - 5 * HOUR);
});
afterAll(() => it?.close());

const host = async (...args: string[]) => {
  const given = ['--data', it.data, '--organisation', 'Acme', '--json'];
  const { code, out, err } = await command(serverCli, [...args, ...given]);
  return { code, out, err };
};
const show = (email = ann.email) => host('show', '--person', email, '--day', dayOf(day.from), '--purpose', 'support');
const whoLooked = () => ann.client.ok('GET', `/people/${ann.person}/accesses`);
const lastLook = async () => {
  const { actor, actorName, actorRole, action, purpose, day } = (await whoLooked()).accesses[0];
  return { actor, actorName, actorRole, action, purpose, day };
};

describe('from the host', () => {
  test('nobody is shown a day without having been let in, and whoever is let in says why, and for a day at the most', async () => {
    const before = await whoLooked();
    const refused = await show();
    expect([refused.code, refused.out]).toEqual([3, '']);
    expect(refused.err).toMatch(/nobody was let in.*break-glass open/);
    const open = (...more: string[]) => host('break-glass', 'open', '--person', ann.email, ...more);
    for (const wrong of [
      await open('--hours', '2'),
      await open('--reason', ' ', '--hours', '2'),
      await open('--reason', 'Ticket 9', '--hours', '25'),
      await open('--reason', 'Ticket 9', '--hours', '0'),
    ])
      expect([wrong.code, wrong.out]).toEqual([2, '']);
    expect(
      (await host('break-glass', 'open', '--person', 'no@acme.example.com', '--reason', 'abc', '--hours', '2')).code,
    ).toBe(4);
    expect(await whoLooked()).toEqual(before);
  }, 120_000);

  test('whoever is let in is on record for the person and the organisation before anything is shown, and each look after that', async () => {
    const opened = await host('break-glass', 'open', '--person', ann.email, '--reason', 'Ticket 9', '--hours', '2');
    expect(opened.code).toBe(0);
    const { operators } = await whoLooked();
    expect(operators).toEqual([
      expect.objectContaining({ reason: 'Ticket 9', by: expect.stringMatching(/./), closedAt: null }),
    ]);
    expect(operators[0].until - operators[0].at).toBe(2 * HOUR);
    const operator = { actor: OPERATOR, actorName: 'Whoever runs the server', actorRole: 'operator' };
    expect(await lastLook()).toEqual({ ...operator, action: 'let_in', purpose: 'support', day: null });
    const { events } = await owner.client.ok('GET', '/security-events');
    expect(events).toContainEqual(expect.objectContaining({ kind: 'operator_let_in', person: ann.person }));

    const shown = await show();
    expect([shown.code, shown.err]).toEqual([0, '']);
    expect(await lastLook()).toEqual({ ...operator, action: 'day', purpose: 'support', day: dayOf(day.from) });
    const path = `/people/${ann.person}/day?day=${dayOf(day.from)}&zone=UTC&purpose=support`;
    const without = ({ recordedAccess: _recorded, generatedAt: _at, ...rest }: Json) => rest;
    expect(without(JSON.parse(shown.out))).toEqual(without(await owner.client.ok('GET', path)));

    // Of her alone.
    expect((await show(owner.email)).code).toBe(3);
    const listed = JSON.parse((await host('break-glass', 'list')).out);
    expect(listed.grants).toMatchObject([{ person: ann.person, reason: 'Ticket 9' }]);
    expect(JSON.parse((await host('break-glass', 'close', '--person', ann.email)).out)).toEqual({ closed: 1 });
    expect((await show()).code).toBe(3);
    expect((await whoLooked()).operators[0].closedAt).toEqual(expect.any(Number));
  }, 120_000);

  test('a grant ends by itself', async () => {
    await using foundation = await opened();
    const asked = { org: owner.org, person: owner.person, by: 'root', reason: 'Ticket 10', hours: 1 };
    const grant = await letIn(foundation.deps, asked);
    expect([isOpen(grant, grant.until - 1), isOpen(grant, grant.until), isOpen(grant, grant.at - 1)]).toEqual([
      ...[true, false, false],
    ]);
    const at = (now: number) =>
      requireLetIn({ ...foundation.deps, clock: { now: () => now } }, owner.org, owner.person);
    await expect(at(grant.until - 1)).resolves.toMatchObject({ reason: 'Ticket 10' });
    await expect(at(grant.until)).rejects.toThrow('nobody was let in');
  });

  test.each(['recordAccess', 'recordSecurityEvent'] as const)(
    'nobody is let in where %s cannot be made durable',
    async (which) => {
      await using foundation = await opened();
      const { deps } = foundation;
      const store = { ...deps.store, [which]: () => Promise.reject(new StoreError('full', 'no room')) };
      const asked = { org: owner.org, person: OPERATOR, by: 'root', reason: 'Ticket 11', hours: 1 };
      await expect(letIn({ ...deps, store }, asked)).rejects.toThrow('no room');
      await expect(requireLetIn(deps, owner.org, OPERATOR)).rejects.toThrow('nobody was let in');
    },
  );
});

test('a sign-in link for an account with a password is told to its person when it is made and when it is used, and what is read with it is marked', async () => {
  const bob = await addMember(it, owner.client, 'owner', { name: 'Bob', email: 'bob@acme.example.com' });
  const ofBob = async () => (await bob.client.ok('GET', `/people/${bob.person}/accesses`)).accesses;
  const { token } = await makeSignInLink(it.data, bob.email, { clock: it.clock });
  expect(await ofBob()).toMatchObject([{ actor: OPERATOR, actorRole: 'operator', action: 'sign_in_link' }]);
  const stranger = createClient(it.url);
  await stranger.ok('POST', '/session/link', { token });
  expect((await ofBob())[0]).toMatchObject({
    ...{ actor: bob.person, actorRole: 'host_link', action: 'signed_in_with_link' },
  });
  const path = `/people/${ann.person}/day?day=${dayOf(day.from)}&zone=UTC&purpose=support`;
  await stranger.ok('GET', path);
  expect(await lastLook()).toMatchObject({ actor: bob.person, actorRole: 'host_link', action: 'day' });
  await bob.client.ok('GET', path);
  expect(await lastLook()).toMatchObject({ actor: bob.person, actorRole: 'owner', action: 'day' });
  // The link with which an account begins is its invitation, and marks nothing.
  const begun = await it.addOrganisation('Begun');
  expect((await begun.client.ok('GET', `/people/${begun.person}/accesses`)).accesses).toEqual([]);
});

async function opened() {
  const foundation = await openFoundation({ data: it.data, clock: systemClock, random: systemRandom, create: false });
  const { store, vault } = foundation;
  const deps = { store, vault, clock: it.clock, random: systemRandom };
  return { deps, [Symbol.asyncDispose]: () => foundation.close() };
}
