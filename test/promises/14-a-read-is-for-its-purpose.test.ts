import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parameterIds } from '../../shared/catalog.ts';
import { DAY, HOUR } from '../../shared/time.ts';
import {
  addMember,
  type Client,
  type Json,
  type Member,
  startServer,
  type TestOwner,
  type TestServer,
} from '../support/api.ts';
import { type RecordedDay, recordDay } from '../support/recordedDay.ts';

// Promise 14: what was collected for one purpose is read for that one alone, whoever asks. What is collected for what stands here a
// second time, written from the notice that people get and not from the code that keeps it.

const collectedFor = {
  working_time: ['session', 'timezone'],
  workload_review: ['activity', 'screenshot'],
  project_costing: ['app', 'title', 'url', 'project', 'notes'],
  security: ['device'],
  support: ['diagnostics'],
} as const;
type Purpose = keyof typeof collectedFor;
const purposes = Object.keys(collectedFor) as Purpose[];

let it: TestServer;
let owner: TestOwner;
let manager: Member;
let officer: Member;
let colleague: Member;
let mia: Member;
let day: RecordedDay;

beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Acme');
  const { id } = await owner.client.ok('POST', '/teams', { name: 'A' });
  const member = (role: 'manager' | 'privacy_officer' | 'employee', name: string, more: object = {}) =>
    addMember(it, owner.client, role, { name, email: `${name.toLowerCase()}@acme.example.com`, ...more });
  manager = await member('manager', 'Max', { managesTeams: [id] });
  officer = await member('privacy_officer', 'Otto');
  colleague = await member('employee', 'Eve', { teams: [id] });
  mia = await member('employee', 'Mia', { teams: [id] });
  day = await recordDay(it.data, owner.org, mia.person, Math.floor(it.clock.now() / DAY) * DAY - DAY + 12 * HOUR);
});
afterAll(() => it.close());

const isFor = (purpose: Purpose, parameter: string): boolean =>
  (collectedFor[purpose] as readonly string[]).includes(parameter);
const about = (path: string): string => `/people/${mia.person}/${path}`;
const observations = (client: Client, parameter: string, purpose: string) =>
  client.send('GET', about(`observations?day=${day.day}&parameter=${parameter}&purpose=${purpose}`));
const looks = async (): Promise<Json[]> => (await mia.client.ok('GET', about('accesses'))).accesses;
const refusals = async (): Promise<number> =>
  (await looks()).filter(({ refused }) => refused).reduce((sum, { count }) => sum + count, 0);

describe.each(purposes)('%s', (purpose) => {
  test.each(parameterIds)('%s is read for what it was collected for, and refused otherwise', async (parameter) => {
    for (const client of [owner.client, manager.client]) {
      const before = await refusals();
      const reply = await observations(client, parameter, purpose);
      if (isFor(purpose, parameter)) {
        expect([reply.status, reply.body.observations]).toEqual([
          200,
          day.observations.filter((one) => one.parameter === parameter),
        ]);
        expect((await looks())[0]).toMatchObject({ purpose, parameters: [parameter], refused: false });
      } else {
        const { status, body } = reply;
        expect([status, body.error.code, body.error.field]).toEqual([403, 'forbidden', 'purpose']);
        expect(body.error.remedy).toContain(`${parameter} for `);
        expect(await refusals()).toBe(before + 1);
      }
    }
  });

  test('whose role sees nothing sees nothing for this purpose either', async () => {
    for (const client of [officer.client, colleague.client]) {
      for (const parameter of collectedFor[purpose]) {
        const { status, body } = await observations(client, parameter, purpose);
        expect([status, body.error.code, body.error.field]).toEqual([403, 'forbidden', undefined]);
      }
    }
  });

  test('the day says of everything else for which other purpose it is', async () => {
    const report = await manager.client.ok('GET', about(`day?day=${day.day}&purpose=${purpose}`));
    const elsewhere = report.absent.filter(({ why }: Json) => why === 'other_purpose');
    expect(elsewhere).toEqual(
      parameterIds
        .filter((parameter) => !isFor(purpose, parameter))
        .map((parameter) => ({
          ...{ parameter, why: 'other_purpose', since: null },
          purpose: purposes.find((one) => isFor(one, parameter)),
        })),
    );
    expect(report.recordedAccess.purposes).toEqual([purpose]);
    expect([report.sessions.length, report.gaps.length, report.totals.trackedMs > 0]).toEqual(
      purpose === 'working_time' ? [1, 1, true] : [0, 0, false],
    );
    const shown = [report.work, report.activity, report.apps, report.sites, report.screenshots, report.notes];
    const parameters = ['project', 'activity', 'app', 'url', 'screenshot', 'notes'] as const;
    expect(shown.map((one) => one.length > 0)).toEqual(parameters.map((parameter) => isFor(purpose, parameter)));
  });
});

test('a refusal is on the list of the person, with what was asked for and why, and among the security events', async () => {
  expect((await observations(owner.client, 'title', 'security')).status).toBe(403);
  const refused = (await looks()).find(
    (one) => one.refused && one.actor === owner.person && one.purpose === 'security',
  );
  expect(refused).toMatchObject({ action: 'observations', day: day.day, actorName: 'Acme Owner' });
  expect(refused.parameters).toContain('title');
  const { events } = await officer.client.ok('GET', '/security-events');
  expect(events.some(({ kind, person }: Json) => kind === 'refused_read' && person === owner.person)).toBe(true);
});

test('who says several purposes sees what is collected for each, and each is a look of its own with what it showed', async () => {
  const before = (await looks()).length;
  const path = about(`day?day=${day.day}&purpose=working_time,project_costing`);
  const report = await manager.client.ok('GET', path);
  expect([report.sessions.length, report.work.length > 0, report.activity]).toEqual([1, true, []]);
  expect(report.recordedAccess.purposes).toEqual(['working_time', 'project_costing']);
  const after = await looks();
  expect(after.length).toBe(before + 2);
  expect(after.slice(0, 2).map(({ purpose, parameters, refused }) => [purpose, parameters, refused])).toEqual([
    ['project_costing', [...parameterIds.filter((id) => isFor('project_costing', id))], false],
    ['working_time', [...collectedFor.working_time], false],
  ]);
});

test('of several purposes those for which nothing of it was collected read nothing, and are on record for nothing', async () => {
  expect((await observations(owner.client, 'app', 'support,project_costing')).status).toBe(200);
  expect((await looks())[0]).toMatchObject({ purpose: 'project_costing', parameters: ['app'], refused: false });
  expect((await looks())[1].purpose).not.toBe('support');
});

test('a picture is opened for what it was taken for, and for nothing else', async () => {
  const picture = (purpose: Purpose) =>
    manager.client.send('GET', about(`screenshots/${day.image}?purpose=${purpose}`));
  for (const purpose of purposes) {
    expect([purpose, (await picture(purpose)).status]).toEqual([purpose, isFor(purpose, 'screenshot') ? 200 : 403]);
  }
});

test('a week has no total of what was collected for something else', async () => {
  const week = async (purpose: string) => {
    const { days } = await manager.client.ok('GET', about(`week?from=${day.day}&purpose=${purpose}`));
    const { totals, activity } = days[0];
    return [totals.trackedMs > 0, totals.byProject.length, totals.byApp.length, activity?.recordedMs ?? null];
  };
  expect(await week('working_time')).toEqual([true, 0, 0, null]);
  expect(await week('project_costing')).toEqual([false, 1, 2, null]);
  expect(await week('workload_review')).toEqual([false, 0, 0, 60_000]);
  const refused = await manager.client.send('GET', about(`week?from=${day.day}&purpose=support`));
  expect([refused.status, refused.body.error.field]).toEqual([403, 'purpose']);
});

test('the team of today shows only what is collected for what was said, live too', async () => {
  const row = async (purpose: string) => {
    const { people } = await manager.client.ok('GET', `/today?purpose=${purpose}`);
    const { state, absent } = people.find(({ person }: Json) => person.id === mia.person);
    return [state, absent.flatMap((one: Json) => (one.why === 'other_purpose' ? [[one.parameter, one.purpose]] : []))];
  };
  const ofCosting = ['app', 'project'].map((id) => [id, 'project_costing']);
  expect(await row('working_time')).toEqual(['not_collected', ofCosting]); // her device has acknowledged nothing
  expect(await row('project_costing')).toEqual(['other_purpose', [['session', 'working_time']]]);
  expect(await row('working_time,project_costing')).toEqual(['not_collected', []]);
  for (const path of ['/today', '/today/stream']) {
    const refused = await manager.client.send('GET', `${path}?purpose=security`);
    expect([refused.status, refused.body.error.field]).toEqual([403, 'purpose']);
  }
});

test('the person sees all of their own without saying why', async () => {
  const own = await mia.client.ok('GET', about(`day?day=${day.day}&purpose=own_data`));
  expect(own.absent.filter(({ why }: Json) => why === 'other_purpose')).toEqual([]);
  expect([own.sessions.length, own.screenshots.length, own.notes.length]).toEqual([1, 1, 1]);
  for (const parameter of parameterIds) {
    expect((await observations(mia.client, parameter, 'own_data')).status).toBe(200);
  }
});
