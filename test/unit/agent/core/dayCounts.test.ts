import { expect, test } from 'vitest';
import { createScriptedPlatform } from '../../../../agent/platform/scripted.ts';
import { en as agentWords } from '../../../../agent/strings/en.ts';
import { notRecordedLines } from '../../../../agent/strings/notRecorded.ts';
import { en as consoleWords } from '../../../../server/console/strings/en.ts';
import { NO_PERSONAL_TERMS } from '../../../../shared/policy/personal.ts';
import { DAY, MINUTE } from '../../../../shared/time.ts';
import { onAPage, script, typing } from '../../../support/days/moments.ts';
import { createRig, EVERYTHING, type RigOptions } from '../../../support/recording.ts';

const LEVELS = { app: 'name', title: 'full', url: 'host_path' };
const SECRET_SITE = '*.intern.example';

const page = (at: number, url: string) => [
  { at, do: 'front', app: 'Chromium', program: 'chromium', title: 'A page - Chromium' } as const,
  { at, do: 'tab', browser: 'chromium', url, title: 'A page', private: false, focused: true } as const,
];

/** A page as ever, then one that a rule hides, another one of it, one that the list hides, and the first again. */
const platform: RigOptions['platform'] = (clock) =>
  createScriptedPlatform(
    script([
      ...onAPage,
      typing,
      ...page(MINUTE, 'https://meet.intern.example/figures'),
      ...page(3 * MINUTE, 'https://nodejs.org/'),
      ...page(4 * MINUTE, 'https://www.intern.example/team'),
      ...page(5 * MINUTE, 'https://www.aa.org/'),
      ...page(6 * MINUTE, 'https://nodejs.org/'),
    ]),
    clock,
  );

async function afterADay(options: Partial<RigOptions> = {}) {
  const rig = await createRig({
    platform,
    levels: LEVELS,
    change: { exclusions: { apps: [], sites: [SECRET_SITE] } },
    ...options,
  });
  await rig.recorder.start();
  await rig.clock.advance(7 * MINUTE);
  return rig;
}

const hiddenOf = ({ recorder }: Awaited<ReturnType<typeof afterADay>>) => recorder.status().days[0]?.hidden;

test('what a rule or a list hides is counted by day and rule, once for as long as it is in front, and without what it was', async () => {
  const rig = await afterADay();
  expect(hiddenOf(rig)).toEqual([
    { by: 'site', rule: SECRET_SITE, count: 2 },
    { by: 'list', rule: 'special_sites', count: 1 },
  ]);
  const [day] = rig.recorder.status().days;
  expect(notRecordedLines(day!)).toContain('2 × a site that your organisation leaves out (*.intern.example)');
  expect(JSON.stringify(day)).not.toMatch(/figures|team|meet|aa\.org/);
});

test('of it nothing is recorded, and nothing is in what the device signs', async () => {
  const { spool, recorder } = await afterADay();
  expect(JSON.stringify([spool.everything(), recorder.receipt()])).not.toMatch(/intern|hidden|special_sites/);
});

test('what was off while tracking, dropped, or not kept by the server is counted with its reason', async () => {
  const rig = await afterADay();
  await rig.recorder.pause();
  await rig.clock.advance(10 * MINUTE);
  await rig.publish({ ...LEVELS, title: 'off' });
  await rig.clock.advance(MINUTE);
  rig.recorder.refusedByServer({ off_at_receipt: 3 });
  rig.recorder.refusedByServer({ off_at_receipt: 1 });
  const [day] = rig.recorder.status().days;
  const app = day?.off.find(({ parameter }) => parameter === 'app');
  expect(app?.why).toBe('Off: you have paused.');
  expect(app?.seconds).toBeGreaterThanOrEqual(10 * 60);
  expect(app?.seconds).toBeLessThanOrEqual(11 * 60 + 10);
  expect(notRecordedLines(day!).join('\n')).toMatch(
    /^1[01] min: active application.*active site\. Off: you have paused\.$/m,
  );
  expect(
    day?.off.some(({ parameter }) => parameter === 'screenshot'),
    'what nobody collects is no news',
  ).toBe(false);
  expect(day?.dropped.map(({ parameter, count }) => [parameter, count > 0])).toContainEqual(['title', true]);
  expect(day?.refused).toEqual([{ reason: 'off_at_receipt', count: 4 }]);
});

test('what the person forbade before it was sent is not said to be the organisation’s doing alone', async () => {
  const rig = await afterADay();
  const policy = rig.publisher.policy(2, LEVELS);
  const terms = { ...NO_PERSONAL_TERMS, revision: 1, objection: { title: 'off' as const } };
  await rig.policies.accept(policy, rig.publisher.lease(policy, 2, { terms }));
  await rig.recorder.policyChanged();
  await rig.clock.advance(MINUTE);
  const dropped = rig.recorder.status().days[0]?.dropped.find(({ parameter }) => parameter === 'title');
  expect(dropped?.words).toMatch(/your organisation switched it off .*, or you objected, .* consent back$/);
});

test('objecting is where the words on the computer send people', () => {
  for (const words of [agentWords['coming.object'], agentWords['firstUse.object']])
    expect(words).toContain(`"${consoleWords['nav.objections']}"`);
});

test('what was acknowledged and does not count yet is not said to wait for the notice', async () => {
  const rig = await afterADay();
  const from = rig.clock.now() + 2 * DAY;
  const policy = rig.publisher.policy(2, LEVELS);
  const lease = rig.publisher.lease(policy, 2, {
    acknowledged: { ...EVERYTHING, title: 'off' },
    coming: { title: { level: 'full', from } },
  });
  await rig.policies.accept(policy, lease);
  await rig.recorder.policyChanged();
  await rig.clock.advance(3 * MINUTE);
  const off = rig.recorder.status().days[0]?.off.filter(({ parameter }) => parameter === 'title');
  expect(off?.map(({ why }) => why)).toEqual([
    'Off: you have acknowledged it, and have time to react before it begins.',
  ]);
});

test('it is on disk, sealed, outlives a restart, and two weeks later it is gone', async () => {
  const rig = await afterADay();
  await rig.recorder.close('shutdown');
  for (const bytes of rig.folder.files.values()) {
    expect(Buffer.from(bytes).toString('latin1'), 'the policy names its rules; the count is sealed').not.toMatch(
      /special_sites/,
    );
  }
  const { folder, publisher, clock, spool } = rig;
  const again = await createRig({ platform, folder, publisher, clock, spool });
  expect(again.recorder.status().days[0]?.hidden).toEqual(hiddenOf(rig));
  const first = again.recorder.status().days[0]?.day;
  for (let day = 0; day < 14; day += 1) {
    clock.jump(DAY);
    again.recorder.refusedByServer({ malformed: 1 });
  }
  const kept = again.recorder.status().days.map(({ day }) => day);
  expect([kept.length, kept.includes(first ?? '')]).toEqual([14, false]);
});
