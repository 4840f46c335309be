import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { putSetting } from '../../../../server/control/settings.ts';
import { leavingName } from '../../../../server/control/teamLeavings.ts';
import { openFoundation } from '../../../../server/foundation.ts';
import { systemRandom } from '../../../../server/random.ts';
import { openServer } from '../../../../server/server.ts';
import { TeamId } from '../../../../shared/ids.ts';
import { HOUR } from '../../../../shared/time.ts';
import { acknowledgeOn } from '../../../support/acknowledgeOn.ts';
import {
  addMember,
  type Client,
  createClient,
  type Json,
  type Member,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
} from '../../../support/api.ts';
import { damageSetting } from '../../../support/brokenTable.ts';
import { dial } from '../../../support/ingestKit.ts';
import { type RecordedDay, recordDay } from '../../../support/recordedDay.ts';

let it: TestServer;
let owner: TestOwner;
let teams: Record<'sales' | 'support', string>;
let mia: Member;
let ben: Member;
let manager: Member;
let officer: Member;
let day: RecordedDay;

beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Acme');
  const team = async (name: string) => (await owner.client.ok('POST', '/teams', { name })).id;
  teams = { sales: await team('Sales'), support: await team('Support') };
  const join = (role: string, name: string, more: object = {}) =>
    addMember(it, owner.client, role as 'employee', { name, email: `${name.toLowerCase()}@acme.example.com`, ...more });
  await publish(owner.client, {
    title: { level: 'full', basis: 'legitimate_interest' },
    screenshot: { level: 'full' },
    app: { level: 'name', basis: 'consent' },
  });
  mia = await join('employee', 'Mia', { teams: [teams.sales] });
  ben = await join('employee', 'Ben');
  manager = await join('manager', 'Max', { managesTeams: [teams.sales] });
  officer = await join('privacy_officer', 'Pia');
  day = await recordDay(it.data, owner.org, mia.person, it.clock.now() - 3 * HOUR);
  await acknowledge();
});
afterAll(() => it.close());

beforeEach(async () => {
  for (const team of Object.values(teams)) await leaveOut(team, {});
  await move(mia, [teams.sales]);
  await move(ben, []);
});

const acknowledge = () => acknowledgeOn(it.server.port, owner.client, day.device);
const move = (who: Member, into: string[]) => owner.client.ok('PATCH', `/people/${who.person}`, { teams: into });
async function leaveOut(team: string, ceilings: object, by: Client = owner.client): Promise<Json> {
  const { revision } = await by.ok('GET', `/teams/${team}/left-out`);
  return by.ok('PUT', `/teams/${team}/left-out`, { baseRevision: revision, ceilings, words: 'shows customers' });
}
async function why(who: Member, parameter: string, as: Client = who.client): Promise<Json> {
  const { parameters } = await as.ok('GET', `/people/${who.person}/layers`);
  return parameters.find((one: Json) => one.parameter === parameter);
}
const saysOf = (explained: Json, layer: string) => explained.layers.find((one: Json) => one.layer === layer);
async function teamTerms(): Promise<Json> {
  await using agent = await dial(it.server.port);
  await agent.hello(day.device);
  const { lease } = await agent.take('welcome');
  return JSON.parse((lease as Json).payload).terms.team;
}

test('what a manager leaves out for their team decides for each member, on the page and in the lease, with the reason, and for nobody else', async () => {
  const said = await leaveOut(teams.sales, { screenshot: 'off', title: 'redacted' }, manager.client);
  expect(said).toMatchObject({
    ceilings: { screenshot: 'off', title: 'redacted' },
    byName: 'Max',
    words: 'shows customers',
  });
  const screenshot = await why(mia, 'screenshot');
  expect(screenshot).toMatchObject({ level: 'off', decidedBy: 'team' });
  expect(saysOf(screenshot, 'team')).toEqual({ layer: 'team', most: 'off', decides: true, byOldTerms: false });
  expect(saysOf(screenshot, 'organisation')).toEqual({
    layer: 'organisation',
    most: 'full',
    decides: false,
    byOldTerms: false,
  });
  expect(saysOf(screenshot, 'person')).toEqual({ layer: 'person', most: null, decides: false, byOldTerms: false });
  const { leftOut } = await mia.client.ok('GET', `/people/${mia.person}/layers`);
  expect(leftOut.teams).toMatchObject([{ team: teams.sales, name: 'Sales', words: 'shows customers', byName: 'Max' }]);
  expect(await teamTerms()).toEqual({ screenshot: 'off', title: 'redacted' });
  expect(saysOf(await why(ben, 'screenshot'), 'team')).toMatchObject({ most: null });
});

test('it reaches who joins later, counts least of two teams, ends with who leaves, and what comes back waits for an acknowledgement', async () => {
  await leaveOut(teams.sales, { title: 'redacted' });
  await leaveOut(teams.support, { title: 'off', screenshot: 'blurred' });
  const team = async (who: Member, parameter: string) => saysOf(await why(who, parameter), 'team').most;
  await move(mia, [teams.sales, teams.support]);
  expect([await team(mia, 'title'), await team(mia, 'screenshot')]).toEqual(['off', 'blurred']);
  await move(mia, [teams.sales]);
  expect([await team(mia, 'title'), await team(mia, 'screenshot')]).toEqual(['redacted', null]);
  await move(mia, []);
  expect(await team(mia, 'title')).toBeNull();
  expect(await why(mia, 'title')).toMatchObject({ level: 'off', decidedBy: 'acknowledgement' });
  await acknowledge();
  expect(await why(mia, 'title')).toMatchObject({ level: 'full', decidedBy: null });
  const invited = await owner.client.ok('POST', '/people', {
    ...{ name: 'New', email: 'new@acme.example.com', role: 'employee', teams: [teams.support], managesTeams: [] },
  });
  expect(saysOf(await why({ person: invited.person.id } as Member, 'title', owner.client), 'team').most).toBe('off');
});

test('after a crash between what a team says and what follows for its members, it follows when the server starts', async () => {
  const apart = await startServer();
  const { client, org } = await apart.addOrganisation('Crash');
  const { id } = await client.ok('POST', '/teams', { name: 'Sales' });
  const who = await addMember(apart, client, 'employee', { name: 'Mia', email: 'mia@crash.example.com', teams: [id] });
  await apart.server.close();
  const surroundings = { clock: apart.clock, random: systemRandom };
  const { store, vault, close } = await openFoundation({
    ...{ data: apart.data, ...surroundings, create: false, migrated: () => undefined },
  });
  const said = { ceilings: { title: 'off' }, by: who.person, words: 'it was said, and no more' };
  await putSetting(
    store,
    vault,
    { org, name: leavingName(TeamId.parse(id)), revision: 1, at: apart.clock.now() },
    said,
  );
  await close();
  const again = await openServer({ data: apart.data, port: 0, logLevel: 'silent' }, surroundings);
  try {
    const reader = createClient(again.url);
    reader.cookie = client.cookie;
    const { parameters } = await reader.ok('GET', `/people/${who.person}/layers`);
    expect(
      saysOf(
        parameters.find((one: Json) => one.parameter === 'title'),
        'team',
      ).most,
    ).toBe('off');
  } finally {
    await again.close();
    await apart.close();
  }
});

test('what a damaged ceiling of one team said nobody knows: what another leaves out reaches their members all the same, and nothing is given back', async () => {
  await move(mia, [teams.sales, teams.support]);
  await leaveOut(teams.support, { screenshot: 'off' });
  await damageSetting(it.data, leavingName(TeamId.parse(teams.support)));
  const { revision } = await owner.client.ok('GET', `/teams/${teams.sales}/left-out`);
  const change = { baseRevision: revision, ceilings: { title: 'off' }, words: 'shows customers' };
  for (const _ of ['first', 'again as it is']) {
    expect(await owner.client.send('PUT', `/teams/${teams.sales}/left-out`, change)).toMatchObject({ status: 503 });
    for (const parameter of ['title', 'screenshot']) {
      expect(saysOf(await why(mia, parameter), 'team'), parameter).toMatchObject({ most: 'off' });
    }
  }
  await leaveOut(teams.support, {});
  expect(saysOf(await why(mia, 'screenshot'), 'team')).toMatchObject({ most: null });
});

test('what is left out for one person is said with a reason, names what it changes, and refuses levels that leave nothing out', async () => {
  await acknowledge();
  const path = `/people/${mia.person}/left-out`;
  const body = { baseRevision: 0, ceilings: { title: 'redacted' }, words: 'works on something confidential' };
  const { revision } = await manager.client.ok('PUT', path, body);
  expect(await why(mia, 'title')).toMatchObject({ level: 'redacted', decidedBy: 'person' });
  expect((await manager.client.send('PUT', path, body)).status).toBe(409);
  const wrong = await manager.client.send('PUT', path, {
    ...body,
    baseRevision: revision,
    ceilings: { title: 'full' },
  });
  expect([wrong.status, wrong.body.error.message]).toEqual([
    400,
    'body: ceilings.title: expected one of off, redacted',
  ]);
  expect((await manager.client.send('PUT', path, { ...body, baseRevision: revision, words: 'x' })).status).toBe(400);
  await manager.client.ok('PUT', path, { ...body, baseRevision: revision, ceilings: {} });
  expect(saysOf(await why(mia, 'title'), 'person').most).toBeNull();
});

test('the grounds of an objection are on no page of layers, and a zone that somebody named is on no other’s', async () => {
  const grounds = 'It shows which doctor I see.';
  await mia.client.ok('PUT', `/people/${mia.person}/objections/title`, { grounds });
  await mia.client.ok('PUT', `/people/${mia.person}/zone`, { zone: 'Asia/Tokyo' });
  for (const reader of [owner.client, manager.client, officer.client]) {
    const view = await reader.ok('GET', `/people/${mia.person}/layers`);
    expect(JSON.stringify(view)).not.toContain('doctor');
    expect(view.clock).toEqual({ of: 'person', zone: null });
    const title = view.parameters.find((one: Json) => one.parameter === 'title');
    expect(saysOf(title, 'objection')).toMatchObject({ most: 'off' });
  }
  const own = await mia.client.ok('GET', `/people/${mia.person}/layers`);
  expect(own.clock).toEqual({ of: 'person', zone: 'Asia/Tokyo' });
  expect((await mia.client.send('PUT', `/people/${mia.person}/zone`, { zone: 'Mars/Base' })).status).toBe(400);
  expect((await manager.client.send('PUT', `/people/${mia.person}/zone`, { zone: null })).status).toBe(403);
  await mia.client.ok('PUT', `/people/${mia.person}/zone`, { zone: null });
  expect((await mia.client.ok('GET', `/people/${mia.person}/layers`)).clock.of).toBe('organisation');
});

test('a manager says nothing of a team that is not theirs, and reads nothing of it', async () => {
  const path = `/teams/${teams.support}/left-out`;
  const body = { baseRevision: 0, ceilings: { title: 'off' }, words: 'not mine to say' };
  expect((await manager.client.send('PUT', path, body)).status).toBe(403);
  expect((await manager.client.send('GET', path)).status).toBe(403);
  const gone = `/teams/${mia.person}/left-out`;
  expect((await owner.client.send('GET', gone)).status).toBe(404);
});

test('nobody else reads here who consented: what rests on consent is listed for the person alone', async () => {
  expect(await why(mia, 'app')).toMatchObject({ basis: 'consent', level: 'off', decidedBy: 'consent' });
  for (const { client } of [owner, manager, officer]) {
    expect(await why(mia, 'app', client)).toBe(undefined);
    expect(await why(mia, 'title', client)).toMatchObject({ basis: 'legitimate_interest' });
  }
});
