import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock as clock } from '../../../../server/clock.ts';
import { type Foundation, openFoundation } from '../../../../server/foundation.ts';
import { initialise } from '../../../../server/initialise.ts';
import { createImports } from '../../../../server/lifecycle/imports.ts';
import { systemRandom as random } from '../../../../server/random.ts';
import type { OrgId, PersonId } from '../../../../shared/ids.ts';
import { DAY } from '../../../../shared/time.ts';
import { longExport } from '../../../support/longExport.ts';
import { movable } from '../../../support/movableClock.ts';

// Against a real store; what a person sees of it is in test/promises/38.

let data = '';
let foundation: Foundation;
let whose: { org: OrgId; person: PersonId };

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'daylight-imports-'));
  const { org, person } = await initialise(data, {
    ...{ organisation: 'After', ownerName: 'Ann', ownerEmail: 'ann@example.com' },
  });
  whose = { org, person };
  foundation = await openFoundation({ data, clock, random, create: false });
});

afterAll(async () => {
  await foundation.close();
  await rm(data, { recursive: true, force: true });
});

/** Of the person: imports, pieces of none, and keys. */
async function left(): Promise<unknown> {
  const { store, keyStore } = foundation;
  const { org, person } = whose;
  return [
    await store.imports(org, person),
    await store.strayImports(org),
    await keyStore.dataKeyEpochs(org, person, 'imported'),
  ];
}

test('one that takes more of the disk than a person may have is refused in the middle, and nothing of it stays', async () => {
  const imports = createImports({ ...foundation, clock, random, storedBytes: 3_000_000 });
  await expect(imports.take(whose, longExport(), () => undefined)).rejects.toThrow(/would take more than \d+ bytes/);
  expect(await left()).toEqual([[], [], []]);
});

test('one that is being taken in when the server closes is given up, and nothing of it stays', async () => {
  const imports = createImports({ ...foundation, clock, random });
  const taking = imports.take(whose, longExport(), () => undefined);
  const closed = imports.close();
  await expect(taking).rejects.toThrow();
  await closed;
  expect(await left()).toEqual([[], [], []]);
});

test('what is erased has no key and no piece, and what stays opens under its new one', async () => {
  const imports = createImports({ ...foundation, clock, random });
  const which = await imports.take(whose, longExport(), () => undefined);
  const [before] = await imports.of(whose);
  const days = before?.parameters[0]?.days ?? [];
  const [first = ''] = days;
  const epochs = await foundation.keyStore.dataKeyEpochs(whose.org, whose.person, 'imported');
  const kept = await imports.erase(whose, which, { from: first, to: first });
  expect(kept?.parameters[0]?.days).toEqual(days.slice(1));
  const after = await foundation.keyStore.dataKeyEpochs(whose.org, whose.person, 'imported');
  expect([after.length, after.some((epoch) => epochs.includes(epoch))]).toEqual([1, false]);
  expect(await foundation.store.strayImports(whose.org)).toEqual([]);
  const id = kept?.import ?? which;
  expect((await imports.day(whose, id, days[1] ?? '', 5_000)).entries).toHaveLength(1_000);
  expect(await imports.day(whose, id, days[1] ?? '', 10)).toMatchObject({ more: true });
  expect(await imports.erase(whose, id, null)).toBeNull();
  expect(await left()).toEqual([[], [], []]);
});

test('a clock that is set forward hides what was brought along and destroys nothing of it; time that passes does', async () => {
  const moved = movable(clock);
  const imports = createImports({ ...foundation, clock: moved, random });
  const which = await imports.take(whose, longExport(), () => undefined);
  moved.set(400 * DAY);
  await imports.sweep(whose.org, 'past');
  expect(await imports.of(whose)).toEqual([]);
  moved.set(-400 * DAY);
  expect((await imports.of(whose)).map((one) => one.import)).toEqual([which]);
  moved.advance(400 * DAY);
  await imports.sweep(whose.org, 'past');
  expect(await left()).toEqual([[], [], []]);
});
