import { describe, expect, it } from 'vitest';
import { noticeOf } from '../../../../shared/policy/notice.ts';
import type { PolicyChange } from '../../../../shared/protocol/http/policy.ts';
import { DAY } from '../../../../shared/time.ts';
import { acknowledgementBy, type ServerKit, signAs, startServer, type TestDevice } from '../../../support/ingestKit.ts';

const ON = { screenshot: { level: 'full' }, app: { level: 'name' } } as const;

async function acknowledged(kit: ServerKit, device: TestDevice): Promise<readonly string[]> {
  const lease = JSON.parse((await kit.control.lease(device.record)).payload);
  return ['screenshot', 'app', 'project'].filter((id) => lease.acknowledged[id] !== 'off');
}

const lease = (observed: number, entered: number): Partial<PolicyChange> => ({ leaseHours: { observed, entered } });

it('a longer idle time holds only once they acknowledge it, and a shorter one at once', async () => {
  await using kit = await startServer();
  await kit.publish(ON);
  const device = await kit.enrol();
  kit.clock.advance(1_000);
  const before = await kit.control.current(kit.org);
  const changed = await kit.publish(undefined, { idleSeconds: 3_600 });
  expect(await acknowledged(kit, device)).toEqual(['project']);
  expect(noticeOf(changed.document).collected).not.toEqual(noticeOf(before.document).collected);
  await kit.control.acknowledge(device.record, await acknowledgementBy(device, changed));
  expect(await acknowledged(kit, device)).toEqual(['screenshot', 'app', 'project']);
  await kit.publish(undefined, { idleSeconds: 60 });
  expect(await acknowledged(kit, device)).toEqual(['screenshot', 'app', 'project']);
});

describe('times that are a protection', () => {
  const cases: [string, Partial<PolicyChange>, readonly string[]][] = [
    ['review', { screenshotReviewSeconds: 0 }, ['screenshot']],
    ['the lease of what is observed', lease(72, 720), ['app', 'screenshot']],
    ['the lease of what is entered', lease(24, 2_160), ['notes', 'project', 'session']],
  ];
  for (const [name, worse, kept] of cases) {
    it(`a change of ${name} against the person stops nothing, and they keep what they had until they agree`, async () => {
      await using kit = await startServer();
      await kit.publish(ON);
      const device = await kit.enrol();
      kit.clock.advance(1_000);
      const changed = await kit.publish(undefined, worse);
      expect(await acknowledged(kit, device)).toEqual(['screenshot', 'app', 'project']);
      const { terms } = JSON.parse((await kit.control.lease(device.record)).payload);
      expect(Object.keys(terms.agreed.parameters)).toEqual(expect.arrayContaining([...kept]));
      await kit.control.acknowledge(device.record, await acknowledgementBy(device, changed));
      const after = JSON.parse((await kit.control.lease(device.record)).payload);
      expect(after.terms.agreed, 'read, and not agreed to').toEqual(terms.agreed);
    });
  }
});

it('whether the employee may pause is asked of sessions alone: of anything else it changes nothing that anybody is told', async () => {
  await using kit = await startServer();
  await kit.publish(ON);
  const device = await kit.enrol();
  kit.clock.advance(1_000);
  const changed = await kit.publish({ app: { employeeMayPause: false } });
  expect(await acknowledged(kit, device)).toContain('app');
  expect(changed.document.parameters.app.noticeVersion).toBe(2);
  await kit.publish({ session: { employeeMayPause: false } });
  const lease = JSON.parse((await kit.control.lease(device.record)).payload);
  expect(Object.keys(lease.terms.agreed.parameters), 'their old right to pause stays').toEqual(['session']);
});

it('whoever agrees once more, while what they agreed to does not count yet, shortens no period by it', async () => {
  await using kit = await startServer({ reactionDays: 30 });
  const device = await kit.enrol();
  kit.clock.advance(1_000);
  const agree = async (policy: Awaited<ReturnType<ServerKit['publish']>>) => {
    const read = JSON.parse((await acknowledgementBy(device, policy)).payload);
    const agreed = { ...read, agreed: true, at: kit.clock.now() };
    await kit.control.acknowledge(device.record, signAs(device, 'daylight/acknowledgement/v1', agreed));
  };
  const keeps = async () =>
    Object.keys(JSON.parse((await kit.control.lease(device.record)).payload).terms.agreed?.parameters ?? {});

  await agree(await kit.publish({ session: { employeeMayPause: false } }, { reactionDays: 1 }));
  kit.clock.advance(DAY);
  await agree(await kit.publish({ project: { retentionDays: 30 } }));
  kit.clock.advance(5 * DAY);
  expect(await keeps()).toEqual(['session']);
  kit.clock.advance(30 * DAY);
  expect(await keeps()).toEqual([]);
});
