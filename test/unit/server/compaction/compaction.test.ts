import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../server/clock.ts';
import { compactRound, type RoundDeps, startCompaction } from '../../../../server/compaction/compaction.ts';
import { createShapes } from '../../../../server/compaction/shapes.ts';
import type { Foundation } from '../../../../server/foundation.ts';
import { encodeSegment } from '../../../../server/ingest/segment.ts';
import { StoreError } from '../../../../server/store/store.ts';
import { VaultError } from '../../../../server/vault/vault.ts';
import { eventually } from '../../../support/daylight.ts';
import { appendNotes, openFoundationIn, prepareNotes, readNotes } from '../../../support/numberedNotes.ts';
import { temporaryFolder } from '../../../support/openedSqliteStore.ts';
import { org, orgId, personId } from '../../../support/storeRecords.ts';

const soon = { quietMs: 0, everyMs: 5 };

describe('merging in the background', () => {
  let place: Awaited<ReturnType<typeof temporaryFolder>>;
  let foundation: Foundation;
  const failures: unknown[] = [];
  const deps = (store: Partial<RoundDeps['store']> = {}): RoundDeps => ({
    shapes: createShapes(),
    store: { ...foundation.store, ...store },
    vault: foundation.vault,
    random: { uuid: randomUUID },
    clock: systemClock,
    failed: (cause) => failures.push(cause),
  });
  beforeEach(async () => {
    failures.splice(0);
    place = await temporaryFolder();
    await prepareNotes(place.folder);
    foundation = await openFoundationIn(place.folder);
    await appendNotes(foundation, 40);
  });
  afterEach(async () => {
    await foundation.close();
    await place.remove();
  });
  const numbers = Array.from({ length: 41 }, (_, at) => at + 1);

  it('begins by itself, goes on with what arrives, and stops when it is closed', async () => {
    const compaction = startCompaction(deps(), soon);
    await eventually('the day is one segment', async () => (await readNotes(foundation)).segments === 1);
    await appendNotes(foundation, 40);
    await eventually('what came later is in it', async () => (await readNotes(foundation)).segments === 1);
    await compaction.close();
    await appendNotes(foundation, 40);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await readNotes(foundation)).toMatchObject({ segments: 41, committedSeq: 121 });
    expect(failures).toEqual([]);
  });

  it('says that the store did not take a merge, leaves everything as it is, and tries again', async () => {
    const full = new StoreError('full', 'the disk is full');
    let refusals = 0;
    const replaceSegments: RoundDeps['store']['replaceSegments'] = async (merged, of) => {
      refusals += 1;
      if (refusals <= 2) throw full;
      return foundation.store.replaceSegments(merged, of);
    };
    const compaction = startCompaction(deps({ replaceSegments }), soon);
    await eventually('it was tried again', async () => (await readNotes(foundation)).segments === 1);
    await compaction.close();
    expect(failures).toEqual([full, full]);
    expect((await readNotes(foundation)).numbers).toEqual(numbers);
  });

  it('merges what is beside a record that does not open, and opens that one and says so once', async () => {
    const { vault } = foundation;
    let altered: unknown = null;
    let opened = 0;
    const open: RoundDeps['vault']['open'] = (scope, sealed) => {
      altered ??= scope.record;
      if (scope.record !== altered) return vault.open(scope, sealed);
      opened += 1;
      return vault.open(scope, vault.fromStore(new Uint8Array(90)));
    };
    const compaction = startCompaction({ ...deps(), vault: { ...vault, open } }, soon);
    await eventually('the others are one segment', async () => (await readNotes(foundation)).segments === 2);
    await appendNotes(foundation, 40);
    await eventually('what came later is with them', async () => (await readNotes(foundation)).segments === 2);
    await compaction.close();
    expect((await readNotes(foundation)).numbers).toEqual(Array.from({ length: 81 }, (_, at) => at + 1));
    expect(failures).toEqual([expect.objectContaining({ name: 'VaultError', code: 'not_authentic' })]);
    expect(opened).toBe(1);
  });

  it('gives nothing up because the keys could not be read', async () => {
    const { vault } = foundation;
    const silent = new VaultError('unavailable', 'The key store did not answer.');
    let answers = false;
    const open: RoundDeps['vault']['open'] = async (scope, sealed) => {
      if (!answers) throw silent;
      return vault.open(scope, sealed);
    };
    const round = { ...deps(), vault: { ...vault, open } };
    await compactRound(round, null, async () => true);
    expect(await readNotes(foundation)).toMatchObject({ segments: 41, numbers });
    answers = true;
    await compactRound(round, null, async () => true);
    expect(await readNotes(foundation)).toMatchObject({ segments: 1, numbers });
    expect(new Set(failures)).toEqual(new Set([silent]));
  });

  it('lets others be served between any two records, and works a tenth of the time at the most', async () => {
    const { vault } = foundation;
    let turn = 0;
    let over = false;
    const next = (): void => {
      turn += 1;
      if (!over) setImmediate(next);
    };
    next();
    const turns: number[] = [];
    const noted = (): void => {
      turns.push(turn);
    };
    const open: RoundDeps['vault']['open'] = (...asked) => {
      noted();
      return vault.open(...asked);
    };
    const seal: RoundDeps['vault']['seal'] = (...asked) => {
      noted();
      return vault.seal(...asked);
    };
    let now = 0;
    const clock = { now: () => Date.now(), mono: () => (now += 20_000) };
    const rests: number[] = [];
    const rest = async (ms: number): Promise<boolean> => rests.push(ms) > 0;
    await compactRound({ ...deps(), clock, vault: { ...vault, open, seal } }, null, rest);
    over = true;
    expect(turns).toHaveLength(41 + 2);
    expect(new Set(turns).size).toBe(turns.length);
    expect(rests.length).toBeGreaterThan(0);
    expect(rests.every((ms) => ms >= 9 * 20_000)).toBe(true);
  });

  it('merges what others have when a row of one person, or of one organisation, does not fit', async () => {
    const damaged = new StoreError('damaged', 'a row does not fit');
    const { store } = foundation;
    const zed = personId('zed');
    const broken: Partial<RoundDeps['store']> = {
      organisations: async () => [org('broken'), ...(await store.organisations())],
      async devices(of) {
        if (of === orgId('broken')) throw damaged;
        const devices = await store.devices(of);
        return [...devices.map((device) => ({ ...device, person: zed })), ...devices];
      },
      async crowdedSegments(...asked) {
        if (asked[1] === zed) throw damaged;
        return store.crowdedSegments(...asked);
      },
    };
    const done = await compactRound(deps(broken), null, async () => true);
    expect(await readNotes(foundation)).toMatchObject({ segments: 1, numbers });
    expect(done).not.toBeNull();
    expect(new Set(failures)).toEqual(new Set([damaged]));
  });

  it('keeps the segments when what it sealed in their place is not what they hold', async () => {
    const { vault } = foundation;
    const nothing = encodeSegment({ parameter: 'notes', parts: [] });
    const seal: RoundDeps['vault']['seal'] = (scope, _plaintext, options) => vault.seal(scope, nothing, options);
    await compactRound({ ...deps(), vault: { ...vault, seal } }, null, async () => true);
    expect(await readNotes(foundation)).toMatchObject({ segments: 41, numbers });
    expect(failures[0]).toMatchObject({ name: 'DaylightError', code: 'internal' });
  });

  it('seals nothing again whose key was destroyed after it was opened', async () => {
    const { vault } = foundation;
    const seal: RoundDeps['vault']['seal'] = (scope, plaintext, options) =>
      vault.seal({ ...scope, epoch: scope.epoch + 1 }, plaintext, options); // an epoch without a key
    await compactRound({ ...deps(), vault: { ...vault, seal } }, null, async () => true);
    expect(await readNotes(foundation)).toMatchObject({ segments: 41, numbers });
    expect(failures).toEqual([]);
  });
});
