import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../server/clock.ts';
import { compactRound } from '../../../../server/compaction/compaction.ts';
import { createShapes } from '../../../../server/compaction/shapes.ts';
import { createErased } from '../../../../server/control/erased.ts';
import type { Foundation } from '../../../../server/foundation.ts';
import { segmentScope } from '../../../../server/ingest/scopes.ts';
import { type ErasureDeps, eraseRound, startErasures } from '../../../../server/lifecycle/erasure.ts';
import type { ErasureState } from '../../../../server/store/store.ts';
import {
  allBut,
  dayAt,
  imageFiles,
  note,
  notesOf,
  order,
  org,
  person,
  prepareErasable,
  rangeOf,
  readAll,
  segmentOf,
} from '../../../support/erasable.ts';
import { openFoundationIn } from '../../../support/numberedNotes.ts';
import { batch, personId } from '../../../support/storeRecords.ts';

let data: string;
let it_: Foundation;
let failures: unknown[];
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'daylight-erasure-'));
  failures = [];
  await prepareErasable(data);
  it_ = await openFoundationIn(data);
});
afterEach(async () => {
  await it_.close();
  await rm(data, { recursive: true, force: true });
});

const deps = (change: Partial<ErasureDeps> = {}): ErasureDeps => ({
  ...it_,
  clock: systemClock,
  failed: (cause) => void failures.push(cause),
  ...change,
});
const days = (places: readonly number[]) => places.map(dayAt);
const stateNow = async () => (await it_.store.erasures(org, person)).map(({ state }) => state);

describe('an erasure', () => {
  it('takes what is of its days and parameters, and leaves everything else as it was', async () => {
    await order(it_, rangeOf(['notes', 'screenshot'], 4, 9));
    expect(await eraseRound(deps())).toBe('nothing');
    expect(failures).toEqual([]);
    expect(await readAll(it_, 'notes')).toEqual(notesOf(...allBut(4, 9)));
    expect(await readAll(it_, 'screenshot')).toEqual(days(allBut(4, 9)));
    expect(await readAll(it_, 'title')).toEqual(days(allBut(1, 0)));
    expect([await imageFiles(data), await stateNow()]).toEqual([10, ['verified']]);
  });

  it('is not verified while the recovery set has the keys that it destroyed, and is once it has them no more', async () => {
    await order(it_, rangeOf(['notes'], 4, 9));
    expect(await eraseRound(deps({ recorded: async () => false }))).toBe('failed');
    expect([await stateNow(), await readAll(it_, 'notes')]).toEqual([['scrubbed'], notesOf(...allBut(4, 9))]);
    expect(await eraseRound(deps({ recorded: async () => true }))).toBe('nothing');
    expect(await stateNow()).toEqual(['verified']);
  });

  it('takes what began before its time and reaches into it', async () => {
    await order(it_, rangeOf(['title'], 4, 5));
    await eraseRound(deps());
    expect(await readAll(it_, 'title')).toEqual(days(allBut(3, 5)));
  });

  it('takes what is above a level, and leaves what is not', async () => {
    await order(it_, rangeOf(['title'], 4, 5, 'full'));
    await order(it_, rangeOf(['title'], 8, 9, 'redacted'));
    await eraseRound(deps());
    expect(await readAll(it_, 'title')).toEqual(days(allBut(7, 9)));
  });

  it('destroys every key of its weeks: what was sealed under one opens nowhere, and what stays opens under another', async () => {
    const all = await it_.store.segments(org, person, 'notes', '2020-01-01', '2099-12-31');
    await order(it_, rangeOf(['notes'], 4, 4));
    await eraseRound(deps());
    const outcomes = await Promise.allSettled(all.map((one) => it_.vault.open(segmentScope(one), one.sealed)));
    const closed = all.filter((_, place) => outcomes[place]?.status === 'rejected').map(({ day }) => day);
    // The keys of 26 February to 4 March stay, and those from 12 March on; the day before may reach into the fifth.
    expect([closed[0], closed.at(-1)]).toEqual([dayAt(3), dayAt(9)]);
    expect(await readAll(it_, 'notes')).toEqual(notesOf(...allBut(4, 4)));
    const [record] = await it_.store.erasures(org, person);
    expect(record?.state).toBe('verified');
  });

  it('leaves no byte of what it took in the database or its log', async () => {
    const all = await it_.store.segments(org, person, 'notes', dayAt(4), dayAt(9));
    const images = await it_.store.images(org, person, dayAt(5));
    expect([all.length, images.length]).toEqual([18, 1]);
    await order(it_, rangeOf(['notes', 'screenshot'], 4, 9));
    await eraseRound(deps());
    for (const file of ['daylight.db', 'daylight.db-wal', 'keys.db', 'keys.db-wal']) {
      const bytes = await readFile(join(data, file));
      expect([file, all.filter(({ sealed }) => bytes.includes(Buffer.from(sealed.subarray(20, 60)))).length]).toEqual([
        file,
        0,
      ]);
    }
  });

  it('has each state in the store, in its order, before it says it or goes on', async () => {
    const said: (readonly [ErasureState, ErasureState | undefined])[] = [];
    let stored: ErasureState | undefined;
    const store = { ...it_.store };
    store.advanceErasure = async (...of) => {
      await it_.store.advanceErasure(...of);
      [stored] = await stateNow();
    };
    await order(it_, rangeOf(['notes'], 2, 3));
    await eraseRound(deps({ store, reached: (_, state) => void said.push([state, stored]) }));
    const states = ['committed', 'keys_destroyed', 'purged', 'scrubbed', 'verified'];
    expect(said).toEqual(states.map((state) => [state, state]));
  });

  it('goes on with those that follow each other, also of the same days', async () => {
    await order(it_, rangeOf(['notes'], 2, 5));
    await order(it_, rangeOf(['notes'], 4, 7));
    await eraseRound(deps());
    await order(it_, rangeOf(['notes'], 6, 9));
    await eraseRound(deps());
    expect(await readAll(it_, 'notes')).toEqual(notesOf(...allBut(2, 9)));
    expect([failures, await stateNow()]).toEqual([[], ['verified', 'verified', 'verified']]);
  });

  it('that failed once is done all the same, and a later one of the same week waits for it', async () => {
    await order(it_, rangeOf(['notes'], 2, 5));
    await order(it_, rangeOf(['notes'], 6, 7));
    const store = { ...it_.store };
    store.resealSegment = async () => {
      store.resealSegment = it_.store.resealSegment;
      throw new Error('the disk was busy for a moment');
    };
    expect([await eraseRound(deps({ store })), await stateNow()]).toEqual(['failed', ['committed', 'committed']]);
    expect([await eraseRound(deps({ store })), await stateNow()]).toEqual(['nothing', ['verified', 'verified']]);
    expect(await readAll(it_, 'notes')).toEqual(notesOf(...allBut(2, 7)));
  });

  it('that failed keeps nobody else waiting', async () => {
    const other = personId('ben');
    await order(it_, rangeOf(['notes'], 2, 5));
    await order(it_, rangeOf(['notes'], 2, 5), { people: [other] });
    const store = { ...it_.store };
    store.resealSegment = () => Promise.reject(new Error('the disk is broken'));
    expect(await eraseRound(deps({ store }))).toBe('failed');
    expect((await it_.store.erasures(org, other)).map(({ state }) => state)).toEqual(['verified']);
  });

  it('is done after the one before it, also when the clock has gone back between the two', async () => {
    const now = Date.now();
    await order(it_, rangeOf(['notes'], 2, 5), { clock: { now: () => now } });
    await order(it_, rangeOf(['notes'], 6, 7), { clock: { now: () => now - 1_000 } });
    expect([await eraseRound(deps()), failures, await stateNow()]).toEqual(['nothing', [], ['verified', 'verified']]);
    expect(await readAll(it_, 'notes')).toEqual(notesOf(...allBut(2, 7)));
  });

  it('takes along what an earlier one of its weeks had taken, and what came back', async () => {
    await order(it_, rangeOf(['notes'], 4, 5));
    await eraseRound(deps());
    const planted = await segmentOf(it_, dayAt(4), 'notes', [note(dayAt(4), 7)]);
    await it_.store.appendBatch(batch(17, { segments: [planted] }));
    await order(it_, rangeOf(['notes'], 6, 7));
    expect([await eraseRound(deps()), await stateNow()]).toEqual(['nothing', ['verified', 'verified']]);
    expect(await readAll(it_, 'notes')).toEqual(notesOf(...allBut(4, 7)));
  });

  it('is not verified while somebody holds the log, and is when they let go', async () => {
    const snapshot = await it_.store.snapshot();
    await order(it_, rangeOf(['notes'], 2, 5));
    expect([await eraseRound(deps()), await stateNow()]).toEqual(['held', ['purged']]);
    await snapshot.close();
    expect([await eraseRound(deps()), await stateNow()]).toEqual(['nothing', ['verified']]);
  });

  it('is not verified when something came back, and takes that too with the next round', async () => {
    const [old] = await it_.store.segments(org, person, 'notes', dayAt(4), dayAt(4));
    if (old === undefined) throw new Error('there are notes');
    const store = { ...it_.store };
    store.scrub = async () => {
      const planted = await segmentOf(it_, dayAt(4), 'notes', [note(dayAt(4), 7)]);
      await it_.store.appendBatch(batch(17, { segments: [planted] }));
      store.scrub = () => it_.store.scrub();
      return it_.store.scrub();
    };
    await order(it_, rangeOf(['notes'], 4, 5));
    expect(await eraseRound(deps({ store }))).toBe('failed');
    expect(await stateNow()).toEqual(['scrubbed']);
    expect(failures).toMatchObject([{ code: 'conflict' }]);
    expect([await eraseRound(deps({ store })), await stateNow()]).toEqual(['nothing', ['verified']]);
    expect(await readAll(it_, 'notes')).toEqual(notesOf(...allBut(4, 5)));
  });

  it('loses nothing that is merged meanwhile', async () => {
    await order(it_, rangeOf(['notes'], 4, 9));
    const merging = { ...it_, clock: systemClock, random: { uuid: () => crypto.randomUUID() }, shapes: createShapes() };
    const round = () => compactRound({ ...merging, failed: (cause) => failures.push(cause) }, null, async () => true);
    await Promise.all([round(), eraseRound(deps()), round()]);
    await round();
    expect([failures, await stateNow()]).toEqual([[], ['verified']]);
    expect((await readAll(it_, 'notes')).toSorted()).toEqual(notesOf(...allBut(4, 9)).toSorted());
  });

  it('that nobody can read keeps everything of the person from being stored or shown, and is never called done', async () => {
    await order(it_, rangeOf(['notes'], 4, 9));
    const [record] = await it_.store.erasures(org, person);
    if (record === undefined) throw new Error('it was ordered');
    const damaged = {
      ...it_.store,
      erasures: async () => [{ ...record, scope: it_.vault.fromStore(new Uint8Array(80)) }],
    };
    const erased = createErased({ store: damaged, vault: it_.vault, clock: systemClock, trust: async () => 'trusted' });
    expect(await eraseRound(deps({ store: damaged, erased }))).toBe('nothing');
    expect([failures, await stateNow()]).toEqual([[expect.objectContaining({ code: 'unavailable' })], ['requested']]);
    const theirs = await erased.of({ org, person });
    const every = [note(dayAt(0), 1), note(dayAt(6), 1), note(dayAt(15), 1)];
    expect(every.map((one) => [theirs.covers(one), theirs.hides(one)])).toEqual(every.map(() => [true, true]));
  });

  it('is done by the engine when it is woken, and by the next one that starts', async () => {
    const reached = deferred();
    const engine = startErasures(deps({ reached: (_, state) => state === 'verified' && reached.resolve() }));
    await order(it_, rangeOf(['notes'], 4, 9));
    engine.wake();
    await reached.promise;
    await engine.close();
    expect(await stateNow()).toEqual(['verified']);
    await order(it_, rangeOf(['notes'], 1, 2));
    const again = deferred();
    const next = startErasures(deps({ reached: (_, state) => state === 'verified' && again.resolve() }));
    await again.promise;
    await next.close();
    expect(await readAll(it_, 'notes')).toEqual(notesOf(0, 3, ...allBut(0, 9)));
  });
});

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
