import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLimited } from '../../../server/limited.ts';

it('never runs more at once than it may, begins in order, those first that come first, and gives each its own result', async () => {
  const tasks = fc.array(
    fc.record({ turns: fc.integer({ min: 1, max: 3 }), fails: fc.boolean(), isFirst: fc.boolean() }),
    { maxLength: 30 },
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), tasks, async (most, all) => {
      const limited = createLimited(most);
      const begun: number[] = [];
      let running = 0;
      let peak = 0;
      const results = await Promise.allSettled(
        all.map(({ turns, fails, isFirst }, place) =>
          (isFirst ? limited.runFirst : limited.run)(async () => {
            begun.push(place);
            running += 1;
            peak = Math.max(peak, running);
            for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
            running -= 1;
            if (fails) throw new Error(`task ${place}`);
            return place;
          }),
        ),
      );
      const waiting = [...all.entries()].slice(most);
      const inTurn = [true, false].flatMap((first) => waiting.filter(([, { isFirst }]) => isFirst === first));
      expect(begun).toEqual([...all.keys()].slice(0, most).concat(inTurn.map(([place]) => place)));
      expect(peak).toBe(Math.min(most, all.length));
      expect(results.map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason)))).toEqual(
        all.map(({ fails }, place) => (fails ? `Error: task ${place}` : place)),
      );
    }),
    { numRuns: 100 },
  );
});

it('a task that fails before it waits for anything leaves its place to the next', async () => {
  const limited = createLimited(1);
  const failing = limited.run(() => {
    throw new Error('at once');
  });
  await expect(failing).rejects.toThrow('at once');
  expect(await limited.run(async () => 'next')).toBe('next');
});
