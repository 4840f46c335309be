import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '../../../../shared/time.ts';
import {
  createClient,
  type Json,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
} from '../../../support/api.ts';
import { enrolmentBy, newDevice } from '../../../support/enrolled.ts';
import {
  batch,
  dial,
  monoAt,
  newSession,
  type RawAgent,
  sha256,
  signAs,
  type TestDevice,
} from '../../../support/ingestKit.ts';
import { goOnToMorning } from '../../../support/movableClock.ts';

// "Working sessions" is switched off, or its terms are widened, while somebody tracks: asked of a real server by a client of the protocol.

let it: TestServer;
let made = 0;
const agents: RawAgent[] = [];

beforeAll(async () => {
  it = await startServer();
  goOnToMorning(it.clock);
});
afterAll(async () => {
  for (const agent of agents) agent.ws.terminate();
  await it.close();
});

/** The owner of a new organisation, who tracks on a device of theirs: everything of it is their own day. */
async function tracker() {
  made += 1;
  const owner = await it.addOrganisation(`Org${made}`);
  const { code } = await owner.client.ok('POST', `/people/${owner.person}/enrolment-codes`, {});
  const device = newDevice();
  const enrolment = enrolmentBy(device, code, 1, it.clock.now());
  const { org, person } = await createClient(it.url, 'agent').ok('POST', '/enrolment', { enrolment });
  const enrolled = { key: device.key, record: { ...device.record, org, person } };
  let seq = 0;
  let agent = await connected(enrolled);
  it.clock.advance(SECOND);
  const send = async (session: string, version: number, ...observations: object[]): Promise<Json> => {
    seq += 1;
    const now = it.clock.now();
    const stamped = observations.map((one) => ({ at: now, mono: monoAt(now), span: 0, level: 'on', ...one }));
    agent.send(batch(agent, seq, session as never, stamped, version));
    const { stored, discarded } = await agent.take('ack');
    return { stored, discarded };
  };
  return {
    owner,
    send,
    publish: (parameters: object) => publish(owner.client, parameters),
    accept: (version: number) => acceptOn(enrolled, agent, version),
    disconnect: () => agent.ws.terminate(),
    async reconnect() {
      agent = await connected(enrolled);
    },
    day: () => dayOf(owner),
    today: async () => (await owner.client.ok('GET', '/today?zone=UTC&purpose=own_data')).people[0],
    week: async () => weekOf(owner),
  };
}

async function connected(device: TestDevice): Promise<RawAgent> {
  const agent = await dial(Number(new URL(it.url).port));
  agents.push(agent);
  await agent.hello(device, { at: it.clock.now(), mono: monoAt(it.clock.now()) });
  await agent.take('welcome');
  return agent;
}

async function acceptOn(device: TestDevice, agent: RawAgent, version: number): Promise<void> {
  const pushed = agent.frames.findLast((frame) => frame.type === 'policy' && frame.policy !== null);
  const payload = pushed?.type === 'policy' ? (pushed.policy?.payload ?? '') : '';
  const { org, person, device: id } = device.record;
  const policyHash = sha256(Buffer.from(payload));
  const said = { org, person, device: id, at: it.clock.now(), noticeVersion: version, policyHash, terms: 0 };
  const before = agent.frames.length;
  agent.send({ type: 'acknowledge', acknowledgement: signAs(device, 'daylight/acknowledgement/v1', said) });
  await expect.poll(() => agent.frames.slice(before).some(({ type }) => type === 'policy')).toBe(true);
}

async function dayOf({ client, person }: TestOwner): Promise<Json> {
  const day = new Date(it.clock.now()).toISOString().slice(0, 10);
  const { sessions, totals } = await client.ok('GET', `/people/${person}/day?day=${day}&zone=UTC&purpose=own_data`);
  return { open: sessions.map((one: Json) => one.open), seconds: Math.round(totals.trackedMs / SECOND), sessions };
}

async function weekOf({ client, person }: TestOwner): Promise<number> {
  const day = new Date(it.clock.now()).toISOString().slice(0, 10);
  const { days } = await client.ok('GET', `/people/${person}/week?from=${day}&zone=UTC&purpose=own_data`);
  return Math.round(days[0].totals.trackedMs / SECOND);
}

/** Give or take what a busy machine may take for a step; what is told apart here are minutes. */
const isAbout = (seconds: number, expected: number): boolean => Math.abs(seconds - expected) < 30;

const event = (name: string, cause = 'employee', change: object = {}) => ({
  ...{ parameter: 'session', event: name, cause, ...change },
});
const OFF = { session: { level: 'off' } };
const LONGER = { session: { retentionDays: 400 } };

describe.each([
  ['switched off', OFF],
  ['widened', LONGER],
])('while somebody tracks, "Working sessions" is %s', (_how, change) => {
  test('the stop that ends the session is stored, and it alone; the day shows what was worked, closed, and never grows', async () => {
    const { send, publish, day, today, week } = await tracker();
    const session = newSession();
    expect(await send(session, 1, event('start'))).toEqual({ stored: 1, discarded: {} });
    it.clock.advance(20 * MINUTE);
    const version = await publish(change);
    it.clock.advance(300);
    const others = [event('pause'), event('resume'), event('gap', 'locked'), event('start')];
    expect((await send(session, version, ...others)).stored).toBe(0);
    expect((await send(newSession(), version, event('start'), event('stop'))).stored).toBe(0);
    expect(await send(session, version, event('stop', 'shutdown'))).toEqual({ stored: 1, discarded: {} });
    expect((await send(session, version, event('stop'))).stored).toBe(0);
    const known = await day();
    expect([known.open, isAbout(known.seconds, 20 * 60)]).toEqual([[false], true]);
    it.clock.advance(10 * MINUTE);
    expect([(await day()).seconds, await week()]).toEqual([known.seconds, known.seconds]);
    expect((await today()).state).toBe('stopped');
  });

  test('no report says that anybody goes on, from the publication on, with or without the stop, also when it is on again', async () => {
    const { send, publish, accept, day, today, week } = await tracker();
    await send(newSession(), 1, event('start'));
    it.clock.advance(20 * MINUTE);
    expect((await day()).open).toEqual([true]);
    await publish(change);
    it.clock.advance(10 * MINUTE);
    expect([(await day()).open, (await today()).state]).not.toEqual([[true], 'tracking']);
    expect([(await day()).open, (await day()).seconds, await week()]).toEqual([[], 0, 0]);
    const on = change === OFF ? await publish({ session: { level: 'on' } }) : 2;
    await accept(on);
    it.clock.advance(10 * MINUTE);
    expect([(await today()).state, (await day()).seconds, await week()]).not.toEqual(['tracking', 0, 0]);
    expect([(await day()).seconds, await week()]).toEqual([0, 0]);
    const next = newSession();
    expect(await send(next, on, event('start'))).toEqual({ stored: 1, discarded: {} });
    it.clock.advance(MINUTE);
    expect([(await today()).state, (await day()).open]).toEqual(['tracking', [true]]);
  });

  test('a stop from before it that arrives after it counts as it is; one from after it ends the session at the publication', async () => {
    for (const [minutes, expected] of [
      [10, 10],
      [50, 20],
    ] as const) {
      const { send, publish, disconnect, reconnect, day } = await tracker();
      const session = newSession();
      await send(session, 1, event('start'));
      const at = it.clock.now() + minutes * MINUTE;
      it.clock.advance(20 * MINUTE);
      disconnect();
      await publish(change);
      it.clock.advance(40 * MINUTE);
      await reconnect();
      expect(await send(session, 1, event('stop', 'employee', { at, mono: monoAt(at) }))).toEqual({
        ...{ stored: 1, discarded: {} },
      });
      const { open, seconds } = await day();
      expect([open, isAbout(seconds, expected * 60)]).toEqual([[false], true]);
    }
  });

  test('without the stop the session ends at its last evidence and not after the publication', async () => {
    const { send, publish, disconnect, day } = await tracker();
    const session = newSession();
    await send(session, 1, event('start'));
    it.clock.advance(10 * MINUTE);
    await send(session, 1, { parameter: 'project', project: 'Website', task: null });
    it.clock.advance(10 * MINUTE);
    const version = await publish(change);
    it.clock.advance(10 * MINUTE);
    expect(await send(session, version, { parameter: 'project', project: 'Other', task: null })).toEqual({
      ...{ stored: 0, discarded: { outside_session: 1 } },
    });
    disconnect();
    const { seconds, open } = await day();
    expect([open, isAbout(seconds, 600)]).toEqual([[false], true]);
  });
});
