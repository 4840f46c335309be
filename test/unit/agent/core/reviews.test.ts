import { expect, it } from 'vitest';
import { createReviews } from '../../../../agent/core/reviews.ts';
import { MINUTE, SECOND } from '../../../../shared/time.ts';
import { context, screenshot, testClock } from '../../../support/agentKit.ts';
import { createMemorySpool } from '../../../support/memorySpool.ts';

const REVIEW_MS = 5 * MINUTE;

/** Looks this far apart until the screenshot is released; how long it was held, or null when that never ends. */
async function heldFor(everyMs: number, lookMs?: number): Promise<number | null> {
  const clock = testClock();
  const spool = createMemorySpool(clock);
  const bytes = new Uint8Array(64);
  const observation = screenshot(bytes);
  await spool.hold(context, { observation, releaseAt: clock.now() + REVIEW_MS }, bytes);
  const reviews = createReviews(spool, clock, () => REVIEW_MS / SECOND, lookMs);
  reviews.keepTime();
  for (let held = everyMs; held <= 4 * REVIEW_MS; held += everyMs) {
    clock.advance(everyMs);
    reviews.keepTime();
    if ((await spool.release(clock.now())) > 0) return held;
  }
  return null;
}

it('a screenshot can be reviewed for as long as was promised, counted in time in which the process ran', async () => {
  expect(await heldFor(5 * SECOND)).toBe(REVIEW_MS);
  expect(await heldFor(30 * SECOND)).toBe(REVIEW_MS);
});

it('whoever looks only once a minute has not run, unless a day is played at that pace', async () => {
  expect(await heldFor(MINUTE)).toBeNull();
  expect(await heldFor(MINUTE, MINUTE)).toBe(REVIEW_MS);
  expect(await heldFor(2 * MINUTE, MINUTE)).toBeNull();
});
