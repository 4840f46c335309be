import { expect, test } from 'vitest';
import { createScriptedPlatform } from '../../../../agent/platform/scripted.ts';
import { parameterIds } from '../../../../shared/catalog.ts';
import { ReceiptPayload } from '../../../../shared/protocol/messages.ts';
import { MINUTE } from '../../../../shared/time.ts';
import { onAPage, script, typing } from '../../../support/days/moments.ts';
import { createRig, DEVICE, EVERYTHING, gateThatAlwaysSaysYes, type RigOptions } from '../../../support/recording.ts';

const platform: RigOptions['platform'] = (clock) => createScriptedPlatform(script([...onAPage, typing]), clock);

test('a receipt fits its frame, says what runs, and why the rest does not', async () => {
  const { clock, recorder, publish } = await createRig({ platform, levels: { ...EVERYTHING, notes: 'off' } });
  const before = recorder.receipt()!;
  expect(ReceiptPayload.safeParse({ ...before, device: DEVICE }).success).toBe(true);
  const { session, title, notes } = before.parameters;
  expect([before.tracking, session.reason, title.reason, notes.reason]).toEqual([
    false,
    'session',
    'session',
    'policy',
  ]);
  await recorder.start();
  await clock.advance(MINUTE);
  const tracking = recorder.receipt()!;
  for (const id of parameterIds.filter((parameter) => parameter !== 'notes')) {
    expect([id, tracking.parameters[id].state, tracking.parameters[id].level]).toEqual([id, 'active', EVERYTHING[id]]);
  }
  await recorder.pause();
  expect(recorder.receipt()!.parameters.title.reason).toBe('pause');
  expect(recorder.receipt()!.parameters.session.state).toBe('active');
  await publish(EVERYTHING);
  expect(recorder.receipt()!.policyVersion).toBe(2);
});

test('an agent whose gate was patched to say yes cannot produce a receipt that says off', async () => {
  const { clock, recorder, publish } = await createRig({ platform, levels: EVERYTHING, gate: gateThatAlwaysSaysYes });
  await recorder.start();
  await clock.advance(MINUTE);
  await publish({ ...EVERYTHING, title: 'off', url: 'off', activity: 'off', screenshot: 'blurred', device: 'off' });
  await clock.advance(MINUTE);
  const { parameters } = recorder.receipt()!;

  for (const id of ['title', 'url', 'activity', 'screenshot', 'device'] as const) {
    expect([id, parameters[id].state, parameters[id].reason]).toEqual([id, 'active', 'contradicts_policy']);
  }
  expect(parameters.app.reason).toBe(null);
});

test('a browser extension that goes on after it was told to stop keeps the receipt from saying off', async () => {
  let letGo = (): void => undefined;
  const { clock, recorder, publish } = await createRig({
    levels: EVERYTHING,
    platform: (clock) => {
      const same = createScriptedPlatform(script([...onAPage, typing]), clock);
      const stop = (): Promise<void> => new Promise((resolve) => (letGo = resolve));
      return { ...same, browser: { ...same.browser, start: async () => stop } };
    },
  });
  await recorder.start();
  await clock.advance(MINUTE);
  const published = publish({ ...EVERYTHING, url: 'off', title: 'off', screenshot: 'off' });
  await clock.advance(MINUTE);
  await published;
  expect(recorder.receipt()!.parameters.url).toMatchObject({ state: 'active', reason: 'contradicts_policy' });
  letGo();
  await clock.advance(MINUTE);
  letGo();
  await clock.advance(MINUTE);
  expect(recorder.receipt()!.parameters.url).toMatchObject({ state: 'off', reason: 'policy' });
});

test('a site that is switched off is off at once, also while the extension is listened to for the title', async () => {
  const { clock, recorder, publish } = await createRig({ platform, levels: EVERYTHING });
  await recorder.start();
  await clock.advance(MINUTE);
  await publish({ ...EVERYTHING, url: 'off' });
  expect(recorder.receipt()!.parameters.url).toMatchObject({ state: 'off', reason: 'policy' });
});

const [tab] = onAPage.filter((event) => event.do === 'tab');

test('sites are off in the receipt and in the words while no extension is heard, and on again with its first word', async () => {
  const { clock, recorder } = await createRig({
    levels: EVERYTHING,
    platform: (clock) =>
      createScriptedPlatform(
        script([...onAPage, typing, { at: 5 * MINUTE, do: 'no_tab' }, { ...tab!, at: 10 * MINUTE }]),
        clock,
      ),
  });
  const url = () => {
    const { needs, active } = recorder.status().parameters.url;
    return [recorder.receipt()!.parameters.url.state, recorder.receipt()!.parameters.url.reason, active, needs];
  };
  await recorder.start();
  await clock.advance(4 * MINUTE);
  expect(url()).toEqual(['active', null, true, null]);
  await clock.advance(2 * MINUTE);
  expect(url()).toEqual(['off', 'sensor_unavailable', false, 'browser_extension']);
  expect(ReceiptPayload.safeParse({ ...recorder.receipt()!, device: DEVICE }).success).toBe(true);
  await recorder.pause();
  expect(url()).toEqual(['off', 'pause', false, null]);
  await recorder.resume();
  await clock.advance(5 * MINUTE);
  expect(url()).toEqual(['active', null, true, null]);
});

test('a browser that is closed and opened again at once makes no receipt', async () => {
  const flutter = Array.from({ length: 20 }, (_, i) => [
    { at: 20 * MINUTE + i * 30_000, do: 'no_tab' as const },
    { ...tab!, at: 20 * MINUTE + i * 30_000 + 20_000 },
  ]).flat();
  const { clock, recorder } = await createRig({
    levels: EVERYTHING,
    platform: (clock) => createScriptedPlatform(script([...onAPage, typing, ...flutter]), clock),
  });
  await recorder.start();
  await clock.advance(20 * MINUTE);
  let told = 0;
  recorder.onReceiptChange(() => (told += 1));
  await clock.advance(15 * MINUTE);
  expect(told).toBe(0);
});

test('what could not be purged keeps the receipt from saying off', async () => {
  const { clock, recorder, publish, spool } = await createRig({ platform, levels: EVERYTHING });
  await recorder.start();
  await clock.advance(5 * MINUTE);
  Object.assign(spool, { purge: async () => 0 });
  await publish({ ...EVERYTHING, title: 'off' });
  expect(recorder.receipt()!.parameters.title).toMatchObject({ state: 'active', reason: 'contradicts_policy' });
});

test('those who wait for a receipt are told when it would say something else, and not every minute', async () => {
  const { clock, recorder, publish } = await createRig({ platform, levels: EVERYTHING });
  let told = 0;
  const stop = recorder.onReceiptChange(() => (told += 1));
  await recorder.start();
  await clock.advance(5 * MINUTE);
  const afterStart = told;
  await clock.advance(30 * MINUTE);
  expect(told).toBe(afterStart);
  await publish({ ...EVERYTHING, title: 'off' });
  expect(told).toBeGreaterThan(afterStart);
  stop();
  const afterLast = told;
  await recorder.stop();
  expect(told).toBe(afterLast);
});

test('without a verified policy there is no receipt, nothing starts, and the sentence says what to do', async () => {
  const { recorder } = await createRig({ platform });
  expect(recorder.receipt()).toBe(null);
  expect(await recorder.start()).toMatchObject({ ok: false, remedy: expect.stringContaining('policy') });
});
