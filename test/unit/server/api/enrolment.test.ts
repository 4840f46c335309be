import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY, HOUR } from '../../../../shared/time.ts';
import { acknowledgeOn } from '../../../support/acknowledgeOn.ts';
import {
  addMember,
  type Client,
  createClient,
  type Member,
  PASSWORD,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
} from '../../../support/api.ts';
import { enrol, enrolmentBy, newDevice } from '../../../support/enrolled.ts';
import { goOnToMorning } from '../../../support/movableClock.ts';

let it: TestServer;
let owner: TestOwner;
let employee: Member;
beforeAll(async () => {
  it = await startServer();
  goOnToMorning(it.clock);
  owner = await it.addOrganisation('Enrolment');
  employee = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@enrolment.example.com' });
});
afterAll(() => it.close());

const eventsOf = async (kind: string) =>
  (await owner.client.ok('GET', '/security-events')).events.filter((one: { kind: string }) => one.kind === kind);

describe('enrolling', () => {
  test('in another person’s name is on record: who made the code, and that it was used', async () => {
    await enrol(it.url, employee.client, employee.person, it.clock.now());
    expect(await eventsOf('enrolment_code_by_another')).toEqual([]);
    const detail = 'a code to enrol a device of this person was made by an owner';
    await enrol(it.url, owner.client, employee.person, it.clock.now());
    expect(await eventsOf('enrolment_code_by_another')).toEqual([
      expect.objectContaining({ kind: 'enrolment_code_by_another', person: employee.person, detail }),
    ]);
    expect(await eventsOf('device_enrolled')).toContainEqual(expect.objectContaining({ person: employee.person }));
  });

  test('again with the same code, device and key finds the device that was made; with another key the code is gone', async () => {
    const { code } = await employee.client.ok('POST', `/people/${employee.person}/enrolment-codes`, {});
    const device = newDevice();
    const agent = createClient(it.url, 'agent');
    const ask = (who: typeof device) =>
      agent.send('POST', '/enrolment', { enrolment: enrolmentBy(who, code, 1, it.clock.now()) });
    const replies = [await ask(device), await ask(device), await ask(newDevice())];
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 410]);
    expect(replies[1]?.body.device).toBe(device.record.device);
  });
});

test('a person has at most five open codes and twenty devices in use, and is told what to do about it', async () => {
  const member = await addMember(it, owner.client, 'employee', { name: 'Kim', email: 'kim@enrolment.example.com' });
  const codes = `/people/${member.person}/enrolment-codes`;
  const asked = await Promise.all(Array.from({ length: 8 }, () => member.client.send('POST', codes, {})));
  expect(asked.map(({ status }) => status).toSorted()).toEqual([...Array(5).fill(201), ...Array(3).fill(409)]);
  const refused = asked.find(({ status }) => status === 409)?.body.error;
  expect([refused.code, refused.remedy]).toEqual(['conflict', expect.stringMatching(/withdraw one/)]);
  for (const { id } of (await member.client.ok('GET', codes)).codes) await member.client.ok('DELETE', `${codes}/${id}`);
  const first = await enrol(it.url, member.client, member.person, it.clock.now());
  for (let n = 1; n < 20; n += 1) await enrol(it.url, member.client, member.person, it.clock.now());
  const { code } = await member.client.ok('POST', codes, {});
  const agent = createClient(it.url, 'agent');
  const ask = () => agent.send('POST', '/enrolment', { enrolment: enrolmentBy(newDevice(), code, 1, it.clock.now()) });
  const { status, body } = await ask();
  expect([status, body.error.code, body.error.remedy]).toEqual([409, 'conflict', expect.stringMatching(/^Retire one/)]);
  await member.client.ok('DELETE', `/people/${member.person}/devices/${first.record.device}`);
  expect((await ask()).status).toBe(201);
});

test('a person enrols forty devices within 24 hours, retired ones included, and is told when the next one may be', async () => {
  const server = await startServer();
  const { client: admin } = await server.addOrganisation('Many');
  const lee = { name: 'Lee', email: 'lee@many.example.com' };
  const { client, person, email } = await addMember(server, admin, 'employee', lee);
  const enrolOne = (by: Client) => enrol(server.url, by, person, server.clock.now());
  for (let n = 0; n < 40; n += 1) {
    const { record } = await enrolOne(client);
    await client.ok('DELETE', `/people/${person}/devices/${record.device}`);
  }
  const { code } = await client.ok('POST', `/people/${person}/enrolment-codes`, {});
  server.clock.advance(23 * HOUR);
  const enrolment = enrolmentBy(newDevice(), code, 1, server.clock.now());
  const { status, body } = await createClient(server.url, 'agent').send('POST', '/enrolment', { enrolment });
  const message = '40 devices of this person were enrolled within a day';
  const remedy = 'Enrol this one in 1 h, with a new code if this one has ended by then.';
  expect([status, body.error]).toEqual([409, { code: 'conflict', message, remedy }]);
  server.clock.advance(HOUR);
  const later = createClient(server.url);
  await later.ok('POST', '/session', { email, password: PASSWORD });
  await enrolOne(later);
  await server.close();
});

test('a day says not acknowledged as long as it was on no device that is in use', async () => {
  const member = await addMember(it, owner.client, 'employee', { name: 'Noa', email: 'noa@enrolment.example.com' });
  const first = await enrol(it.url, member.client, member.person, it.clock.now());
  const raised = await publish(owner.client, { app: { level: 'name' } });
  const today = new Date(it.clock.now()).toISOString().slice(0, 10);
  const whyNoApp = async () => {
    const report = await member.client.ok('GET', `/people/${member.person}/day?day=${today}&purpose=own_data`);
    return report.absent.find((one: { parameter: string }) => one.parameter === 'app').why;
  };
  expect(await whyNoApp()).toBe('not_acknowledged');
  const { code } = await member.client.ok('POST', `/people/${member.person}/enrolment-codes`, {});
  const second = newDevice();
  const enrolment = enrolmentBy(second, code, raised, it.clock.now());
  await createClient(it.url, 'agent').send('POST', '/enrolment', { enrolment });
  expect(await whyNoApp()).toBe('not_tracking');
  await member.client.ok('DELETE', `/people/${member.person}/devices/${second.record.device}`);
  expect(await whyNoApp()).toBe('not_acknowledged');
  await member.client.ok('DELETE', `/people/${member.person}/devices/${first.record.device}`);
  expect(await whyNoApp()).toBe('no_device');
});

test('of who has acknowledged and may still react, day and layers say from when it counts, to them and to others', async () => {
  const { client: boss } = await it.addOrganisation('Reacting');
  const mia = await addMember(it, boss, 'employee', { name: 'Mia', email: 'mia@reacting.example.com' });
  const device = await enrol(it.url, mia.client, mia.person, it.clock.now());
  const ofApp = (one: { parameter: string }) => one.parameter === 'app';
  it.clock.advance(1);
  await publish(boss, { app: { level: 'name' } }, { reactionDays: 2 });
  const before = it.clock.now();
  await acknowledgeOn(it.server.port, boss, device);
  const after = it.clock.now();
  const { devices } = (await mia.client.ok('GET', `/people/${mia.person}/layers`)).parameters.find(ofApp);
  const { from } = devices[0].coming;
  expect(from - 2 * DAY >= before && from - 2 * DAY <= after).toBe(true);
  const today = new Date(it.clock.now()).toISOString().slice(0, 10);
  for (const [client, purpose] of [
    [mia.client, 'own_data'],
    [boss, 'project_costing'],
  ] as const) {
    const { absent } = await client.ok('GET', `/people/${mia.person}/day?day=${today}&purpose=${purpose}`);
    expect([purpose, absent.find(ofApp)]).toEqual([
      purpose,
      { parameter: 'app', why: 'counts_later', since: null, from },
    ]);
  }
});

test('for a new purpose, today says from when it counts of who has acknowledged it, and of nobody else that they have', async () => {
  const { client: boss } = await it.addOrganisation('Today');
  const add = (name: string) =>
    addMember(it, boss, 'employee', { name, email: `${name.toLowerCase()}@today.example.com` });
  const [mia, ben] = [await add('Mia'), await add('Ben')];
  const device = await enrol(it.url, mia.client, mia.person, it.clock.now());
  await enrol(it.url, ben.client, ben.person, it.clock.now());
  it.clock.advance(1);
  await publish(boss, { session: { purpose: 'security' } }, { reactionDays: 2 });
  await acknowledgeOn(it.server.port, boss, device);
  const ada = await add('Ada'); // shows that the others are left out, not refused
  await acknowledgeOn(it.server.port, boss, await enrol(it.url, ada.client, ada.person, it.clock.now()));
  const { parameters } = await mia.client.ok('GET', `/people/${mia.person}/layers`);
  const { from } = parameters.find((one: { parameter: string }) => one.parameter === 'session').devices[0].coming;
  const { people } = await boss.ok('GET', '/today?zone=UTC&purpose=security');
  const sessionOf = (name: string) =>
    people
      .find((row: { person: { name: string } }) => row.person.name === name)
      ?.absent.find((one: { parameter: string }) => one.parameter === 'session');
  expect(sessionOf('Mia')).toEqual({ parameter: 'session', why: 'counts_later', since: null, from });
  expect(sessionOf('Ben')).toEqual({ parameter: 'session', why: 'not_acknowledged', since: null });
  expect(sessionOf('Ada').why).toBe('not_tracking');
});
