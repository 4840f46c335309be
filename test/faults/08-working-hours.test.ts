import { afterEach, describe, expect, test } from 'vitest';
import { createScriptedPlatform } from '../../agent/platform/scripted.ts';
import { catalog, parameterIds } from '../../shared/catalog.ts';
import { NO_PERSONAL_TERMS } from '../../shared/policy/personal.ts';
import { firstRules, type PolicyDocument } from '../../shared/policy/policy.ts';
import type { WorkingHours } from '../../shared/policy/workingHours.ts';
import { HOUR, MINUTE, SECOND } from '../../shared/time.ts';
import { atTheEditor, script, typing } from '../support/days/moments.ts';
import { batch, connect, newSession, seen, sessionEvent, startServer } from '../support/ingestKit.ts';
import { createRig, EVERYTHING, type Rig } from '../support/recording.ts';
import { createTestClock } from '../support/testClock.ts';

const at = (instant: string): number => Date.parse(instant);
const observed = parameterIds.filter((id) => catalog[id].source === 'observed');
/** Once in five seconds is looked: what was on at the last look may be stamped until then. */
const LOOK = 5 * SECOND;

const office: WorkingHours = { zone: 'Europe/Berlin', spans: [{ days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' }] };
const sunday: WorkingHours = { zone: 'Europe/Berlin', spans: [{ days: [7], from: '01:00', to: '05:00' }] };

/** Everything at its highest level, and what is observed bound to working hours. */
function boundTo(workingHours: WorkingHours): Partial<PolicyDocument> {
  const rules = Object.entries(firstRules()).map(([id, rule]) => {
    const schedule = observed.some((one) => one === id) ? 'working_hours' : null;
    return [id, { ...rule, level: EVERYTHING[id as keyof typeof EVERYTHING], schedule }];
  });
  return { workingHours, parameters: Object.fromEntries(rules) as PolicyDocument['parameters'] };
}

async function tracking(instant: string, hours: WorkingHours): Promise<Rig> {
  const clock = createTestClock(at(instant));
  const day = script([...atTheEditor, typing]);
  const platform = (its: typeof clock) => createScriptedPlatform(day, its);
  const rig = await createRig({ platform, clock, levels: EVERYTHING, change: boundTo(hours) });
  await rig.recorder.start();
  return rig;
}

/** From when to when titles and programs were recorded, in whole minutes; null when none were. */
function recorded(rig: Rig): [string, string] | null {
  const all = [...rig.recorded('title'), ...rig.recorded('app')];
  if (all.length === 0) return null;
  const from = Math.min(...all.map((one) => one.at));
  const to = Math.max(...all.map((one) => one.at + one.span));
  return [whole(from), whole(to)];
}

const whole = (ms: number): string => new Date(Math.floor(ms / MINUTE) * MINUTE).toISOString().slice(0, 16);

describe('nothing is observed outside of working hours, while the session goes on', () => {
  test.each([
    // 16 November 2026 is a Monday, an hour ahead of UTC; 23 March 2026 as well, and 30 March two.
    ['as they begin', office, '2026-11-16T07:50:00Z', 20, ['2026-11-16T08:00', '2026-11-16T08:10']],
    ['as they end', office, '2026-11-16T15:50:00Z', 20, ['2026-11-16T15:50', '2026-11-16T16:00']],
    ['on a Saturday', office, '2026-11-21T11:00:00Z', 10, null],
    [
      'in winter, after the clocks are changed in spring',
      office,
      '2026-03-30T06:50:00Z',
      20,
      ['2026-03-30T07:00', '2026-03-30T07:10'],
    ],
    [
      'until the end of the night in which an hour is left out',
      sunday,
      '2026-03-29T02:50:00Z',
      20,
      ['2026-03-29T02:50', '2026-03-29T03:00'],
    ],
    [
      'until the end of the night in which an hour comes twice',
      sunday,
      '2026-10-25T03:50:00Z',
      20,
      ['2026-10-25T03:50', '2026-10-25T04:00'],
    ],
  ] as const)('%s', async (_when, hours, from, minutes, expected) => {
    const rig = await tracking(from, hours);
    await rig.clock.advance(minutes * MINUTE + LOOK);
    const found = recorded(rig);
    if (expected === null) expect(found).toBeNull();
    else expect(found).toEqual([expected[0], expect.toBeOneOf([expected[1], whole(at(`${expected[1]}Z`) - LOOK)])]);
    expect(rig.recorder.status().state).toBe('tracking');
    expect(rig.recorded('session').map(({ event }) => event)).toEqual(['start']);
  });
});

describe('time that passes over the edges of working hours unseen', () => {
  test.each([
    ['sleeps', (rig: Rig, ms: number) => rig.clock.suspend(ms)],
    ['stands still', (rig: Rig, ms: number) => rig.clock.freeze(ms)],
  ])(
    'a computer that %s from before their end to the next morning has recorded nothing in between',
    async (_name, pass) => {
      const rig = await tracking('2026-11-16T15:59:00Z', office);
      await rig.clock.advance(30 * SECOND);
      pass(rig, 15 * HOUR);
      await rig.clock.advance(2 * MINUTE);
      const between = [...rig.recorded('title'), ...rig.recorded('app')].filter(
        ({ at: begun, span }) => begun + span > at('2026-11-16T16:00:00Z') && begun < at('2026-11-17T08:00:00Z'),
      );
      expect(between).toEqual([]);
      const worked = rig.recorded('session');
      const asleep = worked.filter(({ event }) => event === 'gap').reduce((sum, { span }) => sum + span, 0);
      expect(asleep >= 15 * HOUR || rig.recorder.status().state === 'stopped').toBe(true);
    },
  );
});

describe('a person who travels', () => {
  const zoneBefore = process.env['TZ'];
  afterEach(() => {
    if (zoneBefore === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zoneBefore;
  });

  test('keeps the hours of the organisation’s clock, whatever the zone of the computer, until they name another', async () => {
    process.env['TZ'] = 'America/New_York';
    const rig = await tracking('2026-11-16T16:05:00Z', office); // 17:05 in Berlin, 11:05 in New York
    await rig.clock.advance(MINUTE);
    expect([recorded(rig), rig.recorder.status().parameters.title.off]).toEqual([null, 'schedule']);
    await rename(rig, 'America/New_York');
    await rig.clock.advance(2 * MINUTE);
    expect(recorded(rig)?.[0]).toBe('2026-11-16T16:06');
    await rename(rig, 'Asia/Tokyo'); // one in the morning
    await rig.clock.advance(MINUTE);
    const until = recorded(rig)?.[1];
    await rig.clock.advance(10 * MINUTE);
    expect([recorded(rig)?.[1], rig.recorder.status().parameters.title.off]).toEqual([until, 'schedule']);
  });

  /** As a lease that the server gives when the person has named their zone. */
  async function rename({ policies, publisher, recorder, folder, clock }: Rig, zone: string): Promise<void> {
    const { policy } = JSON.parse(new TextDecoder().decode(folder.files.get('policy.json')));
    revision += 1;
    await clock.advance(SECOND);
    const lease = publisher.lease(policy, 1, { terms: { ...NO_PERSONAL_TERMS, revision, zone } });
    expect(await policies.accept(null, lease)).toMatchObject({ ok: true });
    await recorder.policyChanged();
  }
  let revision = 0;
});

test('the server judges by its own clock: whatever the device’s says, nothing from outside of working hours is stored', async () => {
  // Friday, ten in the morning in London; the device’s clock is five hours wrong.
  await using kit = await startServer();
  const london: WorkingHours = { zone: 'Europe/London', spans: [{ days: [5], from: '09:00', to: '12:00' }] };
  await kit.publish({ app: { level: 'name', schedule: 'working_hours' } }, { workingHours: london });
  const device = await kit.enrol();
  await using agent = await connect(kit, device);
  const session = newSession();
  agent.send(batch(agent, 1, session, [sessionEvent(kit, 'start')], 2));
  await agent.take('ack');
  const app = () => seen(kit, { parameter: 'app', level: 'name', name: 'Code' });
  const within = app();
  agent.send(batch(agent, 2, session, [within], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 1, discarded: {} });
  kit.clock.advance(3 * HOUR);
  agent.send(batch(agent, 3, session, [app()], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 0, discarded: { outside_schedule: 1 } });
  // What was rightly captured before their end is stored after it.
  agent.send(
    batch(
      agent,
      4,
      session,
      [{ ...within, at: Number(within['at']) + SECOND, mono: Number(within['mono']) + SECOND }],
      2,
    ),
  );
  expect(await agent.take('ack')).toMatchObject({ stored: 1, discarded: {} });
});
