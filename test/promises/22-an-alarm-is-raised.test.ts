import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { thresholds } from '../../server/audit/detectors.ts';
import type { LogFields } from '../../server/log.ts';
import { connect } from '../../server/store/sqlite/connection.ts';
import { dayOf, HOUR } from '../../shared/time.ts';
import { addMember, type Json, publish, startServer, type TestOwner, type TestServer } from '../support/api.ts';
import { recordDay } from '../support/recordedDay.ts';

// PROMISES 22: rules over all that is recorded raise an alarm for those who look after security, within seconds.

let it: TestServer | null = null;
afterEach(() => it?.close());

const logged: [string, LogFields | undefined][] = [];
const begin = async (): Promise<TestOwner> => {
  logged.length = 0;
  const note = (event: string, fields?: LogFields) => void logged.push([event, fields]);
  it = await startServer({ log: { debug: () => undefined, info: note, error: note } });
  return it.addOrganisation('Acme');
};
const alarmsOf = async (owner: TestOwner): Promise<Json[]> => {
  const { events } = await owner.client.ok('GET', '/security-events');
  return events.filter(({ kind }: Json) => kind.startsWith('alarm_'));
};
const WITHIN = { timeout: 10_000, interval: 250 };

test('a planted mass read raises one alarm within ten seconds, which names the reader and how many, for owner, admin and privacy officer, and in the log', async () => {
  const owner = await begin();
  await publish(owner.client, { notes: { level: 'on' } });
  const many = thresholds.strangers.count;
  const people: string[] = [];
  for (let place = 0; place < many; place += 1) {
    const email = `p${place}@acme.example.com`;
    const { person } = await owner.client.ok('POST', '/people', {
      name: `P ${place}`,
      email,
      role: 'employee',
      teams: [],
    });
    people.push(person.id);
  }
  const officer = await addMember(it!, owner.client, 'privacy_officer', { name: 'Pia', email: 'pia@acme.example.com' });
  const today = dayOf(it!.clock.now());
  const look = (person: string | undefined) =>
    owner.client.ok('GET', `/people/${person}/day?day=${today}&zone=UTC&purpose=working_time`);
  for (const person of people.slice(0, many - 1)) await look(person);
  // Long enough that a round has seen these.
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  expect(await alarmsOf(owner)).toEqual([]);
  await look(people.at(-1));
  await expect.poll(() => alarmsOf(owner), WITHIN).toHaveLength(1);
  const [alarm] = await alarmsOf(owner);
  expect(alarm).toMatchObject({
    kind: 'alarm_mass_read',
    person: owner.person,
    detail: expect.stringMatching(/: 12$/),
  });
  for (const person of people) expect(JSON.stringify(alarm)).not.toContain(person);
  const { events } = await officer.client.ok('GET', '/security-events');
  expect(events).toContainEqual(alarm);
  expect(logged).toContainEqual([
    'alarm',
    expect.objectContaining({ alarm: 'alarm_mass_read', person: owner.person, count: many }),
  ]);
  for (const person of people) await look(person);
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  expect(await alarmsOf(owner)).toHaveLength(1);
}, 120_000);

test('stored days that were altered raise one when they are opened', async () => {
  const owner = await begin();
  await publish(owner.client, { notes: { level: 'on' }, session: { level: 'on' } });
  const ann = await addMember(it!, owner.client, 'employee', { name: 'Ann', email: 'ann@acme.example.com' });
  const day = await recordDay(it!.data, owner.org, ann.person, it!.clock.now() - 5 * HOUR);
  const database = await connect(join(it!.data, 'daylight.db'));
  // The last byte of each is of the tag that shows whether it was altered.
  await database.script(
    "UPDATE segment SET sealed = CAST(substr(sealed, 1, length(sealed) - 4) || x'00000000' AS BLOB);",
  );
  await database.close();
  for (let times = 0; times < 6; times += 1) {
    const path = `/people/${ann.person}/observations?day=${dayOf(day.from)}&parameter=notes&purpose=own_data`;
    expect((await ann.client.send('GET', path)).status).toBe(503);
  }
  await expect.poll(() => alarmsOf(owner), WITHIN).toHaveLength(1);
  expect(await alarmsOf(owner)).toMatchObject([{ kind: 'alarm_failed_opens', person: null }]);
}, 120_000);

test('somebody who is refused again and again raises one', async () => {
  const owner = await begin();
  const bob = await addMember(it!, owner.client, 'employee', { name: 'Bob', email: 'bob@acme.example.com' });
  const today = dayOf(it!.clock.now());
  const refused = async (times: number) => {
    for (let time = 0; time < times; time += 1) {
      const path = `/people/${owner.person}/day?day=${today}&zone=UTC&purpose=working_time`;
      expect((await bob.client.send('GET', path)).status).toBe(403);
    }
  };
  // They are one entry that is counted on: each is counted once, however many rounds see it.
  for (const times of [10, 5, thresholds.refusals.count - 16]) {
    await refused(times);
    await new Promise((resolve) => setTimeout(resolve, 4_000));
  }
  expect(await alarmsOf(owner)).toEqual([]);
  await refused(1);
  await expect.poll(() => alarmsOf(owner), WITHIN).toHaveLength(1);
  expect(await alarmsOf(owner)).toMatchObject([{ kind: 'alarm_refusals', person: bob.person }]);
}, 120_000);
