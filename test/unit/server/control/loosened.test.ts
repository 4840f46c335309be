import { describe, expect, it } from 'vitest';
import { noticeOf } from '../../../../shared/policy/notice.ts';
import type { PolicyChange } from '../../../../shared/protocol/http/policy.ts';
import { acknowledgementBy, type ServerKit, startServer, type TestDevice } from '../../../support/ingestKit.ts';

const ON = { screenshot: { level: 'full' }, app: { level: 'name' } } as const;

async function acknowledged(kit: ServerKit, device: TestDevice): Promise<readonly string[]> {
  const lease = JSON.parse((await kit.control.lease(device.record)).payload);
  return ['screenshot', 'app', 'project'].filter((id) => lease.acknowledged[id] !== 'off');
}

describe('times that the policy sets', () => {
  const cases: [string, Partial<PolicyChange>, Partial<PolicyChange>, readonly string[]][] = [
    ['review', { screenshotReviewSeconds: 0 }, { screenshotReviewSeconds: 600 }, ['app', 'project']],
    ['idle', { idleSeconds: 3_600 }, { idleSeconds: 60 }, ['project']],
    ['the lease of what is observed', lease(72, 720), lease(1, 720), ['project']],
    ['the lease of what is entered', lease(24, 2_160), lease(24, 1), ['screenshot', 'app']],
  ];
  for (const [name, worse, better, left] of cases) {
    it(`a change of ${name} against the person holds only once they acknowledge it, and one for them at once`, async () => {
      await using kit = await startServer();
      await kit.publish(ON);
      const device = await kit.enrol();
      kit.clock.advance(1_000);
      const before = await kit.control.current(kit.org);
      const changed = await kit.publish(undefined, worse);
      expect(await acknowledged(kit, device)).toEqual(left);
      expect(noticeOf(changed.document).collected).not.toEqual(noticeOf(before.document).collected);
      await kit.control.acknowledge(device.record, await acknowledgementBy(device, changed));
      expect(await acknowledged(kit, device)).toEqual(['screenshot', 'app', 'project']);
      await kit.publish(undefined, better);
      expect(await acknowledged(kit, device)).toEqual(['screenshot', 'app', 'project']);
    });
  }

  function lease(observed: number, entered: number): Partial<PolicyChange> {
    return { leaseHours: { observed, entered } };
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
  expect(lease.acknowledged.session).toBe('off');
});
