import { expect, it } from 'vitest';
import { authorize, organisation } from '../../../../server/authorize.ts';
import { startServer } from '../../../support/ingestKit.ts';

it('what everyone can read of stays one object when something else was decided, so that no connection has to compare it', async () => {
  await using kit = await startServer();
  const { proposals } = kit.control;
  const before = await proposals.announced(kit.org);
  const actor = { org: kit.org, person: kit.person, role: 'owner', managesTeams: [], complete: true } as const;
  const leave = authorize(actor, 'policy.require_second', organisation(kit.org));
  if (leave.kind !== 'granted') throw new Error('an owner may');
  await proposals.requireSecond(leave.leave, { required: true, reason: 'four eyes' });
  expect((await proposals.view(kit.org)).secondRequired).toBe(true);
  expect(await proposals.announced(kit.org)).toBe(before);
});
