import { readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Spool } from '../../agent/core/spool/spool.ts';
import { app, context, scratch, title } from '../support/agentKit.ts';
import { batchesGivenOut } from '../support/givenOut.ts';
import { openSpoolIn } from '../support/openedSpool.ts';

// FAULTS 7, in the one file that outlives every batch: where the numbering stands, and what the server has.

const STATES = ['state.spool', 'state-copy.spool'] as const;

async function changeOneBit(folder: string, name: string): Promise<void> {
  const path = join(folder, 'spool', name);
  const bytes = await readFile(path);
  bytes.writeUInt8(bytes.readUInt8(60) ^ 1, 60);
  await writeFile(path, bytes);
}

/** Three batches: the server has two of them, in its own count 12 and 13, and the agent has been told of the first. */
async function sentAndKilled(folder: string): Promise<void> {
  const spool = await openSpoolIn(folder);
  await spool.rebase(11);
  for (const words of ['first', 'second', 'third']) {
    await spool.append(context, [title(words)]);
    await spool.flush();
  }
  expect((await spool.next(11))?.frame.seq).toBe(12);
  expect((await spool.next(12))?.frame.seq).toBe(13);
  await spool.acknowledged(12);
}

const seqs = async (spool: Spool, committed: number) =>
  (await batchesGivenOut(spool, committed)).map(({ frame: { seq, observations } }) => {
    const named = observations as { title?: string; name?: string }[];
    return [seq, named.map(({ title: words, name }) => words ?? name)];
  });

type Damage = (folder: string, name: string) => Promise<void>;
const damages: [what: string, damage: Damage][] = [
  ['one bit is changed', changeOneBit],
  ['all is gone', (folder, name) => unlink(join(folder, 'spool', name))],
  ['all is empty', (folder, name) => writeFile(join(folder, 'spool', name), '')],
];

test.each(damages.flatMap(([what, damage]) => STATES.map((name) => [what, name, damage] as [string, string, Damage])))(
  'while batches wait, when %s of %s: what the server has is not sent again, the rest under the number that it had',
  async (_what, name, damage) => {
    await using place = await scratch();
    await sentAndKilled(place.folder);
    await damage(place.folder, name);
    const spool = await openSpoolIn(place.folder);
    await spool.rebase(13);
    expect(await seqs(spool, 13)).toEqual([[14, ['third']]]);
    // Both are whole again: the next bit may be one of the other.
    await spool.close();
    await changeOneBit(place.folder, STATES.find((other) => other !== name) ?? '');
    const again = await openSpoolIn(place.folder);
    await again.rebase(13);
    expect(await seqs(again, 13)).toEqual([[14, ['third']]]);
  },
);

test.each(STATES)('while no batch waits, one bit of %s stops nothing, and no number is given twice', async (name) => {
  await using place = await scratch();
  await sentAndKilled(place.folder);
  const before = await openSpoolIn(place.folder);
  await before.rebase(14);
  expect(before.waiting().batches).toBe(0);
  await before.close();
  await changeOneBit(place.folder, name);
  const spool = await openSpoolIn(place.folder);
  await spool.append(context, [app('next')]);
  await spool.flush();
  await spool.rebase(14);
  expect(await seqs(spool, 14)).toEqual([[15, ['next']]]);
});

test('where neither can be read nor anything else, the key is the wrong one: it is said, and nothing is begun anew', async () => {
  await using place = await scratch();
  await (await openSpoolIn(place.folder)).rebase(14);
  for (const name of STATES) await changeOneBit(place.folder, name);
  const files = await Promise.all(STATES.map((name) => readFile(join(place.folder, 'spool', name))));
  await expect(openSpoolIn(place.folder)).rejects.toThrow(/^nothing in .* can be read with its key/);
  expect(await Promise.all(STATES.map((name) => readFile(join(place.folder, 'spool', name))))).toEqual(files);
});
