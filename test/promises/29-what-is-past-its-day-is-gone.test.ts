import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { putSetting } from '../../server/control/settings.ts';
import type { Foundation } from '../../server/foundation.ts';
import { segmentScope } from '../../server/ingest/scopes.ts';
import type { Known } from '../../server/lifecycle/retention.ts';
import { lastSweeps } from '../../server/lifecycle/sweeps.ts';
import { VaultError } from '../../server/vault/vault.ts';
import { parameterIds } from '../../shared/catalog.ts';
import type { OrgId } from '../../shared/ids.ts';
import { DAY, HOUR } from '../../shared/time.ts';
import { keepingTerms } from '../support/keepingTerms.ts';
import { type MovableClock, movable } from '../support/movableClock.ts';
import { openFoundationIn } from '../support/numberedNotes.ts';
import {
  DAYS,
  dayAt,
  daysFrom,
  daysOf,
  FIRST,
  leftOf,
  org,
  person,
  prepareRetained,
  startOf,
  sweepOnce,
} from '../support/retained.ts';
import { importPiece, importRecord, personId } from '../support/storeRecords.ts';

// PROMISES 29: retention per parameter, a sweeper, and keys that die with the last that is under them.

let data: string;
let foundation: Foundation;
let clock: MovableClock;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'daylight-retention-'));
  await prepareRetained(data);
  foundation = await openFoundationIn(data);
  clock = movable({ now: () => startOf(FIRST) + 12 * HOUR, mono: () => 0 });
});
afterEach(async () => {
  await foundation.close();
  await rm(data, { recursive: true, force: true });
});

/** Noon of so many days after the first. */
const goOnTo = (place: number) => clock.advance(startOf(dayAt(place)) + 12 * HOUR - clock.now());
const keysOf = (id: (typeof parameterIds)[number]) => foundation.keyStore.dataKeyEpochs(org, person, id);
const imageFiles = async () => (await readdir(join(data, 'blobs', org))).length;

test('each parameter is there on its last day, and gone with its files in the sweep of the day after, and nothing else is', async () => {
  for (const parameter of parameterIds) {
    goOnTo(daysOf(parameter));
    await sweepOnce(foundation, { clock });
    const before = await leftOf(foundation, parameter);
    goOnTo(daysOf(parameter) + 1);
    await sweepOnce(foundation, { clock });
    expect([parameter, before, await leftOf(foundation, parameter)]).toEqual([parameter, daysFrom(0), daysFrom(1)]);
  }
  for (const parameter of parameterIds) {
    const place = daysOf('diagnostics') + 1 - daysOf(parameter);
    expect(await leftOf(foundation, parameter)).toEqual(daysFrom(place));
  }
  expect(await imageFiles()).toBe(2 * (await leftOf(foundation, 'screenshot')).length);
});

test('a key is there for as long as something of its week is, and is destroyed with the last of it', async () => {
  const days = daysOf('title');
  const weeks = await keysOf('title');
  goOnTo(days + 6);
  await sweepOnce(foundation, { clock });
  expect([await leftOf(foundation, 'title'), await keysOf('title')]).toEqual([daysFrom(6), weeks]);
  goOnTo(days + 7);
  const { swept } = await sweepOnce(foundation, { clock });
  expect([weeks.length, await keysOf('title')]).toEqual([2, weeks.slice(1)]);
  expect(swept[0]?.keys).toBeGreaterThan(0);
});

test('a copy of the database from before a sweep, with the keys from after it, opens nothing of what was swept and everything else', async () => {
  const before = await mkdtemp(join(tmpdir(), 'daylight-before-'));
  try {
    await foundation.close();
    await cp(data, before, { recursive: true });
    foundation = await openFoundationIn(data);
    goOnTo(daysOf('title') + 7);
    await sweepOnce(foundation, { clock });
    await foundation.close();
    for (const name of ['keys.db', 'keys.db-wal', 'keys.db-shm'])
      await cp(join(data, name), join(before, name)).catch(() => rm(join(before, name), { force: true }));
    foundation = await openFoundationIn(before);
    const opened: string[] = [];
    for (const segment of await foundation.store.segments(org, person, 'title', FIRST, dayAt(DAYS))) {
      const how = await foundation.vault.open(segmentScope(segment), segment.sealed).then(
        (bytes) => Buffer.from(bytes).toString(),
        (cause: unknown) => (cause instanceof VaultError ? cause.code : String(cause)),
      );
      opened.push(`${segment.day}: ${how}`);
    }
    const both = (days: readonly string[], how: (day: string) => string) =>
      days.flatMap((day) => [`${day}: ${how(day)}`, `${day}: ${how(day)}`]);
    const [gone, there] = [daysFrom(0).slice(0, 7), daysFrom(7)];
    expect(opened.toSorted()).toEqual([
      ...both(gone, () => 'key_destroyed'),
      ...both(there, (day) => `title of ${day}`),
    ]);
  } finally {
    await rm(before, { recursive: true, force: true });
  }
});

describe('a policy that keeps something for less long', () => {
  const at = startOf(dayAt(DAYS));
  const shorter = (days: number, then?: number) =>
    keepingTerms([
      { at: startOf(FIRST) - DAY, days: { title: 60, app: 60 } },
      { at, days: { title: days, app: 60 } },
      ...(then === undefined ? [] : [{ at: at + HOUR, days: { title: then, app: then } }]),
    ]);

  test('takes what is older by it in the next sweep, on the same day', async () => {
    goOnTo(DAYS - 1);
    const known = new Map<OrgId, Known>();
    const first = await sweepOnce(foundation, { clock, terms: shorter(60) }, known);
    goOnTo(DAYS);
    await sweepOnce(foundation, { clock, terms: shorter(60) }, known);
    const second = await sweepOnce(foundation, { clock, terms: shorter(5) }, known);
    expect([first.swept, second.swept.map(({ parameters }) => parameters)]).toEqual([
      [],
      [[{ parameter: 'title', segments: 18, images: 0 }]],
    ]);
    expect(await leftOf(foundation, 'title')).toEqual(daysFrom(9));
    expect(await leftOf(foundation, 'app')).toEqual(daysFrom(0));
  });

  test('is not taken back by a later one that keeps it for longer, even if nothing was swept in between', async () => {
    goOnTo(DAYS);
    await sweepOnce(foundation, { clock, terms: shorter(5, 60) });
    expect(await leftOf(foundation, 'title')).toEqual(daysFrom(9));
  });
});

test('no policy and no record makes anything stay longer than the register allows', async () => {
  goOnTo(91 + DAYS);
  const forEver = keepingTerms([
    { at: startOf(FIRST) - DAY, days: { screenshot: 4_000, diagnostics: 4_000, title: 4_000 } },
  ]);
  await sweepOnce(foundation, { clock, terms: forEver });
  const left = await Promise.all((['screenshot', 'diagnostics', 'title'] as const).map((id) => leftOf(foundation, id)));
  expect(left).toEqual([[], [], daysFrom(0)]);
});

test('what was brought along, invitations and codes go when they are over', async () => {
  const { store } = foundation;
  const now = clock.now();
  await store.putImportPieces([importPiece('a', 0), importPiece('b', 0)]);
  await store.putImport(importRecord('a', { expires: dayAt(2) }), null);
  await store.putImport(importRecord('b', { expires: dayAt(3) }), null);
  const token = { kind: 'enrolment' as const, org, person };
  await store.createToken({ ...token, tokenHash: 'a'.repeat(64), expiresAt: now + 3 * DAY });
  await store.createToken({ ...token, tokenHash: 'b'.repeat(64), expiresAt: now + 3 * DAY + 1 });
  const state = async () => [
    (await store.imports(org)).map(({ expires }) => expires),
    (await store.tokens(org, 'enrolment', 0)).length,
  ];
  goOnTo(2);
  await sweepOnce(foundation, { clock });
  expect(await state()).toEqual([[dayAt(2), dayAt(3)], 2]);
  goOnTo(3);
  expect((await sweepOnce(foundation, { clock })).swept).toMatchObject([{ tokens: 1 }]);
  expect(await state()).toEqual([[dayAt(3)], 1]);
});

test('while the clock is in doubt nothing goes, it says why, and all of it goes once that is over', async () => {
  goOnTo(200);
  const pulled = { now: clock.now(), expected: startOf(FIRST), way: 'ahead' as const };
  const known = new Map<OrgId, Known>();
  const held = await sweepOnce(foundation, { clock, brake: { check: () => ({ pulled }) } }, known);
  expect([held.swept, known.get(org)?.state]).toEqual([[], { running: false, endedAt: null, held: pulled }]);
  expect(await leftOf(foundation, 'title')).toEqual(daysFrom(0));
  await sweepOnce(foundation, { clock }, known);
  expect(known.get(org)?.state).toEqual({ running: false, endedAt: clock.now(), held: 'nothing' });
  expect((await foundation.store.ages(org)).length).toBe(0);
});

test('a clock that comes into doubt in the middle of a sweep stops it before the next step', async () => {
  goOnTo(200);
  let asked = 0;
  const pulled = { now: clock.now(), expected: startOf(FIRST), way: 'ahead' as const };
  const brake = { check: () => ((asked += 1) > 2 ? { pulled } : 'free') } as const;
  const { known } = await sweepOnce(foundation, { clock, brake });
  const { length } = await foundation.store.segments(org, person, 'title', FIRST, dayAt(DAYS));
  expect([known.get(org)?.state.held, (await keysOf('title')).length]).toEqual([pulled, 2]);
  expect(length).toBeLessThan(2 * DAYS + 1);
});

test('what a hold keeps from the middle of a sweep on is there after it', async () => {
  goOnTo(200);
  const { store, vault } = foundation;
  const [pia, ola] = [personId('pia'), personId('ola')];
  const content = {
    ...{ person, parameters: ['title'], from: dayAt(3), to: dayAt(5) },
    ...{ why: 'A claim.', authority: 'Case 7', until: dayAt(230) },
  };
  const approve = async (): Promise<void> => {
    const steps = [
      [pia, { kind: 'proposed', content, alone: false }],
      [ola, { kind: 'approved' }],
    ] as const;
    for (const [place, [author, step]] of steps.entries()) {
      const where = { org, name: 'register holds', revision: place + 1, at: clock.now() };
      await putSetting(store, vault, where, { author, reason: 'asked', entry: { number: 1, step } });
    }
  };
  const holders = async (of: OrgId) => {
    await approve();
    return store.holders(of);
  };
  await sweepOnce({ ...foundation, store: { ...store, holders } }, { clock });
  expect([await leftOf(foundation, 'title'), await leftOf(foundation, 'app')]).toEqual([daysFrom(3).slice(0, 3), []]);
});

test('what fails for one person keeps nothing of the others: it is said, and tried again', async () => {
  goOnTo(200);
  const { store } = foundation;
  const broken = {
    ...store,
    holders: async () => [personId('somebody else'), person],
    expire: async (...[of, whose, ...more]: Parameters<typeof store.expire>) => {
      if (whose !== person) throw new Error('a file cannot be deleted');
      return store.expire(of, whose, ...more);
    },
  };
  await expect(sweepOnce({ ...foundation, store: broken }, { clock })).rejects.toThrow('a file cannot be deleted');
  expect([await leftOf(foundation, 'title'), (await foundation.store.ages(org)).length]).toEqual([[], 0]);
});

test('a sweep is on record with what it deleted, one a day also when nothing was, and the record names nobody', async () => {
  const known = new Map<OrgId, Known>();
  for (const place of [1, 1, 2, 22, 23]) {
    goOnTo(place);
    await sweepOnce(foundation, { clock }, known);
  }
  const sweeps = await lastSweeps(foundation, org, 10);
  expect(sweeps.map(({ at, parameters }) => [at, parameters.length])).toEqual(
    [23, 22, 2, 1].map((place) => [startOf(dayAt(place)) + 12 * HOUR, place > 20 ? place - 20 : 0]),
  );
  expect(JSON.stringify(sweeps)).not.toContain(person);
});
