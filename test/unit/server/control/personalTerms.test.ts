import { expect, it } from 'vitest';
import { type Action, type Actor, authorize, personTarget } from '../../../../server/authorize.ts';
import type { DecidingAction, PublishedPolicy } from '../../../../server/control/control.ts';
import type { Decision } from '../../../../server/control/decision.ts';
import { HOUR } from '../../../../shared/time.ts';
import {
  acknowledgementBy,
  batch,
  connect,
  newSession,
  type RawAgent,
  type ServerKit,
  seen,
  sessionEvent,
  startServer,
} from '../../../support/ingestKit.ts';

type Session = ReturnType<typeof newSession>;

/** As the person themself, or as an owner where it is the organisation's to decide. */
async function decide(kit: ServerKit, decision: Exclude<Decision, { kind: 'agreed' }>): Promise<void> {
  const { org, person } = kit;
  const subject = personTarget({ org, person, role: 'employee', teams: [], managesTeams: [] });
  const isOwn = !('by' in decision);
  const actor: Actor = isOwn
    ? { org, person, role: 'employee', managesTeams: [], complete: true }
    : { org, person: decision.by, role: 'owner', managesTeams: [], complete: true };
  const verdict = authorize(actor, ACTIONS[decision.kind], subject);
  if (verdict.kind === 'refused') throw new Error(verdict.reason);
  await kit.control.decide(verdict.leave, () => decision);
}

const ACTIONS = {
  ...{ objected: 'objection.make', ended: 'objection.make', upheld: 'objection.answer', refused: 'objection.answer' },
  ...{ consented: 'consent.decide', consent_withdrawn: 'consent.decide', zone: 'zone.choose' },
  left_out: 'exclusion.choose',
  ...{ restricted: 'restriction.decide', restriction_ended: 'restriction.decide' },
  restriction_lift_read: 'restriction.decide',
  ...{ restriction_lift_told: 'restriction.lift', restriction_lifted: 'restriction.lift' },
  ...{ held: 'terms.leave_out', minor: 'minor.say', adult: 'minor.say' },
  ...{ leaving_set: 'account.end', leaving_cancelled: 'account.end' },
} as const satisfies Record<Exclude<Decision['kind'], 'agreed'>, DecidingAction & Action>;

const BOSS = '0b6f4e9a-91f1-4b7e-8a59-5e8f1b7a9d11' as Extract<Decision, { kind: 'minor' }>['by'];
const app = (kit: ServerKit, change: object = {}) =>
  seen(kit, { parameter: 'app', level: 'name', name: 'Code', ...change });

async function tracking(
  kit: ServerKit,
  version = 2,
): Promise<{ agent: RawAgent; device: Awaited<ReturnType<ServerKit['enrol']>>; session: Session }> {
  const device = await kit.enrol();
  const agent = await connect(kit, device);
  const session = newSession();
  agent.send(batch(agent, 1, session, [sessionEvent(kit, 'start')], version));
  await agent.take('ack');
  return { agent, device, session };
}

it('what rests on consent is stored of who has given it, for that purpose and up to that level, and of nobody else', async () => {
  await using kit = await startServer();
  const { document } = await kit.publish({ app: { level: 'name', basis: 'consent' } });
  const { agent, session } = await tracking(kit);
  agent.send(batch(agent, 2, session, [app(kit)], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 0, discarded: { not_consented: 1 } });
  const consent = { kind: 'consented', parameter: 'app', noticeVersion: 2, shown: 'a'.repeat(64) } as const;
  const { purpose } = document.parameters.app;
  await decide(kit, { ...consent, level: 'name', purpose: 'support' });
  kit.clock.advance(1_000);
  agent.send(batch(agent, 3, session, [app(kit)], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 0, discarded: { not_consented: 1 } });
  await decide(kit, { ...consent, level: 'category', purpose });
  kit.clock.advance(1_000);
  const kindOnly = seen(kit, { parameter: 'app', level: 'category', category: 'development' });
  agent.send(batch(agent, 4, session, [app(kit), kindOnly], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 1, discarded: { not_consented: 1 } });
});

it('what was captured under a consent and arrives after it was withdrawn is discarded', async () => {
  await using kit = await startServer();
  const { document } = await kit.publish({ app: { level: 'name', basis: 'consent' } });
  const { purpose } = document.parameters.app;
  const shown = 'a'.repeat(64);
  await decide(kit, { kind: 'consented', parameter: 'app', noticeVersion: 2, shown, level: 'name', purpose });
  kit.clock.advance(1_000);
  const { agent, session } = await tracking(kit);
  const before = app(kit);
  agent.send(batch(agent, 2, session, [before], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 1 });
  kit.clock.advance(1_000);
  const late = app(kit);
  await decide(kit, { kind: 'consent_withdrawn', parameter: 'app' });
  kit.clock.advance(1_000);
  agent.send(batch(agent, 3, session, [late, app(kit)], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 0, discarded: { not_consented: 2 } });
});

it('nothing is added to what the person has restricted, nor anything at all of who is said not to be of age until they have acknowledged anew', async () => {
  await using kit = await startServer();
  const policy = await kit.publish({ app: { level: 'name' }, timezone: { level: 'on' } });
  const { agent, device, session } = await tracking(kit);
  await decide(kit, { kind: 'restricted', parameter: 'app', ground: 'accuracy', words: 'that was not me' });
  kit.clock.advance(1_000);
  const zone = () => seen(kit, { parameter: 'timezone', level: 'on', zone: 'Europe/Berlin' });
  agent.send(batch(agent, 2, session, [app(kit), zone()], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 1, discarded: { restricted: 1 } });
  await decide(kit, { kind: 'restriction_ended', parameter: 'app' });
  await decide(kit, { kind: 'minor', by: BOSS, words: 'an apprentice of sixteen' });
  kit.clock.advance(1_000);
  agent.send(batch(agent, 3, session, [app(kit), zone()], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 0, discarded: { under_age: 2 } });
  await decide(kit, { kind: 'adult', by: BOSS, words: 'a mistake' });
  kit.clock.advance(1_000);
  agent.send(batch(agent, 4, session, [app(kit), zone()], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 0, discarded: { notice_not_acknowledged: 2 } });
  // What was acknowledged while nothing was collected of them says nothing of what is given back.
  await kit.control.acknowledge(device.record, await acknowledgementBy(device, policy, 3));
  kit.clock.advance(1_000);
  agent.send(batch(agent, 5, session, [app(kit), zone()], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 0, discarded: { notice_not_acknowledged: 2 } });
  await kit.control.acknowledge(device.record, await acknowledgementBy(device, policy, 4));
  kit.clock.advance(1_000);
  agent.send(batch(agent, 6, session, [app(kit), zone()], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 2 });
});

it('what was left out for somebody and is not any more needs a new acknowledgement, of a notice that says so', async () => {
  await using kit = await startServer();
  const policy = await kit.publish({ app: { level: 'name' } });
  const device = await kit.enrol();
  const agent = await connect(kit, device);
  const session = newSession();
  agent.send(batch(agent, 1, session, [sessionEvent(kit, 'start')], 2));
  await agent.take('ack');
  const words = 'works on something confidential';
  await decide(kit, { kind: 'held', layer: 'person', ceilings: { app: 'off' }, by: BOSS, words });
  kit.clock.advance(1_000);
  agent.send(batch(agent, 2, session, [app(kit)], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 0, discarded: { off_at_capture: 1 } });
  await decide(kit, { kind: 'held', layer: 'person', ceilings: {}, by: BOSS, words: 'it is over' });
  const stored = async (seq: number) => {
    kit.clock.advance(1_000);
    agent.send(batch(agent, seq, session, [app(kit)], 2));
    return agent.take('ack');
  };
  expect(await stored(3)).toMatchObject({ stored: 0, discarded: { notice_not_acknowledged: 1 } });
  // Of a notice on which it was left out, and of one that nobody has been shown.
  await kit.control.acknowledge(device.record, await acknowledgementBy(device, policy, 1));
  expect(await stored(4)).toMatchObject({ stored: 0, discarded: { notice_not_acknowledged: 1 } });
  await expect(kit.control.acknowledge(device.record, await acknowledgementBy(device, policy, 3))).rejects.toThrow(
    'acknowledgement: terms: nothing was decided with this revision',
  );
  await kit.control.acknowledge(device.record, await acknowledgementBy(device, policy, 2));
  expect(await stored(5)).toMatchObject({ stored: 1 });
  await kit.restart();
  expect((await kit.control.judge({ ...questionOf(kit, policy), device: device.record })).allowed).toBe(true);
});

function questionOf(kit: ServerKit, { document }: PublishedPolicy) {
  const capturedAt = kit.clock.now();
  return { parameter: 'app', level: 'name', capturedAt, claimedVersion: document.version } as const;
}

it('what is bound to working hours is judged by when it was captured, in the person’s own zone, and never by when it arrives', async () => {
  await using kit = await startServer();
  const day = new Date(kit.clock.now()).getUTCDay() || 7;
  const [hour, next] = [kit.clock.now(), kit.clock.now() + HOUR].map((at) => new Date(at).toISOString().slice(11, 13));
  // One hour of today, which is the one that it is in UTC now.
  const workingHours = { zone: 'UTC', spans: [{ days: [day], from: `${hour}:00`, to: `${next}:00` }] };
  await kit.publish({ app: { level: 'name', schedule: 'working_hours' } }, { workingHours });
  const { agent, session } = await tracking(kit);
  const end = (Math.floor(kit.clock.now() / HOUR) + 1) * HOUR;
  kit.clock.advance(end - kit.clock.now() - 60_000);
  const last = app(kit);
  const across = app(kit, { span: 61_000 });
  kit.clock.advance(6 * 60_000);
  agent.send(batch(agent, 2, session, [last, across, app(kit)], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 1, discarded: { outside_schedule: 2 } });
  const zone = 'Etc/GMT+1'; // an hour behind: there it is the hour before
  await decide(kit, { kind: 'zone', zone });
  kit.clock.advance(1_000);
  agent.send(batch(agent, 3, session, [app(kit)], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 1 });
});

it('what had to be assessed again by a day is not stored when it was captured after it', async () => {
  await using kit = await startServer();
  await kit.publish({ app: { level: 'name', reviewBy: kit.clock.now() + HOUR } });
  const { agent, session } = await tracking(kit);
  const before = app(kit);
  kit.clock.advance(HOUR + 1);
  agent.send(batch(agent, 2, session, [before, app(kit)], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 1, discarded: { review_overdue: 1 } });
});

it('a policy that asks for more than the law allows on its basis, or binds to hours that nobody has said, is not published', async () => {
  await using kit = await startServer();
  await kit.publish({}, { jurisdiction: 'eea_uk' });
  for (const [parameter, level] of [
    ['title', 'full'],
    ['url', 'host_path'],
    ['screenshot', 'full'],
  ] as const) {
    await expect(kit.publish({ [parameter]: { level } })).rejects.toThrow(
      `parameters.${parameter}.basis: ${parameter} at "${level}" needs consent`,
    );
  }
  await kit.publish({ title: { level: 'full', basis: 'consent' } });
  await expect(kit.publish({ app: { level: 'name', schedule: 'working_hours' } })).rejects.toThrow(
    'parameters.app.schedule: there are no working hours to bind it to',
  );
});

it('what a person has had left out for them is not stored, of before either, until they have it recorded again; of others it is', async () => {
  await using kit = await startServer();
  await kit.publish({ app: { level: 'name' }, url: { level: 'host_path' } });
  const { agent, session } = await tracking(kit);
  const site = () => seen(kit, { parameter: 'url', level: 'host_path', host: 'docs.choir.example.com', path: '/' });
  const before = [app(kit), site()];
  kit.clock.advance(1_000);
  await decide(kit, { kind: 'left_out', exclusions: { apps: [], sites: ['choir.example.com'] } });
  kit.clock.advance(1_000);
  agent.send(batch(agent, 2, session, [...before, app(kit), site()], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 2, discarded: { excluded: 2 } });
  const during = site();
  kit.clock.advance(1_000);
  await decide(kit, { kind: 'left_out', exclusions: { apps: [], sites: [] } });
  kit.clock.advance(1_000);
  agent.send(batch(agent, 3, session, [during, site()], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 1, discarded: { excluded: 1 } });
});
