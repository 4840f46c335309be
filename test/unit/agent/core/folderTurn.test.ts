import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { takeTurn } from '../../../../agent/core/folderTurn.ts';
import { scratch } from '../../../support/agentKit.ts';

const GATE = 'agent.starting';

/** Everybody at once; resolves to the most that were ever inside together, and how many had their turn. */
async function crowd(folder: string, size: number): Promise<{ most: number; turns: number }> {
  const seen = { inside: 0, most: 0, turns: 0 };
  const visit = (): Promise<void> =>
    takeTurn(folder, async () => {
      seen.inside += 1;
      seen.turns += 1;
      seen.most = Math.max(seen.most, seen.inside);
      await sleep(2);
      seen.inside -= 1;
    });
  await Promise.all(Array.from({ length: size }, visit));
  return { most: seen.most, turns: seen.turns };
}

test.each([
  ['nobody', async () => undefined],
  [
    'one of an earlier version that was killed',
    async (gate: string) => {
      await mkdir(gate);
      await utimes(gate, new Date(0), new Date(0));
    },
  ],
  [
    'one that was killed',
    async (gate: string) => {
      await mkdir(gate);
      await writeFile(join(gate, 'turn-0123456789ab'), '');
    },
  ],
])(
  'several that wait for %s come one after the other, and leave nothing behind',
  async (_, prepare) => {
    await using place = await scratch();
    const folders = Array.from({ length: 30 }, (__, nth) => join(place.folder, String(nth)));
    const seen = await Promise.all(
      folders.map(async (folder) => {
        await mkdir(folder);
        await prepare(join(folder, GATE));
        return crowd(folder, 4);
      }),
    );
    expect(new Set(seen.map((one) => JSON.stringify(one)))).toEqual(new Set(['{"most":1,"turns":4}']));
    for (const folder of folders) expect(await readdir(folder)).toEqual([]);
  },
  120_000,
);

test('who slept in its turn, and was overtaken, takes the turn away from nobody', async () => {
  await using place = await scratch();
  const [wake, slept] = held();
  const [finish, working] = held();
  const order: string[] = [];
  const sleeper = takeTurn(place.folder, async () => {
    order.push('sleeps');
    await slept;
  });
  await expect.poll(() => order).toEqual(['sleeps']);
  const next = takeTurn(place.folder, async () => {
    order.push('overtakes');
    await working;
    order.push('has worked');
  });
  await expect.poll(() => order, { timeout: 60_000 }).toEqual(['sleeps', 'overtakes']);
  wake();
  await sleeper;
  const last = takeTurn(place.folder, async () => void order.push('is next'));
  await sleep(500);
  finish();
  await Promise.all([next, last]);
  expect(order).toEqual(['sleeps', 'overtakes', 'has worked', 'is next']);
  expect(await readdir(place.folder)).toEqual([]);
}, 120_000);

function held(): [() => void, Promise<void>] {
  let release = (): void => undefined;
  const promise = new Promise<void>((resolve) => (release = resolve));
  return [release, promise];
}
