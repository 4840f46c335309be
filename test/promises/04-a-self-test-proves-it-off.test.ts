import { createPublicKey, verify } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Agent, createAgent } from '../../agent/core/agent.ts';
import { askNotice, enrol } from '../../agent/core/enrolment.ts';
import { openFolder } from '../../agent/core/files.ts';
import { createGate, type Gate, type GateDeps } from '../../agent/core/gate/gate.ts';
import { createScriptedPlatform, type ScriptedPlatform } from '../../agent/platform/scripted.ts';
import { createSystemClock } from '../../agent/platform/system.ts';
import { deviceChecks, serverChecks } from '../../shared/protocol/selfTest.ts';
import { scratch, systemRandom } from '../support/agentKit.ts';
import {
  addMember,
  type Json,
  type Member,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
} from '../support/api.ts';
import { enrolOwnDevice, eventually } from '../support/daylight.ts';
import { atTheEditor, script, typing } from '../support/days/moments.ts';
import { dial, receiptBy, signAs } from '../support/ingestKit.ts';

// Promise 4, on demand: the whole agent on a scripted desktop and the whole server; somebody asks for the proof that screenshots are off.

const clock = createSystemClock();
let server: TestServer;
let owner: TestOwner;
let mia: Member;
let platform: ScriptedPlatform;
let agent: Agent;
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  server = await startServer();
  closers.push(() => server.close());
  owner = await server.addOrganisation('Acme');
  await publish(owner.client, { app: { level: 'name' }, screenshot: { level: 'blurred' } });
  await publish(owner.client, { screenshot: { level: 'off' } });
  mia = await addMember(server, owner.client, 'employee', { name: 'Mia', email: 'mia@acme.example.com' });
  agent = await runAgent(mia);
}, 60_000);
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

async function runAgent(of: Member, gate?: (deps: GateDeps) => Gate): Promise<Agent> {
  const place = await scratch();
  closers.push(() => place[Symbol.asyncDispose]());
  const folder = join(place.folder, 'agent');
  const { code } = await of.client.ok('POST', `/people/${of.person}/enrolment-codes`, {});
  const invitation = { server: server.url, code, ca: null };
  const deps = { folder, files: await openFolder(folder), clock, random: systemRandom };
  await enrol(deps, invitation, await askNotice(invitation), true);
  platform = createScriptedPlatform(script([...atTheEditor, typing]), clock);
  const indicator = { visible: () => true, say: () => undefined, introduce: () => 'seen' as const };
  const made = await createAgent({
    ...{ folder, platform, clock, random: systemRandom, indicator, agentVersion: '0.1.0' },
    ...(gate === undefined ? {} : { gate }),
  });
  closers.push(() => made.close());
  made.start();
  await eventually('it is connected', () => made.status().connection.kind === 'online');
  return made;
}

const path = (device: string, of = mia): string => `/people/${of.person}/devices/${device}/self-tests`;
const failing = (checks: Json): string[] =>
  checks.filter(({ passed }: Json) => !passed).map(({ check }: Json) => check);

test('both halves try everything, nothing real is read, and the report can be verified by anybody', async () => {
  await agent.handle({ command: 'start', project: null, task: null });
  const device = agent.status().device;
  const { said, found, evidence } = await owner.client.ok('POST', path(device), { parameter: 'screenshot' });
  expect(said).toMatchObject({ verdict: 'off', decidedBy: 'organisation', level: 'off' });
  expect(said.checks.map(({ check, passed }: Json) => [check, passed])).toEqual(deviceChecks.map((one) => [one, true]));
  expect(found).toMatchObject({ verdict: 'off', stored: 0, refused: 0, person: mia.person });
  expect(found.checks.map(({ check, passed }: Json) => [check, passed])).toEqual(
    serverChecks.map((one) => [one, true]),
  );
  expect(platform.calls()['screen.capture'] ?? 0).toBe(0);
  expect(agent.status().screenshots).toEqual([]);

  const { request, report, result, devicePublicKey, serverPublicKey } = evidence;
  expect(genuine('daylight/self-test-request/v1', request, serverPublicKey)).toBe(true);
  expect(genuine('daylight/self-test/v1', report, devicePublicKey)).toBe(true);
  expect(genuine('daylight/self-test-result/v1', result, serverPublicKey)).toBe(true);
  expect(JSON.parse(report.payload)).toEqual(said);
  expect(JSON.parse(result.payload)).toEqual(found);
  expect(JSON.parse(report.payload).nonce).toBe(JSON.parse(request.payload).nonce);
  const forged = { ...report, payload: report.payload.replace('"off"', '"on"') };
  expect(genuine('daylight/self-test/v1', forged, devicePublicKey)).toBe(false);
});

/** As a stranger would: PROTOCOL.md, Signatures. */
function genuine(context: string, signed: Json, publicKey: string): boolean {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
  const signature = Buffer.from(signed.signature, 'base64url');
  return verify(null, Buffer.from(`${context}\n${signed.payload}`), key, signature);
}

test('whoever asks about somebody else is in that person’s list of who looked, and the person may ask themself', async () => {
  const own = await mia.client.ok('POST', path(agent.status().device), { parameter: 'screenshot' });
  expect(own.found.verdict).toBe('off');
  const { accesses } = await mia.client.ok('GET', `/people/${mia.person}/accesses`);
  expect(accesses.filter(({ action }: Json) => action === 'self_test')).toMatchObject([
    { actor: mia.person, purpose: 'own_data' },
    { actor: owner.person, purpose: 'support' },
  ]);
});

test('what is on is said to be on', async () => {
  const { said, found } = await mia.client.ok('POST', path(agent.status().device), { parameter: 'app' });
  expect([said.verdict, found.verdict, found.checks]).toEqual(['on', 'on', []]);
});

test('the person at the computer gets the half of the computer, signed, without any network', async () => {
  const answer = await agent.handle({ command: 'prove', parameter: 'screenshot' });
  const proof = answer.ok ? answer.proof : undefined;
  expect(proof?.said.verdict).toBe('off');
  expect(genuine('daylight/self-test/v1', proof?.report, proof?.devicePublicKey ?? '')).toBe(true);
});

test('nobody learns by a test who consented: what rests on consent is tested by the person alone', async () => {
  await publish(owner.client, { title: { level: 'full', basis: 'consent' } });
  const refused = await owner.client.send('POST', path(agent.status().device), { parameter: 'title' });
  expect([refused.status, refused.body.error.field]).toEqual([403, 'parameter']);
  const own = async () => (await mia.client.ok('POST', path(agent.status().device), { parameter: 'title' })).found;
  await expect.poll(own, { timeout: 5_000, interval: 1_000 }).toMatchObject({ verdict: 'off', stored: 0 });
  expect((await own()).since).toBeGreaterThan(0);
});

test('one who asks often, or about a computer that is away, uses up nobody else’s tests', async () => {
  const eve = await addMember(server, owner.client, 'employee', { name: 'Eve', email: 'eve@acme.example.com' });
  const away = await enrolOwnDevice(server.url, owner.client, eve.person, 3);
  const ask = (client: Member['client']) =>
    client.send('POST', path(away.record.device, eve), { parameter: 'screenshot' });
  for (let count = 0; count < 22; count += 1) expect((await ask(eve.client)).status).toBe(409);
  expect((await ask(owner.client)).status).toBe(409);
});

test('an agent whose gate leaks is found out by its own trial', async () => {
  const ben = await addMember(server, owner.client, 'employee', { name: 'Ben', email: 'ben@acme.example.com' });
  const leaking = await runAgent(ben, (deps) => {
    const honest = createGate(deps);
    return {
      ...honest,
      decide: (id) => (id === 'screenshot' ? { kind: 'allowed', level: 'blurred' } : honest.decide(id)),
    };
  });
  const { said, found } = await owner.client.ok('POST', path(leaking.status().device, ben), {
    parameter: 'screenshot',
  });
  expect(said.verdict).toBe('not_off');
  expect(failing(said.checks)).toContain('sensor_not_asked');
  expect(found.verdict).toBe('not_proved');
  expect(failing(found.checks)).toContain('device_says_off');
  await leaking.close();
});

/** One that holds a genuine key, answers whatever it likes, and has never run a line of ours. */
async function hostile(of: Member, answer: (asked: Json, device: Json, policy: Json) => Json) {
  const device = await enrolOwnDevice(server.url, owner.client, of.person, 3);
  const raw = await dial(server.server.port);
  closers.push(async () => raw.ws.terminate());
  await raw.hello(device);
  await raw.take('welcome');
  const { policy, hash } = await owner.client.ok('GET', '/policy');
  raw.send({ type: 'receipt', receipt: receiptBy(device, { document: policy, hash }, { at: Date.now() }) });
  const asking = of.client.ok('POST', path(device.record.device, of), { parameter: 'screenshot' });
  const asked = JSON.parse((await raw.take('self_test')).request.payload);
  const said = answer(asked, device, { version: policy.version, hash });
  raw.send({ type: 'self_test_report', report: said });
  return asking;
}

const everythingPassed = (asked: Json, policy: Json): Json => ({
  ...{ device: asked.device, org: asked.org, parameter: asked.parameter, nonce: asked.nonce, at: asked.at },
  ...{ policyHash: policy.hash, policyVersion: policy.version, terms: 0, verdict: 'off', level: 'off' },
  ...{ decidedBy: 'organisation', checks: deviceChecks.map((check) => ({ check, passed: true, at: asked.at })) },
});

test('an answer that leaves a check out, replays another test, or stands on another policy proves nothing', async () => {
  const lou = await addMember(server, owner.client, 'employee', { name: 'Lou', email: 'lou@acme.example.com' });
  const lie = async (change: (honest: Json) => Json): Promise<string[]> => {
    const { found } = await hostile(lou, (asked, device, policy) =>
      signAs(device, 'daylight/self-test/v1', change(everythingPassed(asked, policy))),
    );
    expect(found.verdict).toBe('not_proved');
    return failing(found.checks);
  };
  expect(await lie((one) => ({ ...one, checks: one.checks.slice(1) }))).toEqual(['device_says_off']);
  expect(await lie((one) => ({ ...one, policyHash: '0'.repeat(64) }))).toEqual(['same_policy']);
  expect(await lie((one) => ({ ...one, nonce: 'A'.repeat(43) }))).toContain('answer_is_genuine');
});

test('a device that lies all the way is believed, and what it sends is refused and counted all the same', async () => {
  const zoe = await addMember(server, owner.client, 'employee', { name: 'Zoe', email: 'zoe@acme.example.com' });
  const { found } = await hostile(zoe, (asked, device, policy) =>
    signAs(device, 'daylight/self-test/v1', everythingPassed(asked, policy)),
  );
  expect(found.verdict).toBe('off'); // docs/THREAT-MODEL.md says so
  expect(found.checks.find(({ check }: Json) => check === 'ingest_refuses')).toMatchObject({ passed: true });
});

test('of what was acknowledged and does not count yet the proof says from when it counts, and not that it was not read', async () => {
  const ida = await addMember(server, owner.client, 'employee', { name: 'Ida', email: 'ida@acme.example.com' });
  const reacting = await runAgent(ida);
  await publish(owner.client, { device: { level: 'coarse' } }, { reactionDays: 2 });
  const why = async (): Promise<string> => {
    const answer = await reacting.handle({ command: 'prove', parameter: 'device' });
    return answer.ok ? (answer.why ?? '') : answer.problem;
  };
  await expect.poll(why, { timeout: 5_000 }).toMatch(/^Off: it waits until you have read the notice/);
  const version = reacting.status().notice?.version ?? 0;
  expect(await reacting.handle({ command: 'accept_notice', version })).toMatchObject({ ok: true });
  await expect.poll(why, { timeout: 5_000 }).toMatch(/^Off until .+: you have acknowledged it/);
  await reacting.close();
});
