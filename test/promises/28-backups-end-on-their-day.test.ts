import { afterEach, beforeEach, expect, it } from 'vitest';
import { MOST_DAYS } from '../../server/config.ts';
import { openedBackup } from '../../server/lifecycle/backup/parts.ts';
import { type BackedUp, backedUp, days } from '../support/backedUp.ts';

// Row 28. That a restored one shows nothing of whoever ended since is test/faults/29.

let kit: BackedUp;
beforeEach(async () => {
  kit = await backedUp(1);
});
afterEach(() => kit.dispose());

it('opens no backup after the longest time that any is kept, and keeps none for longer', async () => {
  const made = await kit.make(MOST_DAYS);
  const copy = new Map(kit.target.files);
  expect(await kit.check(made, 'all')).toEqual([]);
  kit.pass(days(MOST_DAYS));
  await kit.expire();
  // Somebody kept a copy of its files: nothing here opens them any more.
  for (const [name, file] of copy) kit.target.files.set(name, file);
  const [record] = await kit.all();
  if (record === undefined) throw new Error('the entry of the catalogue is gone');
  expect(() => openedBackup(kit.parts.vault, record)).toThrow('destroyed');
});
