import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createSystemClock, createSystemRandom } from '../../../../agent/platform/system.ts';

function fakeSources() {
  const at = { wall: 1_800_000_000_000.7, steady: 50_000.9, sinceBoot: 50_003 };
  const looks = { sinceBoot: 0, whileLooking: (): void => undefined };
  const sinceBoot = () => {
    looks.sinceBoot += 1;
    looks.whileLooking();
    return at.sinceBoot;
  };
  const clock = createSystemClock({ wall: () => at.wall, steady: () => at.steady, sinceBoot });
  const pass = (ms: number) => {
    at.wall += ms;
    at.steady += ms;
    at.sinceBoot += ms;
  };
  return { at, clock, looks, pass };
}

it('gives whole milliseconds', () => {
  const { clock } = fakeSources();
  expect([clock.now(), clock.mono()]).toEqual([1_800_000_000_000, 50_000]);
});

it('time asleep counts in mono, though the steady clock stood still', () => {
  const { at, clock } = fakeSources();
  clock.mono();
  at.steady += 10;
  at.wall += 3_600_010;
  at.sinceBoot += 3_600_010;
  expect(clock.mono()).toBe(50_003 + 3_600_010);
});

it('a process that stands still while it reads its clocks has not slept', () => {
  const { at, clock, looks, pass } = fakeSources();
  const before = clock.mono();
  looks.whileLooking = () => pass(3_000);
  pass(5_000);
  clock.mono();
  looks.whileLooking = () => undefined;
  pass(2_000);
  expect([clock.mono() - before, at.steady]).toEqual([10_000, 60_000.9]);
});

it('a sleep over which the wall clock was set back is seen within a second', () => {
  const { at, clock, pass } = fakeSources();
  clock.mono();
  at.steady += 10;
  at.wall += 10;
  at.sinceBoot += 3_600_010;
  clock.mono();
  pass(1_000);
  expect(clock.mono()).toBe(50_003 + 3_601_010);
});

it('ten thousand readings within a second look for a sleep once', () => {
  const { clock, looks, pass } = fakeSources();
  for (let reading = 0; reading < 10_000; reading += 1) {
    clock.mono();
    pass(0.099);
  }
  expect(looks.sinceBoot).toBe(1);
  pass(1_000);
  clock.mono();
  expect(looks.sinceBoot).toBe(2);
});

it('a changed wall clock does not move mono', () => {
  const { at, clock } = fakeSources();
  const before = clock.mono();
  at.wall += 86_400_000 * 365;
  expect(clock.mono()).toBe(before);
});

it('mono never goes back, whatever its sources do', () => {
  const { at, clock } = fakeSources();
  const before = clock.mono();
  at.steady -= 500;
  at.sinceBoot -= 40_000;
  expect(clock.mono()).toBe(before);
});

it('the real clock goes on, and two of them agree, so that times before and after a restart compare', async () => {
  const [one, two] = [createSystemClock(), createSystemClock()];
  const began = one.mono();
  await sleep(60);
  const [before, between, after] = [one.mono(), two.mono(), one.mono()];
  expect(before - began).toBeGreaterThanOrEqual(55);
  // To the rounding of each, however long the machine takes for the three.
  expect([between >= before - ROUNDING_MS, between <= after + ROUNDING_MS]).toEqual([true, true]);
});

const ROUNDING_MS = 20;

it('a timer of thirty days does not fire at once, and a cancelled one not at all', async () => {
  const fired: string[] = [];
  const clock = createSystemClock();
  const cancelLong = clock.after(30 * 86_400_000, () => fired.push('thirty days'));
  clock.after(5, () => fired.push('cancelled'))();
  clock.after(5, () => fired.push('soon'));
  await sleep(60);
  cancelLong();
  expect(fired).toEqual(['soon']);
});

it('randomness has the length asked for, and fractions fill [0, 1)', () => {
  const random = createSystemRandom();
  const fractions = Array.from({ length: 2_000 }, () => random.fraction());
  expect(random.bytes(32)).toHaveLength(32);
  expect(random.uuid()).toMatch(/^[0-9a-f-]{36}$/);
  expect(fractions.every((fraction) => fraction >= 0 && fraction < 1)).toBe(true);
  expect(fractions.filter((fraction) => fraction < 0.1).length).toBeGreaterThan(100);
  expect(fractions.filter((fraction) => fraction > 0.9).length).toBeGreaterThan(100);
});
