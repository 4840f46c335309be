import { expect, test } from 'vitest';
import { createScriptedPlatform } from '../../../../agent/platform/scripted.ts';
import { parameterIds } from '../../../../shared/catalog.ts';
import { onAPage, script, typing } from '../../../support/days/moments.ts';
import { createRig, EVERYTHING } from '../../../support/recording.ts';

const WAITS = 'Off: it waits until you have read the notice and accepted it.';

test('what waits for the person to read the notice is said to wait for that, in the window, the receipt and the refusal', async () => {
  const { policies, publisher, recorder } = await createRig({
    platform: (clock) => createScriptedPlatform(script([...onAPage, typing]), clock),
    levels: EVERYTHING,
  });
  const widened = publisher.policy(2, { ...EVERYTHING, app: 'off' });
  const acknowledged = { ...EVERYTHING, session: 'off', title: 'off', notes: 'off' };
  await policies.accept(widened, publisher.lease(widened, 2, { acknowledged }));
  await recorder.policyChanged();

  const { parameters } = recorder.status();
  const receipt = recorder.receipt()!.parameters;
  for (const id of ['session', 'title', 'notes'] as const) {
    expect([id, parameters[id].off, parameters[id].why, receipt[id].reason]).toEqual([
      ...[id, 'acknowledgement', WAITS, 'acknowledgement'],
    ]);
  }
  expect([parameters.app.off, receipt.app.reason]).toEqual(['organisation', 'policy']);
  expect(await recorder.start()).toEqual({
    ok: false,
    problem: 'Working sessions are off until you have read the notice about them and accepted it.',
    remedy: 'Read it with "daylight-agent notice" or in your Daylight window, and accept it there.',
  });
});

test('while nobody has accepted anything, status and receipt name the same layer for every parameter', async () => {
  const { policies, publisher, recorder } = await createRig({
    platform: (clock) => createScriptedPlatform(script([...onAPage, typing]), clock),
    levels: EVERYTHING,
  });
  const again = publisher.policy(2, EVERYTHING);
  await policies.accept(again, publisher.lease(again, 2, { acknowledged: {} }));
  await recorder.policyChanged();
  const { parameters } = recorder.status();
  const receipt = recorder.receipt()!.parameters;
  expect(parameterIds.map((id) => parameters[id].off)).toEqual(parameterIds.map((id) => receipt[id].reason));
});
