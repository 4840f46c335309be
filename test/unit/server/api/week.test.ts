import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, DAY, dayOf, MINUTE } from '../../../../shared/time.ts';
import {
  addMember,
  createClient,
  type Json,
  type Member,
  PASSWORD,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
} from '../../../support/api.ts';
import { enrol } from '../../../support/enrolled.ts';
import { goOnToMorning } from '../../../support/movableClock.ts';
import { recordDay } from '../../../support/recordedDay.ts';

let it: TestServer;
let owner: TestOwner;
let mia: Member;
let monday: string;

beforeAll(async () => {
  it = await startServer();
  goOnToMorning(it.clock);
  owner = await it.addOrganisation('Week');
  mia = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@week.example.com' });
  monday = addDays(dayOf(it.clock.now()), -7);
  for (const back of [7, 5]) await recordDay(it.data, owner.org, mia.person, at(addDays(dayOf(it.clock.now()), -back)));
});
afterAll(() => it.close());

/** A quarter past eleven in the evening: the hour goes on past midnight. */
const at = (day: string) => Date.parse(`${day}T23:15:00Z`);

const week = (of: Pick<Member, 'client'>, purpose: string, more = '') =>
  of.client.ok('GET', `/people/${mia.person}/week?from=${monday}&purpose=${purpose}${more}`);

test('each of the seven days has the totals of its own report, also where a session goes past midnight', async () => {
  const { days, person } = await week(mia, 'own_data');
  expect(person).toEqual({ id: mia.person, name: 'Mia' });
  expect(days.map(({ day }: Json) => day)).toEqual(Array.from({ length: 7 }, (_, n) => addDays(monday, n)));
  expect(days.map(({ totals }: Json) => totals.trackedMs / MINUTE)).toEqual([35, 15, 35, 15, 0, 0, 0]);
  for (const { day, totals, absent, activity } of days) {
    const own = await mia.client.ok('GET', `/people/${mia.person}/day?day=${day}&purpose=own_data`);
    const { bySite: _sites, ...shown } = own.totals;
    expect([day, totals, activity === null]).toEqual([day, shown, own.activity.length === 0]);
    const shared = ['session', 'project', 'app', 'activity'];
    const whyOf = (all: Json[]) => all.filter(({ parameter }) => shared.includes(parameter));
    expect([day, whyOf(absent)]).toEqual([day, whyOf(own.absent)]);
  }
  expect(days[0].activity).toEqual({ recordedMs: MINUTE, activeMs: MINUTE });
});

test('a look at a week is one entry in the log of the person: its first day, and what was read', async () => {
  const before = (await mia.client.ok('GET', `/people/${mia.person}/accesses`)).accesses.length;
  const { recordedAccess } = await week(owner, 'project_costing', '&zone=Europe/Berlin');
  const { accesses } = await mia.client.ok('GET', `/people/${mia.person}/accesses`);
  expect(accesses.length).toBe(before + 1);
  expect(accesses[0]).toMatchObject({
    ...{ actor: owner.person, action: 'week', purpose: 'project_costing', day: monday, refused: false },
    ...{ parameters: ['project', 'app'], at: recordedAccess.at },
  });
});

test('what the reader may not see is in no total, and the days say so', async () => {
  await publish(owner.client, { app: { viewers: ['manager'] } });
  const { days } = await week(owner, 'project_costing');
  expect(days.flatMap(({ totals }: Json) => totals.byApp)).toEqual([]);
  expect(days[0].absent).toContainEqual({ parameter: 'app', why: 'not_for_you', since: null });
  expect((await week(mia, 'own_data')).days[0].totals.byApp.length).toBe(2);
});

test('a day whose time is over says that it is no longer kept, and not that nobody tracked', async () => {
  await enrol(it.url, owner.client, mia.person, it.clock.now());
  const after = addDays(dayOf(it.clock.now()), 1);
  const whysOnFirst = async () => {
    const client = createClient(it.url);
    await client.ok('POST', '/session', { email: mia.email, password: PASSWORD });
    const { days } = await client.ok('GET', `/people/${mia.person}/week?from=${after}&purpose=own_data`);
    return Object.fromEntries(days[0].absent.map(({ parameter, why }: Json) => [parameter, why]));
  };
  it.clock.advance(20 * DAY);
  expect(await whysOnFirst()).toMatchObject({ session: 'not_tracking', project: 'not_tracking' });
  it.clock.advance(370 * DAY); // the policy keeps both for a year
  expect(await whysOnFirst()).toMatchObject({ session: 'no_longer_kept', project: 'no_longer_kept' });
});
