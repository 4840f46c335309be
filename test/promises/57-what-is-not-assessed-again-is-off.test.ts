import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGate } from '../../agent/core/gate/gate.ts';
import { createPolicyCache } from '../../agent/core/gate/policyCache.ts';
import { checkOnHost } from '../../server/checkOnHost.ts';
import { systemRandom } from '../../server/random.ts';
import { NEVER_ASSESSED, needsAssessment } from '../../shared/policy/review.ts';
import { addDays, dayOf, HOUR, MINUTE } from '../../shared/time.ts';
import {
  addMember,
  createClient,
  type Json,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
} from '../support/api.ts';
import { enrolmentBy, newDevice } from '../support/enrolled.ts';
import { batch, dial, newSession, seen } from '../support/ingestKit.ts';
import { goOnToMorning } from '../support/movableClock.ts';
import { createMemoryFolder, createPublisher, EVERYTHING } from '../support/recording.ts';
import { ASSESSMENT } from '../support/routeExamples.ts';
import { runCli } from '../support/runCli.ts';
import { createTestClock } from '../support/testClock.ts';

// Promise 57: what an assessment is about is collected to the day by which it is assessed again, and not a day longer.

let it: TestServer;
let owner: TestOwner;

beforeAll(async () => {
  it = await startServer();
  goOnToMorning(it.clock);
  owner = await it.addOrganisation('Acme');
});
afterAll(() => it.close());

const today = () => dayOf(it.clock.now());
const endOf = (day: string) => Date.parse(`${day}T23:59:59.999Z`);
const registerNow = () => owner.client.ok('GET', '/records/assessments');
async function write(change: object, number: number | null = null): Promise<Json> {
  const { revision } = await registerNow();
  const assessment = { ...ASSESSMENT, assessedOn: today(), ...change };
  return owner.client.ok('PUT', '/records/assessments', { revision, number, assessment, reason: 'for this test' });
}
const rule = async (parameter: string) => (await owner.client.ok('GET', '/policy')).policy.parameters[parameter];
const found = async () => {
  const { findings, needsAttention } = await owner.client.ok('GET', '/records/check');
  const kinds = findings.map(({ kind, parameter }: Json) => `${kind} ${parameter}`);
  return { kinds: kinds.filter((one: string) => !one.startsWith('controller')), needsAttention };
};

test('which parameters need an assessment follows from the catalogue', () => {
  expect(
    Object.entries(EVERYTHING).flatMap(([id, level]) => (needsAssessment(id as never, level) ? [id] : [])),
  ).toEqual([...['activity', 'app', 'title', 'url', 'screenshot']]);
  expect([needsAssessment('activity', 'active'), needsAssessment('title', 'redacted')]).toEqual([false, true]);
  expect(needsAssessment('screenshot', 'off')).toBe(false);
});

test('what is published takes its date from the register, and a date of somebody else’s is refused', async () => {
  await publish(owner.client, { screenshot: { level: 'blurred' } });
  expect((await rule('screenshot')).reviewBy).toBeUndefined();
  expect(await found()).toEqual({ kinds: ['unassessed screenshot'], needsAttention: true });
  const day = addDays(today(), 90);
  await write({ reviewBy: day });
  expect((await rule('screenshot')).reviewBy).toBe(endOf(day));
  expect(await found()).toEqual({ kinds: [], needsAttention: false });
  const { policy } = await owner.client.ok('GET', '/policy');
  const longer = {
    baseVersion: policy.version,
    reason: 'longer',
    parameters: { screenshot: { reviewBy: endOf(day) + 1 } },
  };
  expect(await owner.client.send('PUT', '/policy', longer)).toMatchObject({
    ...{ status: 400, body: { error: { field: 'parameters.screenshot.reviewBy' } } },
  });
  // What is raised later takes it too.
  await write({ title: 'Titles', parameters: ['title'], reviewBy: addDays(today(), 10) });
  expect((await rule('title')).reviewBy).toBeUndefined();
  await publish(owner.client, { title: { level: 'redacted' } });
  expect((await rule('title')).reviewBy).toBe(endOf(addDays(today(), 10)));
  expect(await found()).toEqual({ kinds: ['due title'], needsAttention: false });
});

test('of several assessments the earliest date holds, and what none is about any more is off at once', async () => {
  const [first, other] = [addDays(today(), 60), addDays(today(), 50)];
  const { assessments } = await write({ parameters: ['url'], reviewBy: first });
  await publish(owner.client, { url: { level: 'domain' } });
  await write({ parameters: ['url', 'app'], reviewBy: other });
  expect((await rule('url')).reviewBy).toBe(endOf(other));
  const [a, b] = [assessments.at(-1).number, (await registerNow()).assessments.at(-1).number];
  await write({ parameters: ['app'], reviewBy: other }, b);
  expect((await rule('url')).reviewBy).toBe(endOf(first));
  await write({ parameters: ['url'], reviewBy: first, state: 'withdrawn' }, a);
  it.clock.advance(1);
  expect((await found()).kinds).toContain('over url');
  await publish(owner.client, { url: { level: 'off' } });
});

test('the register keeps what stood there, who wrote it, when and why', async () => {
  const { assessments } = await registerNow();
  const { changes, review, state } = assessments.find(({ parameters }: Json) => parameters.includes('url'));
  expect([review, state]).toEqual(['withdrawn', 'withdrawn']);
  expect(changes.map(({ by, reason, said }: Json) => [by, reason, said.state])).toEqual([
    [owner.person, 'for this test', 'holds'],
    [owner.person, 'for this test', 'withdrawn'],
  ]);
  const record = await owner.client.ok('GET', '/records/processing');
  expect(record.assessments.map(({ number }: Json) => number)).toEqual(assessments.map(({ number }: Json) => number));
  const page = String((await owner.client.send('GET', '/records/processing/page')).body);
  expect(page).toContain('Pictures show more than work.');
});

test('a day that has passed, and one that is too far away, is no day of review', async () => {
  const { revision } = await registerNow();
  for (const reviewBy of [addDays(today(), -1), addDays(today(), 731)]) {
    const body = { revision, number: null, assessment: { ...ASSESSMENT, reviewBy }, reason: 'for this test' };
    expect(await owner.client.send('PUT', '/records/assessments', body)).toMatchObject({
      ...{ status: 400, body: { error: { field: 'assessment.reviewBy' } } },
    });
  }
});

test('the day after, nothing of it is stored any more, and what was captured before still is; the server finds it by itself', async () => {
  const mia = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@acme.example.com' });
  const reviewBy = endOf(today());
  await write({ parameters: ['activity'], reviewBy: today() });
  const version = await publish(owner.client, { activity: { level: 'active' } });
  it.clock.advance(MINUTE);
  const { code } = await owner.client.ok('POST', `/people/${mia.person}/enrolment-codes`, {});
  const made = newDevice();
  const enrolment = enrolmentBy(made, code, version, it.clock.now());
  const { org, person } = await createClient(it.url, 'agent').ok('POST', '/enrolment', { enrolment });
  it.clock.advance(endOf(today()) - it.clock.now() - HOUR);
  await using agent = await dial(it.server.port);
  await agent.hello({ ...made, record: { ...made.record, org, person } });
  await agent.take('welcome');
  const session = newSession();
  const start = seen(it, { parameter: 'session', level: 'on', event: 'start', cause: 'employee' });
  const before = seen(it, { parameter: 'activity', level: 'active', active: true });
  agent.send(batch(agent, 1, session, [start, before], version));
  expect(await agent.take('ack')).toMatchObject({ stored: 2, discarded: {} });
  const late = seen(it, { parameter: 'activity', level: 'active', active: true });
  it.clock.advance(HOUR + MINUTE);
  const after = seen(it, { parameter: 'activity', level: 'active', active: true });
  agent.send(batch(agent, 2, session, [late, after], version));
  expect(await agent.take('ack')).toMatchObject({ stored: 1, discarded: { review_overdue: 1 } });
  const [checked] = await checkOnHost('Acme', { data: it.data, clock: it.clock, random: systemRandom });
  expect(checked?.findings).toContainEqual({
    kind: 'over',
    parameter: 'activity',
    at: reviewBy,
    count: 1,
  });
});

test('the day after, the device does not ask its sensor any more', async () => {
  const clock = createTestClock();
  const publisher = createPublisher(clock);
  const cache = await createPolicyCache({ files: createMemoryFolder(), keys: publisher.keys, clock });
  const reviewBy = clock.now() + 2 * HOUR;
  const document = publisher.policy(1, EVERYTHING);
  const { parameters } = JSON.parse(document.payload);
  const policy = publisher.policy(1, EVERYTHING, {
    parameters: { ...parameters, screenshot: { ...parameters.screenshot, reviewBy } },
  });
  await cache.accept(policy, publisher.lease(policy, 1));
  const gate = createGate({
    ...{ policies: cache, clock, indicator: { visible: () => true, say: () => undefined } },
    ...{
      presence: () => 'tracking' as const,
      introduced: () => undefined,
      unavailable: () => [],
      applied: () => EVERYTHING as never,
    },
  });
  expect(gate.decide('screenshot')).toEqual({ kind: 'allowed', level: 'full' });
  await clock.advance(2 * HOUR + 1);
  expect(gate.decide('screenshot')).toEqual({ kind: 'denied', by: 'review' });
  expect(gate.decide('app')).toMatchObject({ kind: 'allowed' });
});

test('under the law of the EEA and the UK nothing that needs an assessment is collected without one', async () => {
  const other = await it.addOrganisation('Beta');
  const { client } = other;
  const published = async (parameter: string) => (await client.ok('GET', '/policy')).policy.parameters[parameter];
  await publish(client, { title: { level: 'redacted' } });
  await publish(client, {}, { jurisdiction: 'eea_uk' });
  expect((await published('title')).reviewBy).toBeLessThan(it.clock.now() + 1);
  await publish(client, { screenshot: { level: 'blurred', reviewBy: endOf(addDays(today(), 700)) } });
  expect((await published('screenshot')).reviewBy, 'a date of one’s own').toBeLessThan(it.clock.now() + 1);
  // What nobody has ever assessed is said to be that, and not to be late.
  const { findings } = await client.ok('GET', '/records/check');
  const unassessed = { kind: 'unassessed', at: null, count: 1 };
  expect(findings.filter(({ parameter }: Json) => parameter !== null)).toEqual([
    { ...unassessed, parameter: 'title' },
    { ...unassessed, parameter: 'screenshot' },
  ]);
  const { collected } = await client.ok('GET', '/notice');
  const told = collected.find(({ parameter }: Json) => parameter === 'screenshot').text;
  expect(told).toContain('It is off for now: your organisation has to assess first');
  expect(told).not.toContain('assessed it again');
  const record = await client.ok('GET', '/records/processing');
  const page = String((await client.send('GET', '/records/processing/page')).body);
  expect([record.activities.find(({ parameter }: Json) => parameter === 'title').reviewBy, page]).toEqual([
    NEVER_ASSESSED,
    expect.stringContaining('never assessed'),
  ]);
  await publish(client, {}, { jurisdiction: null });
  expect((await published('title')).reviewBy, 'to name no law brings nothing back').toBe(NEVER_ASSESSED);
  await publish(client, {}, { jurisdiction: 'eea_uk' });
  const day = addDays(today(), 365);
  const assessment = { ...ASSESSMENT, assessedOn: today(), parameters: ['title', 'screenshot'], reviewBy: day };
  await client.ok('PUT', '/records/assessments', { revision: 0, number: null, assessment, reason: 'first' });
  expect([(await published('title')).reviewBy, (await published('screenshot')).reviewBy]).toEqual([
    endOf(day),
    endOf(day),
  ]);
});

test('on the host the same is said, and its exit code says whether somebody has to see to it', async () => {
  const check = (organisation: string) =>
    runCli('server', ['check', '--data', it.data, '--organisation', organisation, '--json']);
  // The command goes by the clock of this computer, on which the days of these tests have not come.
  const unassessed = await it.addOrganisation('Gamma');
  await publish(unassessed.client, { url: { level: 'domain' } });
  const { code, out } = await check('Gamma');
  expect([code, JSON.parse(out)]).toMatchObject([
    6,
    {
      name: 'Gamma',
      needsAttention: true,
      findings: [{ kind: 'unassessed', parameter: 'url' }, { kind: 'controller' }],
    },
  ]);
  await publish(unassessed.client, { url: { level: 'off' } });
  expect(await check('Gamma')).toMatchObject({ code: 0, err: '' });
  expect(await check('Nobody')).toMatchObject({ code: 4, out: '' });
});
