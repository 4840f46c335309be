import { expect, it } from 'vitest';
import { SECOND } from '../../../../shared/time.ts';
import { batch, dial, monoAt, newSession, sessionEvent, startServer } from '../../../support/ingestKit.ts';

it('what is only read and cannot be told just now ends no connection: it is logged, and what is recorded goes on to be stored', async () => {
  await using kit = await startServer();
  const device = await kit.enrol();
  const broken = (): Promise<never> => Promise.reject(new Error('broken on purpose'));
  Object.assign(kit.control, { lastNotice: broken });
  Object.assign(kit.control.proposals, { announced: broken });
  await using agent = await dial(kit.port, { knowsComing: true });
  await agent.hello(device, { at: kit.clock.now(), mono: monoAt(kit.clock.now()) });
  await agent.take('welcome');
  await expect.poll(() => kit.events.filter(({ kind }) => kind === 'failed').length, { timeout: 10 * SECOND }).toBe(2);
  agent.send(batch(agent, 1, newSession(), [sessionEvent(kit, 'start')]));
  expect(await agent.take('ack')).toMatchObject({ seq: 1, stored: 1 });
  expect(agent.frames.some(({ type }) => type === 'bye')).toBe(false);
});
