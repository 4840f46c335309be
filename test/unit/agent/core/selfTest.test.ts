import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createGate, type Permitted } from '../../../../agent/core/gate/gate.ts';
import { createScriptedPlatform, type ScriptedPlatform } from '../../../../agent/platform/scripted.ts';
import { type ParameterId, parameterIds } from '../../../../shared/catalog.ts';
import { syntheticReadings } from '../../../../shared/events/syntheticReading.ts';
import { SessionId } from '../../../../shared/ids.ts';
import { decide } from '../../../../shared/policy/decide.ts';
import { deviceChecks, type SelfTestReport } from '../../../../shared/protocol/selfTest.ts';
import { MINUTE } from '../../../../shared/time.ts';
import { onAPage, script, typing } from '../../../support/days/moments.ts';
import { BOOT, createRig, EVERYTHING, type RigOptions } from '../../../support/recording.ts';

async function working(options: Partial<RigOptions> = {}) {
  let platform: ScriptedPlatform | null = null;
  const day = script([...onAPage, typing]);
  const rig = await createRig({ platform: (clock) => (platform = createScriptedPlatform(day, clock)), ...options });
  return { ...rig, calls: () => ({ ...platform?.calls() }) };
}

const failing = ({ checks }: Pick<SelfTestReport, 'checks'>): string[] =>
  checks.filter(({ passed }) => !passed).map(({ check }) => check);

test.each(parameterIds)('%s off: every check passes, no sensor is called and nothing is written', async (id) => {
  const { recorder, clock, spool, calls, said } = await working({ levels: { ...EVERYTHING, [id]: 'off' } });
  await recorder.start({ project: null, task: null });
  await clock.advance(2 * MINUTE);
  const seen = () => [calls(), JSON.stringify(spool.everything()), spool.kept(), [...said]];
  const before = seen();
  const found = await recorder.selfTest(id);
  expect(found).toMatchObject({ verdict: 'off', parameter: id, level: 'off', decidedBy: 'organisation' });
  expect(found.checks.map(({ check, passed }) => [check, passed])).toEqual(deviceChecks.map((check) => [check, true]));
  expect(seen()).toEqual(before);
});

test.each(parameterIds)('%s on: that is what it says, and it tries nothing', async (id) => {
  const { recorder } = await working({ levels: EVERYTHING });
  expect(await recorder.selfTest(id)).toMatchObject({
    ...{ verdict: 'on', level: EVERYTHING[id], decidedBy: null, checks: [] },
  });
});

test('without a session it tries what would be if there were one', async () => {
  const { recorder } = await working({ levels: { ...EVERYTHING, screenshot: 'off' }, gate: leaking('screenshot') });
  expect(failing(await recorder.selfTest('screenshot'))).toContain('gate_refuses_while_tracking');
});

/** A gate that lets one parameter through, whatever the policy says. */
function leaking(parameter: ParameterId): NonNullable<RigOptions['gate']> {
  return (deps) => {
    const honest = createGate(deps);
    const level = EVERYTHING[parameter] as never;
    return {
      decide: (id) => (id === parameter ? decide({ level, decidedBy: null }, id) : honest.decide(id)),
      permit: (observation) =>
        observation.parameter === parameter
          ? { kind: 'permitted', observation: observation as never }
          : honest.permit(observation),
    };
  };
}

test.each(parameterIds.filter((id) => id !== 'session'))(
  'an agent whose gate lets %s through is found out, and still none of its sensors is called for the test',
  async (id) => {
    const { recorder, calls, said } = await working({ levels: { ...EVERYTHING, [id]: 'off' }, gate: leaking(id) });
    const before = [calls(), [...said]];
    const found = await recorder.selfTest(id);
    expect(found.verdict).toBe('not_off');
    expect(failing(found)).toEqual(
      expect.arrayContaining(['gate_refuses', 'gate_refuses_while_tracking', 'reading_refused']),
    );
    expect([calls(), [...said]]).toEqual(before);
  },
);

test('an agent that asks its sensors and refuses only afterwards is found out', async () => {
  const { recorder } = await working({
    levels: { ...EVERYTHING, title: 'off' },
    gate: (deps) => ({ ...createGate(deps), decide: leaking('title')(deps).decide }),
  });
  expect(failing(await recorder.selfTest('title'))).toEqual([
    ...['gate_refuses', 'gate_refuses_while_tracking', 'sensor_not_asked'],
  ]);
});

test('what still waits, is held or goes on of it is found', async () => {
  const { recorder, clock, spool } = await working({ levels: { ...EVERYTHING, title: 'off', screenshot: 'off' } });
  const context = { boot: BOOT, session: SessionId.parse(randomUUID()), policyVersion: 1 };
  const made = (parameter: ParameterId) =>
    syntheticReadings(parameter, { at: clock.now(), mono: 0, marker: randomUUID() })[0] as Permitted;
  await spool.append(context, [made('title')]);
  await spool.keep([{ context, observation: made('title') }]);
  await spool.hold(context, { observation: made('screenshot') as never, releaseAt: 1 }, new Uint8Array(64));
  expect(failing(await recorder.selfTest('title'))).toEqual(['nothing_in_batches', 'nothing_kept']);
  expect(failing(await recorder.selfTest('screenshot'))).toEqual(['nothing_held']);
});
