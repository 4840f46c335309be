import { expect, test } from 'vitest';
import { createWindowSessions, IDLE_MS } from '../../../../agent/core/windowSessions.ts';
import { systemRandom } from '../../../support/agentKit.ts';
import { createTestClock } from '../../../support/testClock.ts';

test('the end of a session is told of by itself, also when its page has said something after it had gone', async () => {
  const clock = createTestClock();
  const counts: number[] = [];
  const sessions = createWindowSessions(clock, systemRandom, () => void counts.push(sessions.count()));
  const secret = sessions.redeem(sessions.issue(() => undefined)) ?? '';
  const leave = sessions.find(secret)!.watch();
  await clock.advance(60_000);
  leave();
  await clock.advance(10_000);
  sessions.find(secret)!.say(false);
  await clock.advance(IDLE_MS - 1_000);
  expect(counts.at(-1)).toBe(1);
  await clock.advance(2_000);
  expect(counts.at(-1)).toBe(0);
  sessions.close();
});
