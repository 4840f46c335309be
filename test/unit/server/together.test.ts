import { expect, it } from 'vitest';
import { createTogether } from '../../../server/together.ts';

/** Work that notes what it was given together and answers when it is told to. */
function slowWork() {
  const batches: (readonly number[])[] = [];
  const under: { finish: () => void; fail: (error: Error) => void }[] = [];
  const ask = createTogether((inputs: readonly number[]) => {
    batches.push(inputs);
    return new Promise<number[]>((resolve, reject) => {
      under.push({ finish: () => resolve(inputs.map((input) => input * 10)), fail: reject });
    });
  });
  return { ask, batches, under };
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

it('what is asked in one turn goes together, and each gets its own answer', async () => {
  const { ask, batches, under } = slowWork();
  const answers = [ask(1), Promise.resolve().then(() => ask(2)), ask(3)];
  await turns();
  under[0]?.finish();
  expect(await Promise.all(answers)).toEqual([10, 20, 30]);
  expect(batches).toEqual([[1, 3, 2]]);
});

it('what is asked while work is under way waits for the end of it, and then goes together', async () => {
  const { ask, batches, under } = slowWork();
  const first = ask(1);
  await turns();
  const later = [ask(2), ask(3)];
  await turns();
  expect(batches).toEqual([[1]]);
  under[0]?.finish();
  await turns();
  under[1]?.finish();
  expect([await first, ...(await Promise.all(later))]).toEqual([10, 20, 30]);
  expect(batches).toEqual([[1], [2, 3]]);
});

it('work that fails fails those who asked for it, and nobody who asks later', async () => {
  const { ask, under } = slowWork();
  const lost = Promise.allSettled([ask(1), ask(2)]);
  await turns();
  under[0]?.fail(new Error('disk full'));
  expect((await lost).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const next = ask(3);
  await turns();
  under[1]?.finish();
  expect(await next).toBe(30);
});

it('an answer too few is an error, and nobody waits for ever', async () => {
  const ask = createTogether(async (inputs: readonly number[]) => inputs.slice(1));
  expect((await Promise.allSettled([ask(1), ask(2)])).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
