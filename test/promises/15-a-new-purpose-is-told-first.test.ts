import { afterAll, beforeAll, expect, test } from 'vitest';
import { dayOf, MINUTE } from '../../shared/time.ts';
import {
  addMember,
  createClient,
  type Json,
  type Member,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
} from '../support/api.ts';
import { enrolmentBy, newDevice } from '../support/enrolled.ts';
import { batch, dial, newSession, type RawAgent, seen, signAs, type TestDevice } from '../support/ingestKit.ts';
import { goOnToMorning } from '../support/movableClock.ts';

// Promise 15: the organisation wants to use applications for something else than people were told of. Until a person has been told,
// nothing is read for that; and what was collected before is never read for it.

let it: TestServer;
let owner: TestOwner;
let mia: Member;
let device: TestDevice;
let agent: RawAgent;
let seq = 0;
const session = newSession();

beforeAll(async () => {
  it = await startServer();
  goOnToMorning(it.clock);
  owner = await it.addOrganisation('Acme');
  mia = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@acme.example.com' });
  const version = await published({ app: { level: 'name' } });
  device = await enrolled(version);
  agent = await dial(it.server.port);
  await agent.hello(device);
  await agent.take('welcome');
  expect(await send('Editor', version)).toMatchObject({ stored: 2, discarded: {} });
});
afterAll(async () => {
  await agent?.[Symbol.asyncDispose]();
  await it?.close();
});

async function published(parameters: object): Promise<number> {
  it.clock.advance(MINUTE);
  const version = await publish(owner.client, parameters);
  it.clock.advance(MINUTE);
  return version;
}

async function enrolled(notice: number): Promise<TestDevice> {
  const { code } = await owner.client.ok('POST', `/people/${mia.person}/enrolment-codes`, {});
  const made = newDevice();
  const enrolment = enrolmentBy(made, code, notice, it.clock.now());
  const { org, person } = await createClient(it.url, 'agent').ok('POST', '/enrolment', { enrolment });
  return { ...made, record: { ...made.record, org, person } };
}

/** An application in front, and with the first batch the beginning of the session. */
async function send(name: string, version: number): Promise<Json> {
  const start = seen(it, { parameter: 'session', level: 'on', event: 'start', cause: 'employee' });
  const app = seen(it, { parameter: 'app', level: 'name', name });
  seq += 1;
  agent.send(batch(agent, seq, session, seq === 1 ? [start, app] : [app], version));
  return agent.take('ack');
}

async function acknowledge(version: number): Promise<void> {
  const { policy, hash } = await owner.client.ok('GET', `/policy/versions/${version}`);
  const { org, person, device: id } = device.record;
  const told = { noticeVersion: policy.version, policyHash: hash, terms: 0 };
  const said = { org, person, device: id, at: it.clock.now(), ...told };
  agent.send({ type: 'acknowledge', acknowledgement: signAs(device, 'daylight/acknowledgement/v1', said) });
  seq += 1;
  agent.send(batch(agent, seq, null, [], version));
  await agent.take('ack'); // what was sent before it has been taken too
}

const reading = (purpose: string) =>
  owner.client.send('GET', `/people/${mia.person}/observations?day=${today()}&parameter=app&purpose=${purpose}`);
const namesFor = async (purpose: string): Promise<unknown> => {
  const { status, body } = await reading(purpose);
  return status === 200 ? body.observations.map(({ name }: Json) => name) : [status, body.error.field];
};
const today = () => dayOf(it.clock.now());
const whyAbsent = async (purpose: string) => {
  const report = await owner.client.ok('GET', `/people/${mia.person}/day?day=${today()}&purpose=${purpose}`);
  const { parameter: _p, ...why } = report.absent.find(({ parameter }: Json) => parameter === 'app') ?? {};
  return why;
};

test('before the change it is read for what it was collected for', async () => {
  expect(await namesFor('project_costing')).toEqual(['Editor']);
  expect(await namesFor('workload_review')).toEqual([403, 'purpose']);
});

let changed: number;

test('a purpose that is published is a new notice, and reads nothing while the person has not acknowledged it', async () => {
  changed = await published({ app: { purpose: 'workload_review' } });
  const { policy } = await owner.client.ok('GET', '/policy');
  expect(policy.parameters.app.noticeVersion).toBe(changed);
  expect(await namesFor('workload_review')).toEqual([403, 'purpose']);
  expect(await whyAbsent('workload_review')).toEqual({ why: 'other_purpose', since: null, purpose: 'project_costing' });
  expect(await namesFor('project_costing')).toEqual(['Editor']);
});

test('nothing is collected under it meanwhile, whichever version the device claims', async () => {
  const [old, fresh] = [await send('Claims the old one', changed - 1), await send('Claims the new one', changed)];
  expect([old.stored, fresh.stored]).toEqual([0, 0]);
  expect(await namesFor('project_costing')).toEqual(['Editor']);
  expect(await namesFor('workload_review')).toEqual([403, 'purpose']);
});

test('once it is acknowledged, what comes from then on is read for it, and what was there before for the old one alone', async () => {
  await acknowledge(changed);
  expect(await whyAbsent('workload_review')).toEqual({ why: 'other_purpose', since: null, purpose: 'project_costing' });
  expect(await send('Browser', changed)).toMatchObject({ stored: 1, discarded: {} });
  expect(await namesFor('workload_review')).toEqual(['Browser']);
  expect(await namesFor('project_costing')).toEqual(['Editor']);
  expect(await namesFor('workload_review,project_costing')).toEqual(['Editor', 'Browser']);
  expect(await namesFor('support')).toEqual([403, 'purpose']);
});

test('other terms that have to be acknowledged later take no purpose back that was', async () => {
  const wider = await published({ app: { retentionDays: 90 } });
  expect((await send('Unknown', wider)).stored).toBe(0);
  expect(await namesFor('workload_review')).toEqual(['Browser']);
});
