import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../../shared/time.ts';
import {
  addMember,
  createClient,
  type Json,
  type Member,
  startServer,
  type TestOwner,
  type TestServer,
} from '../../../support/api.ts';
import { breakTable } from '../../../support/brokenTable.ts';
import { enrolmentBy, newDevice } from '../../../support/enrolled.ts';
import { type OpenEvents, openEvents } from '../../../support/eventReader.ts';
import { batch, dial, monoAt, newSession, type RawAgent, type TestDevice } from '../../../support/ingestKit.ts';
import { goOnToMorning } from '../../../support/movableClock.ts';

// What a manager sees of a team now, once and live, asked of a real server with real agents' sockets.

let it: TestServer;
let owner: TestOwner;
let manager: Member;
let team: string;
let policyVersion = 1;
let made = 0;
const open: OpenEvents[] = [];

/** What a busy machine may take for a step; what is told apart here are minutes. */
const A_MOMENT = 30 * SECOND;

beforeAll(async () => {
  it = await startServer();
  goOnToMorning(it.clock);
  owner = await it.addOrganisation('Today');
  ({ id: team } = await owner.client.ok('POST', '/teams', { name: 'Design' }));
  manager = await addMember(it, owner.client, 'manager', {
    ...{ name: 'Noor Dahl', email: 'noor@today.example.com', managesTeams: [team] },
  });
  await publish({ app: { level: 'name' } });
});
beforeEach(() => {
  for (const one of open.splice(0)) one.close();
});
afterAll(async () => {
  for (const one of open) one.close();
  await it.close();
});

async function publish(parameters: object): Promise<void> {
  const { policy } = await owner.client.ok('GET', '/policy');
  const change = { baseVersion: policy.version, reason: 'for this test', parameters };
  policyVersion = (await owner.client.ok('PUT', '/policy', change)).policy.version;
}

/** Somebody of the team with a device that has acknowledged the policy in force, and its open connection. */
async function tracker(name: string): Promise<{ member: Member; device: TestDevice; agent: RawAgent; work: Work }> {
  made += 1;
  const email = `${name.toLowerCase()}${made}@today.example.com`;
  const member = await addMember(it, owner.client, 'employee', { name, email, teams: [team] });
  const { code } = await member.client.ok('POST', `/people/${member.person}/enrolment-codes`, {});
  const device = newDevice();
  const enrolment = enrolmentBy(device, code, policyVersion, it.clock.now());
  const { org, person } = await createClient(it.url, 'agent').ok('POST', '/enrolment', { enrolment });
  const enrolled = { key: device.key, record: { ...device.record, org, person } };
  const agent = await dial(Number(new URL(it.url).port));
  await agent.hello(enrolled, { at: it.clock.now(), mono: monoAt(it.clock.now()) });
  await agent.take('welcome');
  return { member, device: enrolled, agent, work: workOf(agent) };
}

type Work = ReturnType<typeof workOf>;

function workOf(agent: RawAgent) {
  const session = newSession();
  let seq = 0;
  const sendAt = async (now: number, ...observations: object[]) => {
    seq += 1;
    const stamped = observations.map((one) => ({ at: now, mono: monoAt(now), span: 0, level: 'on', ...one }));
    agent.send(batch(agent, seq, session, stamped, policyVersion));
    return (await agent.take('ack')).discarded;
  };
  const send = async (...observations: object[]) => {
    expect(await sendAt(it.clock.now(), ...observations)).toEqual({});
  };
  const event = (name: string) => ({ parameter: 'session', event: name, cause: 'employee' });
  return {
    start: (project: string | null = 'Website') =>
      send(event('start'), { parameter: 'project', project, task: project === null ? null : 'Checkout' }),
    pause: () => send(event('pause')),
    resume: () => send(event('resume')),
    stop: () => send(event('stop')),
    jump: (span: number) => sendAt(it.clock.now(), { parameter: 'session', event: 'gap', cause: 'clock_jump', span }),
    stopAhead: () => sendAt(it.clock.now() + HOUR, event('stop')),
    choose: (project: string) => send({ parameter: 'project', project, task: null }),
    app: (name: string) => send({ parameter: 'app', level: 'name', name }),
  };
}

/** Sets the server's clock, and waits until the server has told every agent to connect again. */
async function setClock(byMs: number): Promise<void> {
  const agent = await dial(Number(new URL(it.url).port));
  it.clock.set(byMs);
  await agent.take('bye');
}

const QUESTION = 'zone=UTC&purpose=working_time,project_costing';
const today = (of: Pick<Member, 'client'>, question = QUESTION) => of.client.ok('GET', `/today?${question}`);
const rowOf = ({ people }: Json, { person }: Member) => people.find((row: Json) => row.person.id === person);

const dayOf = ({ person }: Member): Promise<Json> => {
  const day = new Date(it.clock.now()).toISOString().slice(0, 10);
  return owner.client.ok('GET', `/people/${person}/day?day=${day}&purpose=working_time,project_costing`);
};

async function live(of: Pick<Member, 'client'>, question = QUESTION): Promise<OpenEvents> {
  const stream = await openEvents(`${it.url}/api/v1/today/stream?${question}`, of.client.cookie);
  open.push(stream);
  return stream;
}

const looksAt = async ({ client, person }: Member): Promise<Json[]> =>
  (await client.ok('GET', `/people/${person}/accesses`)).accesses;

describe('a row', () => {
  test('says who tracks, on what and since when, with the same total as the day, and only what is so', async () => {
    const { member, agent, work } = await tracker('Mia');
    expect(rowOf(await today(manager), member)).toMatchObject({ state: 'not_today', since: null, trackedMs: 0 });
    const began = it.clock.now();
    await work.start();
    it.clock.advance(10 * MINUTE);
    await work.app('Editor');
    const row = rowOf(await today(manager), member);
    expect(row).toMatchObject({
      ...{ person: { id: member.person, name: 'Mia' }, teams: [team], state: 'tracking', atLeast: false },
      ...{ work: { project: 'Website', task: 'Checkout' }, app: 'Editor', absent: [] },
    });
    expect(Math.abs(row.since - began)).toBeLessThan(A_MOMENT);
    expect(Math.abs(row.trackedMs - 10 * MINUTE)).toBeLessThan(A_MOMENT);
    it.clock.advance(10 * MINUTE);
    expect(rowOf(await today(manager), member).app).toBe(null); // nothing new of it for longer than five minutes
    await work.pause();
    const paused = it.clock.now();
    it.clock.advance(5 * MINUTE);
    const resting = rowOf(await today(manager), member);
    expect(resting).toMatchObject({ state: 'paused', app: null, work: { project: 'Website' } });
    expect(Math.abs(resting.since - paused)).toBeLessThan(A_MOMENT);
    await work.resume();
    expect(rowOf(await today(manager), member).state).toBe('tracking');
    await work.stop();
    const stopped = rowOf(await today(manager), member);
    expect(stopped).toMatchObject({ state: 'stopped', work: null, app: null });
    expect(Math.abs(stopped.trackedMs - 20 * MINUTE)).toBeLessThan(A_MOMENT);
    const day = new Date(it.clock.now()).toISOString().slice(0, 10);
    const { totals } = await owner.client.ok(
      'GET',
      `/people/${member.person}/day?day=${day}&purpose=working_time,project_costing`,
    );
    expect(totals.trackedMs).toBe(stopped.trackedMs);
    agent.ws.terminate();
  });

  test('for another purpose than working time nothing lasts until now because somebody works now', async () => {
    const { member, agent, work } = await tracker('Ove');
    await work.start();
    it.clock.advance(10 * MINUTE);
    const day = new Date(it.clock.now()).toISOString().slice(0, 10);
    const paths = [`people/${member.person}/day?day=${day}`, `people/${member.person}/week?from=${day}`];
    const reports = async () =>
      Promise.all(paths.map((path) => owner.client.ok('GET', `/${path}&purpose=project_costing`)));
    const shown = async () => {
      const [one, week] = await reports();
      return [one.work, one.totals, one.sessions, week.days[0].totals, week.days[0].unfinished];
    };
    const before = await shown();
    it.clock.advance(10 * MINUTE);
    expect(await shown()).toEqual(before);
    expect((await dayOf(member)).sessions).toHaveLength(1);
    agent.ws.terminate();
    await expect.poll(shown).toEqual(before);
  });

  test('of somebody whose device went away while they tracked claims no more than the last that is known', async () => {
    const { member, agent, work } = await tracker('Ada');
    await work.start();
    it.clock.advance(4 * MINUTE);
    await work.app('Editor');
    const heard = it.clock.now();
    agent.ws.terminate();
    await agent.closed();
    await expect.poll(async () => rowOf(await today(manager), member).state).toBe('not_connected');
    it.clock.advance(30 * MINUTE);
    const row = rowOf(await today(manager), member);
    expect(row).toMatchObject({ atLeast: true, app: null });
    expect(Math.abs(row.since - heard)).toBeLessThan(A_MOMENT);
    expect(Math.abs(row.trackedMs - 4 * MINUTE)).toBeLessThan(A_MOMENT);
  });

  test('of somebody whose stop could not be stored says that they have stopped, with no more than the last that is known', async () => {
    const { member, agent, work } = await tracker('Mia');
    await work.start();
    it.clock.advance(20 * MINUTE);
    await work.choose('Rebrand');
    const last = it.clock.now();
    it.clock.advance(10 * MINUTE);
    const running = rowOf(await today(manager), member);
    expect(await work.stopAhead()).toEqual({ clock_implausible: 1 });
    it.clock.advance(20 * MINUTE);
    const ended = rowOf(await today(manager), member);
    expect([running.state, ended.state]).toEqual(['tracking', 'stopped']);
    expect(Math.abs(running.trackedMs - 30 * MINUTE)).toBeLessThan(A_MOMENT);
    expect(Math.abs(ended.trackedMs - 20 * MINUTE)).toBeLessThan(A_MOMENT);
    expect(Math.abs(ended.since - last)).toBeLessThan(A_MOMENT);
    agent.ws.terminate();
  });

  test('of somebody whose clock ran ahead and came back ends their session at the last that is known, and the day says the same', async () => {
    const { member, agent, work } = await tracker('Mia');
    await work.start();
    it.clock.advance(20 * MINUTE);
    await work.choose('Rebrand');
    const last = it.clock.now();
    expect(await work.jump(10 * MINUTE)).toEqual({ outside_session: 1 });
    expect(await work.stopAhead()).toEqual({ clock_implausible: 1 });
    it.clock.advance(MINUTE);
    const row = rowOf(await today(manager), member);
    const { generatedAt, sessions, totals } = await dayOf(member);
    expect([row.state, sessions.length, sessions[0].open]).toEqual(['stopped', 1, false]);
    expect(sessions[0].to).toBeLessThan(generatedAt);
    for (const end of [row.since, sessions[0].to]) expect(Math.abs(end - last)).toBeLessThan(A_MOMENT);
    expect(Math.abs(totals.trackedMs - 20 * MINUTE)).toBeLessThan(A_MOMENT);
    agent.ws.terminate();
  });

  test('of somebody whose device was retired while they tracked says that they have stopped at the last that is known, as the day does', async () => {
    const { member, device, agent, work } = await tracker('Mia');
    await work.start();
    it.clock.advance(20 * MINUTE);
    await work.choose('Rebrand');
    const last = it.clock.now();
    it.clock.advance(5 * MINUTE);
    await member.client.ok('DELETE', `/people/${member.person}/devices/${device.record.device}`);
    await agent.closed();
    await expect.poll(async () => rowOf(await today(manager), member)).toMatchObject({ state: 'stopped', work: null });
    const row = rowOf(await today(manager), member);
    const { sessions } = await dayOf(member);
    expect([row.atLeast, sessions.length, sessions[0].open]).toEqual([false, 1, false]);
    for (const end of [row.since, sessions[0].to]) expect(Math.abs(end - last)).toBeLessThan(A_MOMENT);
  });

  test('of somebody without a device says that nothing is collected, and why', async () => {
    const member = await addMember(it, owner.client, 'employee', {
      ...{ name: 'Nils', email: 'nils@today.example.com', teams: [team] },
    });
    const row = rowOf(await today(manager), member);
    expect(row).toMatchObject({ state: 'not_collected', since: null, trackedMs: null, work: null, app: null });
    expect(row.absent).toContainEqual({ parameter: 'session', why: 'no_device', since: null });
  });
});

describe('a look', () => {
  test('is on record for each person shown, with what was shown of them, and names nobody else', async () => {
    const { member, agent } = await tracker('Lea');
    const other = await addMember(it, owner.client, 'employee', { name: 'Ole', email: 'ole@today.example.com' });
    const { people, recordedAccess } = await today(manager);
    expect(people.some((row: Json) => row.person.id === other.person)).toBe(false);
    const look = {
      ...{ actor: manager.person, action: 'today', refused: false, at: expect.any(Number) },
      day: new Date(it.clock.now()).toISOString().slice(0, 10),
    };
    expect(await looksAt(member)).toMatchObject([
      { ...look, purpose: 'project_costing', parameters: ['project', 'app'] },
      { ...look, purpose: 'working_time', parameters: ['session'] },
    ]);
    expect(recordedAccess.purposes).toEqual(['working_time', 'project_costing']);
    expect(await looksAt(other)).toEqual([]);
    agent.ws.terminate();
  });

  test('that cannot be recorded shows nothing', async () => {
    const repair = await breakTable(it.data, 'access');
    const once = await manager.client.send('GET', `/today?${QUESTION}`);
    const stream = await manager.client.send('GET', `/today/stream?${QUESTION}`);
    await repair();
    expect([once.status, once.body.error.code, stream.status]).toEqual([503, 'unavailable', 503]);
    expect((await today(manager)).people.length).toBeGreaterThan(0);
  });

  test('at oneself is own data, shows oneself alone and is not recorded as access by another', async () => {
    const { people, recordedAccess } = await today(manager, 'purpose=own_data');
    expect(people.map((row: Json) => row.person.id)).toEqual([manager.person]);
    expect(recordedAccess).toBe(null);
    const { member, agent } = await tracker('Ida');
    expect((await today(member)).people).toEqual([]);
    agent.ws.terminate();
  });

  test('in a zone that does not exist is refused as bad input, and is on nobody’s record', async () => {
    const { member, agent } = await tracker('Eva');
    const refused = await manager.client.send('GET', '/today?zone=Mars/Base&purpose=support');
    expect([refused.status, refused.body.error.field]).toEqual([400, 'zone']);
    expect(await looksAt(member)).toEqual([]);
    agent.ws.terminate();
  });

  test('at one team shows who is in it, and nobody to whoever does not manage it', async () => {
    const { id } = await owner.client.ok('POST', '/teams', { name: 'Others' });
    const theirs = await addMember(it, owner.client, 'employee', {
      ...{ name: 'Ben', email: 'ben@today.example.com', teams: [id] },
    });
    const shown = await today(owner, `${QUESTION}&team=${id}`);
    expect(shown.people.map((row: Json) => row.person.id)).toEqual([theirs.person]);
    expect((await today(manager, `${QUESTION}&team=${id}`)).people).toEqual([]);
  });
});

describe('a live look', () => {
  test('shows each change soon, and is one entry in the log however much it shows', async () => {
    const { member, agent, work } = await tracker('Kim');
    const stream = await live(manager);
    const latest = () => rowOf(stream.events.at(-1) ?? { people: [] }, member);
    await expect.poll(() => latest()?.state).toBe('not_today');
    await work.start();
    await expect.poll(() => latest()).toMatchObject({ state: 'tracking', work: { project: 'Website' } });
    await work.choose('Rebrand');
    await expect.poll(() => latest().work).toEqual({ project: 'Rebrand', task: null });
    await work.stop();
    await expect.poll(() => latest().state).toBe('stopped');
    expect((await looksAt(member)).map(({ action }) => action)).toEqual(['today_live', 'today_live']); // one for each purpose
    agent.ws.terminate();
  });

  test('ends after a quarter of an hour, and with the session of whoever looks', async () => {
    const bounded = await live(manager);
    await expect.poll(() => bounded.events.length).toBeGreaterThan(0);
    expect(bounded.events[0].endsAt - bounded.events[0].generatedAt).toBeLessThanOrEqual(15 * MINUTE);
    it.clock.advance(15 * MINUTE);
    await bounded.ended;
    const another = await addMember(it, owner.client, 'manager', {
      ...{ name: 'Per', email: 'per@today.example.com', managesTeams: [team] },
    });
    const stream = await live(another);
    await expect.poll(() => stream.events.length).toBeGreaterThan(0);
    await another.client.ok('DELETE', '/session');
    await stream.ended;
  });

  test('ends when the role, the teams or the policy change that it rests on, and shows nothing more', async () => {
    const { id } = await owner.client.ok('POST', '/teams', { name: 'Short' });
    const leaving = await addMember(it, owner.client, 'manager', {
      ...{ name: 'Uta', email: 'uta@today.example.com', managesTeams: [id] },
    });
    const first = await live(leaving);
    await expect.poll(() => first.events.length).toBeGreaterThan(0);
    await owner.client.ok('PATCH', `/people/${leaving.person}`, { managesTeams: [] });
    await first.ended;
    const second = await live(leaving);
    await expect.poll(() => second.events.length).toBeGreaterThan(0);
    await publish({ notes: { level: 'on' } });
    await second.ended;
    expect([first.events.length, second.events.length]).toEqual([1, 1]);
  });

  test('says nothing more of somebody who has left the team, not even with the change of another', async () => {
    const { member: leaving, agent: one } = await tracker('Tom');
    const { agent: two, work } = await tracker('Zoe');
    const stream = await live(manager);
    await expect.poll(() => stream.events.length).toBeGreaterThan(0);
    await owner.client.ok('PATCH', `/people/${leaving.person}`, { teams: [] });
    const before = stream.events.length;
    await work.start();
    await stream.ended;
    expect(stream.events.slice(before)).toEqual([]);
    for (const agent of [one, two]) agent.ws.terminate();
  });

  test('ends after a quarter of an hour also when the clock of the server was set back in between', async () => {
    const stream = await live(manager);
    await expect.poll(() => stream.events.length).toBeGreaterThan(0);
    await setClock(-2 * HOUR);
    it.clock.advance(16 * MINUTE);
    await stream.ended;
    await setClock(2 * HOUR);
  });

  test('tells a role that may not see sessions nothing, not even by the time of an event', async () => {
    await publish({ session: { viewers: ['owner'] }, project: { viewers: ['owner'] } });
    const { member, agent, work } = await tracker('Sam');
    const stream = await live(manager);
    await expect.poll(() => stream.events.length).toBe(1);
    await work.start();
    await work.app('Editor');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(stream.events.length).toBe(1);
    expect(rowOf(await today(manager), member)).toMatchObject({
      ...{ state: 'not_for_you', since: null, work: null, app: null, trackedMs: null },
      absent: expect.arrayContaining([{ parameter: 'session', why: 'not_for_you', since: null }]),
    });
    await publish({ app: { viewers: ['owner'] } });
    const refused = await manager.client.send('GET', `/today?${QUESTION}`);
    expect([refused.status, refused.body.error.code]).toEqual([403, 'forbidden']);
    expect((await looksAt(member))[0]).toMatchObject({ action: 'today', refused: true });
    agent.ws.terminate();
  });
});
