import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, DAY, dayOf, HOUR } from '../../../../shared/time.ts';
import {
  addMember,
  type Client,
  createClient,
  type Json,
  type Member,
  PASSWORD,
  publish,
  startServer,
  type TestServer,
  totpCode,
} from '../../../support/api.ts';
import { enrol } from '../../../support/enrolled.ts';
import { goOnToMorning } from '../../../support/movableClock.ts';

let it: TestServer;
beforeAll(async () => {
  it = await startServer();
  goOnToMorning(it.clock);
});
afterAll(() => it.close());

test('why a day lacks something is of that day: off before it was on, never since a later date, and no device before one was enrolled', async () => {
  const owner = await it.addOrganisation('Absences');
  const boss = await addMember(it, owner.client, 'owner', { name: 'Boss', email: 'boss@absences.example.com' });
  const mia = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@absences.example.com' });
  const founded = dayOf(it.clock.now());
  it.clock.advance(DAY);
  await publish(await signedIn(boss), { app: { level: 'name' } });
  it.clock.advance(2 * DAY + 8 * HOUR); // the same day in Tokyo is another one than in UTC
  const enrolledOn = it.clock.now();
  await enrol(it.url, await signedIn(boss), mia.person, enrolledOn);
  it.clock.advance(DAY);
  const client = await signedIn(mia);

  for (const zone of ['UTC', 'Asia/Tokyo', 'America/Los_Angeles']) {
    const from = addDays(founded, -2);
    const { days } = await client.ok('GET', `/people/${mia.person}/week?from=${from}&purpose=own_data&zone=${zone}`);
    const told = days.map((day: Json) => ({ ...day, ...day.absent.find((one: Json) => one.parameter === 'app') }));
    for (const { day, to, why, since } of told) {
      expect([zone, day, since === null || since < to]).toEqual([zone, day, true]);
      const own = await client.ok('GET', `/people/${mia.person}/day?day=${day}&purpose=own_data&zone=${zone}`);
      expect(own.absent).toContainEqual({ parameter: 'app', why, since });
    }
  }
  const { days } = await client.ok('GET', `/people/${mia.person}/week?from=${addDays(founded, -2)}&purpose=own_data`);
  const whys = days.map((day: Json) => {
    const { why, since } = day.absent.find((one: Json) => one.parameter === 'app');
    return since === null ? why : [why, dayOf(since)];
  });
  expect(whys).toEqual([
    'off_by_policy', // nobody had published anything
    'off_by_policy',
    ['off_by_policy', founded],
    'no_device', // switched on, for nobody
    'no_device',
    ['not_acknowledged', addDays(founded, 1)],
    ['not_acknowledged', addDays(founded, 1)],
  ]);
});

/** Sessions of the console end meanwhile. */
async function signedIn({ email, secret }: Member): Promise<Client> {
  const client = createClient(it.url);
  const totp = secret === null ? {} : { totp: totpCode(secret, it.clock.now()) };
  await client.ok('POST', '/session', { email, password: PASSWORD, ...totp });
  return client;
}
