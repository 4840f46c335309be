import { expect, test } from 'vitest';
import { createScriptedPlatform, type ScriptEvent } from '../../../../agent/platform/scripted.ts';
import type { Exclusions } from '../../../../shared/policy/exclusions.ts';
import { NO_PERSONAL_TERMS } from '../../../../shared/policy/personal.ts';
import { MINUTE } from '../../../../shared/time.ts';
import { atTheEditor, onAPage, script, typing } from '../../../support/days/moments.ts';
import { createRig, EVERYTHING, type Rig, type RigOptions } from '../../../support/recording.ts';

const apps = (...names: string[]): Exclusions => ({ apps: names, sites: [] });
const sites = (...hosts: string[]): Exclusions => ({ apps: [], sites: hosts });
const observed = ['app', 'title', 'url', 'screenshot'] as const;

const platformOf =
  (events: readonly ScriptEvent[]): RigOptions['platform'] =>
  (clock) =>
    createScriptedPlatform(script([...events, typing]), clock);

async function elevenMinutes(events: readonly ScriptEvent[], exclusions?: Exclusions) {
  const change = exclusions === undefined ? {} : { exclusions };
  const rig = await createRig({ platform: platformOf(events), levels: EVERYTHING, change });
  await rig.recorder.start();
  await rig.clock.advance(11 * MINUTE);
  return rig;
}

/** What of the four is there in any form. */
function kept({ recorded, spool }: Rig) {
  return {
    apps: [...new Set(recorded('app').map((app) => (app.level === 'name' ? app.name : app.category)))],
    titles: recorded('title').length,
    sites: [...new Set(recorded('url').map((url) => (url.level === 'category' ? url.category : url.level)))],
    pictures: recorded('screenshot').length + spool.held().length,
  };
}

test('of an excluded application only that something private is in front', async () => {
  expect(kept(await elevenMinutes(atTheEditor))).toMatchObject({ apps: ['Code'], pictures: expect.any(Number) });
  expect((await elevenMinutes(atTheEditor)).recorded('title')).not.toEqual([]);
  expect(kept(await elevenMinutes(atTheEditor, apps('cod*')))).toEqual({
    ...{ apps: ['private'], titles: 0, sites: [], pictures: 0 },
  });
});

test('of an excluded site only that something private is open, without title and picture', async () => {
  expect(kept(await elevenMinutes(onAPage))).toMatchObject({ apps: ['Chromium'], sites: ['host_path'] });
  expect(kept(await elevenMinutes(onAPage, sites('nodejs.org')))).toEqual({
    ...{ apps: ['Chromium'], titles: 0, sites: ['private'], pictures: 0 },
  });
});

test('no picture while an excluded application is on another monitor', async () => {
  const scene: ScriptEvent[] = [
    ...atTheEditor,
    { at: 0, do: 'others', windows: [{ app: 'Ledger', program: 'ledger', title: 'Wages' }] },
  ];
  expect(kept(await elevenMinutes(scene)).pictures).toBeGreaterThan(0);
  expect(kept(await elevenMinutes(scene, apps('ledger'))).pictures).toBe(0);
});

test('an exclusion that is added holds at once, and what waits of the four parameters goes', async () => {
  const rig = await elevenMinutes(atTheEditor);
  expect(kept(rig)).toMatchObject({ apps: ['Code'] });
  await rig.publish(EVERYTHING, { exclusions: apps('code') });
  expect(kept(rig)).toEqual({ apps: [], titles: 0, sites: [], pictures: 0 });
  expect(rig.recorded('activity')).not.toEqual([]);
  expect(rig.spool.waiting().dropped.map(({ parameter, cause }) => `${parameter} ${cause}`)).toEqual(
    expect.arrayContaining(['app purged_by_policy', 'title purged_by_policy', 'screenshot purged_by_policy']),
  );
  await rig.clock.advance(11 * MINUTE);
  expect(kept(rig)).toEqual({ apps: ['private'], titles: 0, sites: [], pictures: 0 });
});

test('the same exclusions published again purge nothing', async () => {
  const rig = await elevenMinutes(onAPage, apps('ledger'));
  const before = rig.spool.waiting().observations;
  await rig.publish(EVERYTHING, { exclusions: apps('ledger') });
  for (const id of observed) expect(rig.spool.waiting().observations[id]).toBeGreaterThanOrEqual(before[id] ?? 1);
});

test('an exclusion that is taken out goes on until the lease of that very policy has come', async () => {
  const rig = await elevenMinutes(atTheEditor, apps('code'));
  const { policies, publisher, recorder, clock } = rig;
  const next = publisher.policy(2, EVERYTHING);
  const other = publisher.lease(publisher.policy(1, EVERYTHING), 1);
  expect(await policies.accept(next, other)).toEqual({ ok: false, refusal: 'lease_mismatch' });
  await recorder.policyChanged();
  expect(policies.exclusions()).toEqual(apps('code'));
  await clock.advance(MINUTE);
  expect(kept(rig)).toMatchObject({ apps: ['private'], titles: 0 });
  expect(await policies.accept(null, publisher.lease(next, 2))).toMatchObject({ ok: true });
  await recorder.policyChanged();
  expect(policies.exclusions()).toEqual({ apps: [], sites: [] });
});

test('a start finds what a crash left between a policy with a new exclusion and its purge', async () => {
  const before = await elevenMinutes(atTheEditor);
  const { clock, publisher, policies, spool, folder } = before;
  const next = publisher.policy(2, EVERYTHING, { exclusions: apps('code') });
  await policies.accept(next, publisher.lease(next, 2)); // and the process dies before `policyChanged`
  expect(before.recorded('title')).not.toEqual([]);
  const after = await createRig({ platform: platformOf(atTheEditor), clock, publisher, spool, folder });
  expect(kept(after)).toEqual({ apps: [], titles: 0, sites: [], pictures: 0 });
});

test('what the person has had left out holds with the lease that says so, without another policy, and ends with one that does not', async () => {
  const rig = await elevenMinutes(atTheEditor);
  const { policies, publisher, recorder, clock } = rig;
  const policy = publisher.policy(2, EVERYTHING);
  const lease = (revision: number, more: object = {}) =>
    publisher.lease(policy, 2, { terms: { ...NO_PERSONAL_TERMS, revision, ...more } });
  expect(await policies.accept(policy, lease(0))).toMatchObject({ ok: true });
  await recorder.policyChanged();
  expect(kept(rig)).toMatchObject({ apps: ['Code'] });
  expect(await policies.accept(null, lease(1, { exclusions: apps('code') }))).toMatchObject({ ok: true });
  await recorder.policyChanged();
  expect(kept(rig)).toEqual({ apps: [], titles: 0, sites: [], pictures: 0 });
  await clock.advance(11 * MINUTE);
  expect(kept(rig)).toEqual({ apps: ['private'], titles: 0, sites: [], pictures: 0 });
  expect(await policies.accept(null, lease(2))).toMatchObject({ ok: true });
  expect(policies.exclusions()).toEqual({ apps: [], sites: [] });
});
