import { expect, it } from 'vitest';
import { runSelfCheck, selfCheck } from '../../../../server/records/selfCheck.ts';
import { startSelfChecks } from '../../../../server/records/selfCheckJob.ts';
import { DAY, HOUR } from '../../../../shared/time.ts';
import { startServer } from '../../../support/ingestKit.ts';

it('the server looks once a day by its clock, keeps what it found, and starts no day twice when the clock is set back', async () => {
  await using kit = await startServer();
  await kit.publish({ screenshot: { level: 'blurred', reviewBy: kit.clock.now() + 5 * DAY } });
  expect((await selfCheck(kit, kit.org)).lastRun).toBeNull();
  const first = await runSelfCheck(kit, kit.org);
  expect(first?.findings.map(({ kind }) => kind)).toEqual(['due', 'controller']);
  expect(await runSelfCheck(kit, kit.org)).toBeNull();
  kit.clock.set(-DAY);
  expect(await runSelfCheck(kit, kit.org)).toBeNull();
  kit.clock.set(7 * DAY);
  const second = await runSelfCheck(kit, kit.org);
  expect(second?.findings.map(({ kind }) => kind)).toEqual(['over', 'controller']);
  expect(second?.needsAttention).toBe(true);
  expect((await selfCheck(kit, kit.org)).lastRun).toBe(second?.asOf);
  expect(await kit.store.settingRevisions(kit.org, 'self-check')).toHaveLength(2);
});

it('as a job it says of which organisation something is to be done, goes on after a failure, and ends when it is closed', async () => {
  await using kit = await startServer();
  await kit.publish({ title: { level: 'full' } });
  const [found, failed]: [unknown[], unknown[]] = [[], []];
  let broken = true;
  const store = {
    ...kit.store,
    organisations: async () => {
      if (broken) throw new Error('the disk is away');
      return kit.store.organisations();
    },
  };
  const deps = {
    ...kit,
    store,
    found: (...said: unknown[]) => void found.push(said),
    failed: (cause: unknown) => void failed.push(cause),
  };
  const job = startSelfChecks(deps, { quietMs: 1, everyMs: 1 });
  await expect.poll(() => failed.length).toBeGreaterThan(0);
  broken = false;
  await expect.poll(() => found).toEqual([[kit.org, 2]]);
  await job.close();
  const looked = failed.length;
  kit.clock.advance(2 * DAY + HOUR);
  expect([found.length, failed.length]).toEqual([1, looked]);
});
