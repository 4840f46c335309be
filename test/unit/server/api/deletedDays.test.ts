import { afterAll, beforeAll, expect, test } from 'vitest';
import { dayOf, HOUR } from '../../../../shared/time.ts';
import { acknowledgeOn } from '../../../support/acknowledgeOn.ts';
import {
  addMember,
  type Client,
  type Json,
  PASSWORD,
  publish,
  startServer,
  type TestServer,
} from '../../../support/api.ts';
import { enrol } from '../../../support/enrolled.ts';
import { goOnToMorning } from '../../../support/movableClock.ts';
import { recordDay } from '../../../support/recordedDay.ts';

let it: TestServer;
beforeAll(async () => {
  it = await startServer();
  goOnToMorning(it.clock);
});
afterAll(() => it.close());

test('whoever deletes reads on that day that they did, of what there was; others read what they read when its time is over', async () => {
  const { client: boss, org } = await it.addOrganisation('Deleted');
  await publish(boss, {
    ...{ app: { level: 'name' }, title: { level: 'full' } },
    timezone: { level: 'on', basis: 'legitimate_interest', purpose: 'project_costing', viewers: ['owner'] },
    notes: { level: 'on', purpose: 'project_costing', viewers: ['owner'] },
  });
  const { version } = (await boss.ok('GET', '/policy')).policy;
  const mia = await addMember(it, boss, 'employee', { name: 'Mia', email: 'mia@deleted.example.com' });
  const device = await enrol(it.url, mia.client, mia.person, it.clock.now());
  await acknowledgeOn(it.server.port, boss, device);
  const { day } = await recordDay(it.data, org, mia.person, it.clock.now() - HOUR, version);
  const what = { kind: 'days', parameters: ['notes', 'timezone'], from: day, to: day, zone: 'UTC' };
  expect(dayOf(it.clock.now())).toBe(day);
  await mia.client.ok('POST', `/people/${mia.person}/erasures`, { what, password: PASSWORD });

  const whys = async (client: Client, purpose: string) => {
    const { absent } = await client.ok('GET', `/people/${mia.person}/day?day=${day}&zone=UTC&purpose=${purpose}`);
    return Object.fromEntries(absent.map(({ parameter, why }: Json) => [parameter, why]));
  };
  expect(await whys(mia.client, 'own_data')).toMatchObject({ notes: 'deleted_by_you', timezone: 'nothing_recorded' });
  const others = { notes: 'no_longer_kept', timezone: 'no_longer_kept' };
  expect(await whys(boss, 'project_costing')).toMatchObject(others);
});
