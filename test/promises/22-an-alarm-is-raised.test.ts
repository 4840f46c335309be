import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { thresholds } from '../../server/audit/detectors.ts';
import type { LogFields } from '../../server/log.ts';
import { connect } from '../../server/store/sqlite/connection.ts';
import { DAY, dayOf, HOUR, MINUTE } from '../../shared/time.ts';
import {
  addMember,
  type Json,
  type Member,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
} from '../support/api.ts';
import { downloadOwn } from '../support/ownCopy.ts';
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

/** Resolves when all that was recorded before has been looked at: what somebody else did after it has raised an alarm. */
async function allSeen(owner: TestOwner, name: string): Promise<void> {
  const other = await addMember(it!, owner.client, 'employee', { name, email: `${name}@acme.example.com` });
  await refused(other, owner, thresholds.refusals.count);
  await expect.poll(() => raisedOf(owner, other.person), WITHIN).toHaveLength(1);
}
async function raisedOf(owner: TestOwner, person: string): Promise<Json[]> {
  return (await alarmsOf(owner)).filter((one) => one.person === person);
}
async function refused({ client }: Member, owner: TestOwner, times: number): Promise<void> {
  const path = `/people/${owner.person}/day?day=${dayOf(it!.clock.now())}&zone=UTC&purpose=working_time`;
  for (let time = 0; time < times; time += 1) expect((await client.send('GET', path)).status).toBe(403);
}

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
  await allSeen(owner, 'one');
  expect(await raisedOf(owner, owner.person)).toEqual([]);
  await look(people.at(-1));
  await expect.poll(() => raisedOf(owner, owner.person), WITHIN).toHaveLength(1);
  const [alarm] = await raisedOf(owner, owner.person);
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
  await allSeen(owner, 'two');
  expect(await raisedOf(owner, owner.person)).toHaveLength(1);
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
  // They are one entry that is counted on: each is counted once, however many rounds see it.
  for (const times of [10, 5, thresholds.refusals.count - 16]) {
    await refused(bob, owner, times);
    await allSeen(owner, `after-${times}`);
  }
  expect(await raisedOf(owner, bob.person)).toEqual([]);
  await refused(bob, owner, 1);
  await expect.poll(() => raisedOf(owner, bob.person), WITHIN).toHaveLength(1);
  expect(await raisedOf(owner, bob.person)).toMatchObject([{ kind: 'alarm_refusals', person: bob.person }]);
}, 120_000);

test('a download of everything outside of working hours raises one, which is open until somebody else who may says what was found', async () => {
  await begin();
  const { clock } = it!;
  // The usual working hours: Monday to Friday, from six to ten in the evening, UTC.
  const wednesday = 6 * DAY + 21 * HOUR + 30 * MINUTE;
  clock.advance(7 * DAY + ((((wednesday - clock.now()) % (7 * DAY)) + 7 * DAY) % (7 * DAY)));
  const other = await it!.addOrganisation('Other');
  const acme = await it!.addOrganisation('Night');
  const ann = await addMember(it!, acme.client, 'employee', { name: 'Ann', email: 'ann@night.example.com' });
  const pia = await addMember(it!, acme.client, 'privacy_officer', { name: 'Pia', email: 'pia@night.example.com' });
  await downloadOwn(it!, ann);
  clock.advance(40 * MINUTE);
  await downloadOwn(it!, pia);
  // What Ann did at half past nine was seen before it.
  await expect.poll(() => alarmsOf(acme), WITHIN).toHaveLength(1);
  const expected = { kind: 'alarm_off_hours_download', person: pia.person, acknowledged: null };
  const before = await acme.client.ok('GET', '/alarms');
  expect(before).toMatchObject({ open: 1, alarms: [expected] });
  const path = `/alarms/${before.alarms[0].seq}/acknowledgement`;
  const body = { finding: 'explained', reason: 'She packed for a conference.' };
  expect(await pia.client.send('POST', path, body)).toMatchObject({ status: 403 });
  expect(await ann.client.send('POST', path, body)).toMatchObject({ status: 403 });
  expect((await other.client.send('POST', path, body)).status).toBe(404);
  expect(await acme.client.ok('POST', path, body)).toMatchObject({
    open: 0,
    alarms: [{ ...expected, acknowledged: { by: acme.person, ...body } }],
  });
  expect(await acme.client.send('POST', path, body)).toMatchObject({ status: 409 });
  const { events } = await pia.client.ok('GET', '/security-events');
  expect(events).toContainEqual(expect.objectContaining({ kind: 'acknowledged_alarm', person: acme.person }));
  const database = await connect(join(it!.data, 'daylight.db'));
  expect(JSON.stringify(await database.all('SELECT * FROM organisation_setting'))).not.toContain('conference');
  await database.close();
}, 120_000);

test('whoever is the only one who may acknowledges an alarm of their own, on record, however many events came since', async () => {
  const owner = await begin();
  const { client, person } = owner;
  for (let time = 0; time < thresholds.refusals.count; time += 1)
    await client.send('POST', `/people/${person}/export`, { password: 'not the right one' });
  await expect.poll(async () => (await client.ok('GET', '/alarms')).open, WITHIN).toBe(1);
  for (let time = 0; time < 210; time += 1) {
    it!.clock.advance(MINUTE); // within one they would be counted as one
    await client.ok('POST', '/teams', { name: `Team ${time}` });
  }
  expect(await alarmsOf(owner)).toEqual([]);
  const { open, alarms } = await client.ok('GET', '/alarms');
  expect([open, alarms]).toMatchObject([1, [{ kind: 'alarm_refusals', person }]]);
  const body = { finding: 'handled', reason: 'I had forgotten my password.' };
  const after = await client.ok('POST', `/alarms/${alarms[0].seq}/acknowledgement`, body);
  expect(after).toMatchObject({ open: 0, alarms: [{ person, acknowledged: { by: person, ...body } }] });
}, 120_000);
