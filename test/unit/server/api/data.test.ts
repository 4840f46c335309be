import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Purpose } from '../../../../shared/catalog.ts';
import { DAY, HOUR, MINUTE } from '../../../../shared/time.ts';
import {
  addMember,
  type Client,
  type Member,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
} from '../../../support/api.ts';
import { breakTable, hideTables } from '../../../support/brokenTable.ts';
import { type RecordedDay, recordDay } from '../../../support/recordedDay.ts';

let it: TestServer;
let owner: TestOwner;
let employee: Member;
let officer: Member;
let day: RecordedDay;
beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Data');
  employee = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@data.example.com' });
  officer = await addMember(it, owner.client, 'privacy_officer', { name: 'Otto', email: 'otto@data.example.com' });
  const noon = Math.floor(it.clock.now() / DAY) * DAY - DAY + 12 * HOUR;
  day = await recordDay(it.data, owner.org, employee.person, noon);
});
afterAll(() => it.close());

const EVERY_PURPOSE = Purpose.options.join(',');

const dayOf = (client: Client, purpose: string, more = '') =>
  client.send('GET', `/people/${employee.person}/day?day=${day.day}&purpose=${purpose}${more}`);

describe('a day', () => {
  test('is the same page for the employee and for whoever may see them, except who looked', async () => {
    const own = await dayOf(employee.client, 'own_data');
    const others = await dayOf(owner.client, EVERY_PURPOSE);
    expect([own.status, others.status]).toEqual([200, 200]);
    const { recordedAccess: none, generatedAt: _a, ...mine } = own.body;
    const { recordedAccess: noted, generatedAt: _b, ...theirs } = others.body;
    expect(theirs).toEqual(mine);
    expect(none).toBe(null);
    // Of devices and diagnostics nothing is collected, and that was looked for.
    expect(noted).toEqual({ at: expect.any(Number), purposes: EVERY_PURPOSE.split(',') });
  });

  test('says what was tracked, without the gap, and why the rest is empty', async () => {
    const { body } = await dayOf(employee.client, 'own_data');
    const at = (minute: number) => day.from + minute * MINUTE;
    expect(body.sessions).toEqual([
      { from: at(0), to: at(60), open: false, stopCause: 'employee', overlapping: false },
    ]);
    expect(body.gaps).toEqual([{ from: at(30), to: at(40), cause: 'locked' }]);
    expect(body.apps).toEqual([
      { from: at(0), to: at(10), label: 'Editor', title: 'draft.md' },
      { from: at(10), to: at(30), label: 'Editor', title: null },
      { from: at(40), to: at(60), label: 'Browser', title: null },
    ]);
    expect(body.totals).toEqual({
      trackedMs: 50 * MINUTE,
      byProject: [{ label: 'Website', ms: 50 * MINUTE }],
      byApp: [
        { label: 'Editor', ms: 30 * MINUTE },
        { label: 'Browser', ms: 20 * MINUTE },
      ],
      bySite: [{ label: 'example.com', ms: 20 * MINUTE }],
    });
    expect(body.absent.map((one: { parameter: string; why: string }) => [one.parameter, one.why])).toEqual([
      ['device', 'off_by_policy'],
      ['timezone', 'off_by_policy'],
      ['diagnostics', 'off_by_policy'],
    ]);
  });

  test('belongs to the zone that is asked for', async () => {
    const { body } = await dayOf(employee.client, 'own_data', '&zone=Pacific/Auckland');
    expect(body.to - body.from).toBeGreaterThanOrEqual(23 * HOUR);
    expect(body.from).not.toBe(Date.parse(`${day.day}T00:00:00Z`));
    const bad = await dayOf(employee.client, 'own_data', '&zone=Mars/Base');
    expect([bad.status, bad.body.error.field]).toEqual([400, 'zone']);
  });
});

test('every look at a person is listed for them, refused ones too, and the privacy officer sees the list but not the day', async () => {
  const refused = await dayOf(officer.client, 'security');
  expect(refused.status).toBe(403);
  const { accesses } = await employee.client.ok('GET', `/people/${employee.person}/accesses`);
  const ofOfficer = accesses.filter((one: { actor: string }) => one.actor === officer.person);
  expect(ofOfficer).toEqual([
    expect.objectContaining({
      actorName: 'Otto',
      actorRole: 'privacy_officer',
      action: 'day',
      purpose: 'security',
      day: day.day,
      refused: true,
    }),
  ]);
  // The list says when somebody was looked at: whoever reads it of another is on it too, before it is answered.
  const read = await officer.client.ok('GET', `/people/${employee.person}/accesses`);
  const look = { actor: officer.person, action: 'accesses', purpose: 'security', day: null, parameters: [] };
  expect(read.accesses[0]).toMatchObject({ ...look, refused: false, count: 1 });
  expect(read.accesses.slice(1)).toEqual(accesses);
  expect((await employee.client.ok('GET', `/people/${employee.person}/accesses`)).accesses).toEqual(read.accesses);
  const { events } = await officer.client.ok('GET', '/security-events');
  expect(
    events.some(
      (one: { kind: string; person: string }) => one.kind === 'refused_read' && one.person === officer.person,
    ),
  ).toBe(true);
});

test('own_data is a purpose for the person alone', async () => {
  const reply = await dayOf(owner.client, 'own_data');
  expect([reply.status, reply.body.error.field]).toEqual([403, 'purpose']);
});

test('observations are returned literally as they were stored', async () => {
  const path = `/people/${employee.person}/observations?day=${day.day}&parameter=app&purpose=own_data`;
  const { observations } = await employee.client.ok('GET', path);
  expect(observations).toEqual(day.observations.filter(({ parameter }) => parameter === 'app'));
});

test('a screenshot is the bytes that were stored, and no cache keeps it', async () => {
  const reply = await employee.client.send(
    'GET',
    `/people/${employee.person}/screenshots/${day.image}?purpose=own_data`,
  );
  expect([reply.status, reply.headers.get('content-type'), reply.headers.get('cache-control')]).toEqual([
    200,
    'image/webp',
    'no-store',
  ]);
  expect(Buffer.compare(reply.body, Buffer.from(day.imageBytes))).toBe(0);
});

test('a parameter whose viewers leave out the reader’s role is shown to the person and to nobody else', async () => {
  await publish(owner.client, { title: { viewers: ['manager'] }, app: { viewers: ['owner', 'manager'] } });
  const theirs = (await dayOf(owner.client, 'project_costing')).body;
  expect(theirs.apps.every((one: { title: string | null }) => one.title === null)).toBe(true);
  expect(theirs.absent).toContainEqual({ parameter: 'title', why: 'not_for_you', since: null });
  expect((await dayOf(employee.client, 'own_data')).body.apps[0].title).toBe('draft.md');
  const raw = `/people/${employee.person}/observations?day=${day.day}&parameter=title&purpose=project_costing`;
  expect((await owner.client.send('GET', raw)).status).toBe(403);
});

test('a role that is named as a viewer later sees nothing of what was stored before it was', async () => {
  const viewers = (roles: string[]) =>
    publish(owner.client, { notes: { viewers: roles }, screenshot: { viewers: roles } });
  const later = await recordDay(it.data, owner.org, employee.person, day.from - DAY, await viewers(['manager']));
  await viewers(['manager', 'owner']);
  const reading = `day=${later.day}&purpose=project_costing,workload_review`;
  const theirs = await owner.client.ok('GET', `/people/${employee.person}/day?${reading}`);
  expect([theirs.notes, theirs.screenshots]).toEqual([[], []]);
  expect(theirs.absent).toContainEqual({ parameter: 'notes', why: 'not_for_you', since: null });
  const refusals = async () => {
    const { accesses } = await employee.client.ok('GET', `/people/${employee.person}/accesses`);
    const refused = accesses.filter(
      (one: { actor: string; refused: boolean }) => one.refused && one.actor === owner.person,
    );
    return refused.reduce((sum: number, { count }: { count: number }) => sum + count, 0);
  };
  const before = await refusals();
  const raw = await owner.client.send('GET', `/people/${employee.person}/observations?parameter=notes&${reading}`);
  const image = await owner.client.send(
    'GET',
    `/people/${employee.person}/screenshots/${later.image}?purpose=workload_review`,
  );
  expect([raw.status, image.status]).toEqual([403, 403]);
  expect(await refusals()).toBe(before + 3); // one for each purpose of each question
  await viewers(['manager']); // and what was seen before is seen no more
  expect(
    (await owner.client.ok('GET', `/people/${employee.person}/day?day=${day.day}&purpose=project_costing`)).notes,
  ).toEqual([]);
  await viewers(['manager', 'owner']);
  const own = await employee.client.ok('GET', `/people/${employee.person}/day?day=${later.day}&purpose=own_data`);
  expect([own.notes.length, own.screenshots.length]).toEqual([1, 1]);
});

test('a title whose application the reader may not see says so, and not that it was not collected', async () => {
  await publish(owner.client, { app: { viewers: ['manager'] }, title: { viewers: ['owner', 'manager'] } });
  const { apps, totals } = (await dayOf(owner.client, 'project_costing')).body;
  expect(apps.map(({ label, title }: { label: string; title: string }) => [label, title])).toEqual([
    ['not for you', 'draft.md'],
  ]);
  expect(totals.byApp).toEqual([]);
  await publish(owner.client, { app: { viewers: ['owner', 'manager'] } });
});

test('when the access cannot be recorded nothing is released, and afterwards it is again', async () => {
  const repair = await breakTable(it.data, 'access');
  const raw = `/people/${employee.person}/observations?day=${day.day}&parameter=app`;
  const image = `/people/${employee.person}/screenshots/${day.image}`;
  const replies = await Promise.all([
    dayOf(owner.client, 'workload_review'),
    dayOf(employee.client, 'own_data'),
    owner.client.send('GET', `${raw}&purpose=project_costing`),
    owner.client.send('GET', `${image}?purpose=workload_review`),
  ]);
  expect(replies.map(({ status, body }) => [status, body.error.code])).toEqual(Array(4).fill([503, 'unavailable']));
  await repair();
  expect((await dayOf(owner.client, 'workload_review')).status).toBe(200);
});

test('who is refused is refused before anything is looked for, so that the time it takes says nothing', async () => {
  const colleague = await addMember(it, owner.client, 'employee', { name: 'Eve', email: 'eve@data.example.com' });
  const about = `/people/${employee.person}`;
  const when = `day=${day.day}&purpose=project_costing`;
  const paths = [
    `${about}/day?${when}`,
    `${about}/week?from=${day.day}&purpose=project_costing`,
    `${about}/observations?parameter=app&${when}`,
    `${about}/screenshots/${day.image}?purpose=workload_review`,
  ];
  const repair = await hideTables(it.data, 'segment', 'image');
  const ask = (client: Client) => Promise.all(paths.map((path) => client.send('GET', path)));
  const replies = await Promise.all([colleague.client, officer.client].map(ask));
  const looked = (await ask(owner.client)).map(({ status }) => status);
  await repair();
  expect(replies.flat().map(({ status, body }) => [status, body.error.code])).toEqual(
    Array(8).fill([403, 'forbidden']),
  );
  expect(looked).toEqual(Array(4).fill(503)); // or the test would prove nothing
  const { accesses } = await employee.client.ok('GET', `${about}/accesses`);
  const refused = accesses.filter((one: { actor: string }) => one.actor === colleague.person);
  expect(refused.map((one: { action: string; refused: boolean }) => [one.action, one.refused]).toSorted()).toEqual(
    ['day', 'observations', 'screenshot', 'week'].map((action) => [action, true]),
  );
});
