import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../server/clock.ts';
import { type CompactionDeps, compactRound, startCompaction } from '../../../../server/compaction/compaction.ts';
import type { Foundation } from '../../../../server/foundation.ts';
import { encodeSegment } from '../../../../server/ingest/segment.ts';
import { type SegmentRecord, StoreError } from '../../../../server/store/store.ts';
import { eventually } from '../../../support/daylight.ts';
import { appendNotes, openFoundationIn, prepareNotes, readNotes } from '../../../support/numberedNotes.ts';
import { temporaryFolder } from '../../../support/openedSqliteStore.ts';
import { org, orgId, personId } from '../../../support/storeRecords.ts';

const soon = { quietMs: 0, everyMs: 5 };

describe('merging in the background', () => {
  let place: Awaited<ReturnType<typeof temporaryFolder>>;
  let foundation: Foundation;
  const failures: unknown[] = [];
  const deps = (store: Partial<CompactionDeps['store']> = {}): CompactionDeps => ({
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
    const replaceSegments: CompactionDeps['store']['replaceSegments'] = async (merged, of) => {
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

  it('leaves a kind of which a record does not open as it is, and says so', async () => {
    const segments: CompactionDeps['store']['segments'] = async (...asked) => {
      const [first, ...others] = await foundation.store.segments(...asked);
      const altered = { ...first, sealed: foundation.vault.fromStore(new Uint8Array(90)) } as SegmentRecord;
      return [altered, ...others];
    };
    const compaction = startCompaction(deps({ segments }), soon);
    await eventually('it was tried', () => failures.length > 0);
    await compaction.close();
    expect(failures[0]).toMatchObject({ name: 'VaultError', code: 'not_authentic' });
    expect(await readNotes(foundation)).toMatchObject({ segments: 41, numbers });
  });

  it('merges what others have when a row of one person, or of one organisation, does not fit', async () => {
    const damaged = new StoreError('damaged', 'a row does not fit');
    const { store } = foundation;
    const zed = personId('zed');
    const broken: Partial<CompactionDeps['store']> = {
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
    const seal: CompactionDeps['vault']['seal'] = (scope, _plaintext, options) => vault.seal(scope, nothing, options);
    await compactRound({ ...deps(), vault: { ...vault, seal } }, null, async () => true);
    expect(await readNotes(foundation)).toMatchObject({ segments: 41, numbers });
    expect(failures[0]).toMatchObject({ name: 'DaylightError', code: 'internal' });
  });

  it('seals nothing again whose key was destroyed after it was opened', async () => {
    const { vault } = foundation;
    const seal: CompactionDeps['vault']['seal'] = (scope, plaintext, options) =>
      vault.seal({ ...scope, epoch: scope.epoch + 1 }, plaintext, options); // an epoch without a key
    await compactRound({ ...deps(), vault: { ...vault, seal } }, null, async () => true);
    expect(await readNotes(foundation)).toMatchObject({ segments: 41, numbers });
    expect(failures).toEqual([]);
  });
});
