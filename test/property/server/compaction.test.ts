import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compactRound, type Done, type RoundDeps } from '../../../server/compaction/compaction.ts';
import { mergesOf } from '../../../server/compaction/plan.ts';
import { createShapes } from '../../../server/compaction/shapes.ts';
import { epochOfDay, segmentScope } from '../../../server/ingest/scopes.ts';
import { decodeSegment, encodeSegment, type SegmentPart } from '../../../server/ingest/segment.ts';
import { dayReport } from '../../../server/reports/day.ts';
import type { Recorded } from '../../../server/reports/recorded.ts';
import type { SegmentHead, SegmentRecord, Store } from '../../../server/store/store.ts';
import type { Vault } from '../../../server/vault/vault.ts';
import { canonical } from '../../../shared/canonical.ts';
import { type ParameterId, parameterIds } from '../../../shared/catalog.ts';
import type { Observation } from '../../../shared/events/observation.ts';
import { type SegmentId, SessionId } from '../../../shared/ids.ts';
import { addDays, DAY, dayOf, HOUR, MINUTE } from '../../../shared/time.ts';
import { dayFacts } from '../../support/dayFacts.ts';
import { enrolIn } from '../../support/enrolIn.ts';
import { observationsOf } from '../../support/everyObservation.ts';
import { createReferenceStore } from '../../support/referenceStore.ts';
import { batch, device, deviceId, orgId, personId, segmentId } from '../../support/storeRecords.ts';
import { memoryVault } from '../../support/vaultScopes.ts';

const START = Date.UTC(2026, 10, 12);
const TODAY = dayOf(START);
const [acme, ann] = [orgId('acme'), personId('ann')];
const session = (n: number) => SessionId.parse(`00000000-0000-4000-8000-00000000000${n}`);

/** What one batch brought of one parameter, on what terms. */
interface Brought {
  readonly machine: 'laptop' | 'desk';
  readonly parameter: ParameterId;
  readonly day: string;
  readonly policyVersion: number;
  readonly termsVersion: number;
  readonly expires: string;
  readonly part: SegmentPart;
}

const brought: fc.Arbitrary<Brought> = fc
  .record({
    machine: fc.constantFrom('laptop', 'desk'),
    parameter: fc.constantFrom<ParameterId>('session', 'app', 'app', 'title', 'activity', 'screenshot'),
    day: fc.constantFrom(TODAY, TODAY, addDays(TODAY, -1)),
    policyVersion: fc.constantFrom(1, 1, 2),
    termsVersion: fc.constantFrom(1, 1, 2),
    expires: fc.constantFrom(addDays(TODAY, 30), addDays(TODAY, 30), addDays(TODAY, 31)),
    session: fc.constantFrom(session(1), session(2)),
  })
  .chain(({ session, ...same }) =>
    observationsOf(same.parameter).map((all) => {
      const observations = all.slice(0, 4).map((one): Observation => {
        return { ...one, at: Date.parse(same.day) + (one.at % DAY), mono: one.mono };
      });
      return { ...same, part: { session, observations } };
    }),
  );
const days = fc.array(fc.array(brought, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 14 });

describe('compaction', () => {
  it('changes no report, no latest record and no observation, and leaves one segment of each kind and level', async () => {
    await fc.assert(
      fc.asyncProperty(days, days, async (first, second) => {
        const it = await storeOf();
        await it.append(first);
        const before = await readAll(it);
        const done = await it.compact(null, START + 2 * DAY);
        const after = await readAll(it);
        expect(after.shown).toEqual(before.shown);
        expect(after.kinds).toEqual([...new Set(after.kinds)]);
        expect(after.mixed).toEqual([]);
        expect(after.pictureIds).toEqual(before.pictureIds);

        // What is merged grows by what arrives later, and what is done is not done again.
        await it.append(second);
        const more = await readAll(it);
        await it.compact(done, START + 3 * DAY);
        const end = await readAll(it);
        expect(end.shown).toEqual(more.shown);
        const opened = it.opened();
        await it.compact(null, START + 3 * DAY);
        expect(it.opened()).toBe(opened);
        expect((await readAll(it)).ids).toEqual(end.ids);
        expect(it.failures).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('merges a day that goes on when there is much of it, and changes nothing that is shown', async () => {
    const it = await storeOf();
    const minutes = Array.from({ length: 60 }, (_, minute): Brought[] =>
      (['app', 'title'] as const).map((parameter) => ({
        ...{ machine: 'laptop', parameter, day: TODAY, policyVersion: 1, termsVersion: 1, expires: addDays(TODAY, 30) },
        part: { session: session(1), observations: [during(parameter, START + 9 * HOUR + minute * MINUTE)] },
      })),
    );
    let done: Done | null = null;
    for (const [minute, one] of minutes.entries()) {
      const now = START + 9 * HOUR + (minute + 1) * MINUTE;
      await it.append([one], now);
      const before = await readAll(it);
      done = await it.compact(done, now);
      const after = await readAll(it);
      expect(after.shown).toEqual(before.shown);
      expect(after.ids.length).toBeLessThan(2 * 24);
    }
  });
});

describe('a segment', () => {
  it('that is full, or of other levels than the rest, is not opened again for what comes later', async () => {
    const it = await storeOf();
    const of = (parameter: ParameterId, observations: readonly Observation[]): Brought[] => [
      {
        ...{ machine: 'laptop', parameter, day: TODAY, policyVersion: 1, termsVersion: 1, expires: addDays(TODAY, 30) },
        part: { session: session(1), observations },
      },
    ];
    // Some 60 KiB each before it is compressed, and next to nothing after.
    const large = (n: number): Observation[] =>
      Array.from(
        { length: 150 },
        (_, at) => ({ ...during('title', START + (150 * n + at) * MINUTE), title: 'a'.repeat(400) }) as Observation,
      );
    const hidden = (n: number): Observation => ({
      ...{ parameter: 'app', level: 'category', category: 'private' },
      ...{ at: START + n * MINUTE, mono: n * MINUTE, span: MINUTE },
    });
    const shown = (n: number): Observation => during('app', START + n * MINUTE);
    const apps = [0, 1, 2, 3, 4, 5].map((n) => of('app', n % 2 === 0 ? [shown(n)] : [hidden(n)]));
    await it.append([...Array.from({ length: 12 }, (_, n) => of('title', large(n))), ...apps]);
    const before = await readAll(it);
    const now = START + 2 * DAY;
    await it.compact(null, now);
    const merged = await readAll(it);
    expect(merged.shown).toEqual(before.shown);
    expect(merged.plainBytes.every((bytes) => bytes <= 512 * 1024)).toBe(true);
    expect(merged.ids).toHaveLength(2 + 2);

    const opened = it.opened();
    await it.append([of('title', large(12)), of('title', large(13))]);
    await it.compact(null, now);
    const later = await readAll(it);
    expect(later.ids).toHaveLength(2 + 2);
    // The two that came, the one of four that had room for them, and what they became.
    expect(it.opened() - opened).toBe(2 + 1 + 1);
    expect(it.failures).toEqual([]);
  });
});

describe('what is merged', () => {
  const head = fc.record({
    org: fc.constant(acme),
    person: fc.constant(ann),
    parameter: fc.constantFrom<ParameterId>('app', 'title'),
    day: fc.constantFrom(TODAY, addDays(TODAY, 1)),
    segment: fc.nat({ max: 999_999 }).map((n) => segmentId(String(n))),
    device: fc.constantFrom(deviceId('laptop'), deviceId('desk')),
    epoch: fc.constantFrom(1, 2),
    policyVersion: fc.constantFrom(1, 2),
    termsVersion: fc.constantFrom(1, 2),
    expires: fc.constantFrom(addDays(TODAY, -1), TODAY, addDays(TODAY, 1)),
    bytes: fc.oneof(fc.nat({ max: 500 }), fc.nat({ max: 200_000 })),
  }) satisfies fc.Arbitrary<SegmentHead>;

  it('agrees in everything that is sealed with it, is not over, and keeps its order; nothing is in two merges', () => {
    fc.assert(
      fc.property(
        fc.array(head, { maxLength: 600 }),
        fc.integer({ min: 2, max: 30 }),
        (heads: readonly SegmentHead[], least) => {
          const merges = mergesOf(heads, { least, today: TODAY, shapes: createShapes() });
          for (const merge of merges) {
            const kinds = new Set(merge.map(({ segment: _segment, bytes: _bytes, ...kind }) => canonical(kind)));
            expect([kinds.size, merge.every(({ expires }) => expires >= TODAY)]).toEqual([1, true]);
            const places = merge.map((one) => heads.indexOf(one));
            expect(places).toEqual([...places].sort((a, b) => a - b));
            expect(merge.length <= 256 && merge.reduce((sum, { bytes }) => sum + bytes, 0) <= 128 * 1024).toBe(true);
          }
          const all = merges.flat();
          expect(new Set(all).size).toBe(all.length);
        },
      ),
    );
  });
});

function during(parameter: 'app' | 'title', at: number): Observation {
  const when = { at, mono: at - START, span: MINUTE };
  return parameter === 'app'
    ? { parameter, level: 'name', ...when, name: `Program ${at % 3}` }
    : { parameter, level: 'full', ...when, title: `Title ${at % 7}` };
}

interface Filled {
  readonly store: Store;
  readonly vault: Vault;
  readonly failures: unknown[];
  /** How often something was opened to be merged, or to compare what was. */
  opened(): number;
  append(batches: readonly (readonly Brought[])[], receivedAt?: number): Promise<void>;
  compact(done: Done | null, now: number): Promise<Done | null>;
}

async function storeOf(): Promise<Filled> {
  const store = createReferenceStore();
  const { vault } = await memoryVault();
  const failures: unknown[] = [];
  const seqs = { laptop: 0, desk: 0 };
  const shapes = createShapes();
  let [ids, opened] = [0, 0];
  const open: Vault['open'] = (...asked) => {
    opened += 1;
    return vault.open(...asked);
  };
  await store.createOrganisation({ org: acme, createdAt: START, profile: vault.fromStore(new Uint8Array()) });
  for (const name of ['laptop', 'desk'] as const) await enrolIn(store, device(name));

  const sealed = async ({ machine, part, ...same }: Brought): Promise<SegmentRecord> => {
    ids += 1;
    const key = { ...same, org: acme, person: ann, segment: segmentId(`${ids}`), device: deviceId(machine) };
    const bound = { ...key, epoch: epochOfDay(same.day) };
    const plain = encodeSegment({ parameter: same.parameter, parts: [part] });
    return { ...bound, sealed: await vault.seal(segmentScope(bound), plain, { compress: true }) };
  };

  return {
    store,
    vault,
    failures,
    opened: () => opened,
    async append(batches, receivedAt = START) {
      for (const all of batches) {
        for (const machine of ['laptop', 'desk'] as const) {
          const own = all.filter((one) => one.machine === machine);
          if (own.length === 0) continue;
          seqs[machine] += 1;
          const segments = await Promise.all(own.map(sealed));
          const unit = batch(seqs[machine], { device: deviceId(machine), segments, receivedAt });
          const result = await store.appendBatch(unit);
          if (result.kind !== 'committed') throw new Error(result.kind);
        }
      }
    },
    async compact(done, now) {
      const random = { uuid: () => segmentId(`merged ${(ids += 1)}`) as string };
      const clock = { now: () => now, mono: () => 0 };
      const failed = (cause: unknown) => failures.push(cause);
      const deps: RoundDeps = { store, vault: { ...vault, open }, random, clock, shapes, failed };
      return compactRound(deps, done, async () => true);
    },
  };
}

/** Everything that the store holds of the person, opened, in the ways in which it is shown. */
async function readAll({ store, vault }: Filled) {
  const all: { segment: SegmentRecord; plainBytes: number; parts: readonly SegmentPart[] }[] = [];
  const latest: unknown[] = [];
  for (const parameter of parameterIds) {
    const open = async (segment: SegmentRecord) => {
      const plain = await vault.open(segmentScope(segment), segment.sealed);
      return { segment, plainBytes: plain.length, ...decodeSegment(plain) };
    };
    const segments = await store.segments(acme, ann, parameter, '2020-01-01', '2099-12-31');
    all.push(...(await Promise.all(segments.map(open))));
    const newest = await store.newestSegments(acme, ann, parameter, '2020-01-01', '2099-12-31');
    const lastParts = (await Promise.all(newest.map(open))).map(({ segment, parts }) => ({
      ...termsOf(segment),
      part: parts.at(-1),
    }));
    latest.push(lastParts.map((one) => canonical(one)).sort());
  }
  const records = all.flatMap(({ segment, parts }) =>
    parts.flatMap(({ session, observations }) =>
      observations.map((observation): Recorded => ({ device: segment.device, session, observation })),
    ),
  );
  const stored = all.flatMap(({ segment, parts }) => parts.map((part) => canonical({ ...termsOf(segment), part })));
  const levels = (parts: readonly SegmentPart[]) =>
    [...new Set(parts.flatMap(({ observations }) => observations.map(({ level }) => level)))].sort().join(' ');
  const mergeable = all.filter(({ segment }) => segment.parameter !== 'screenshot');
  const pictures = all.filter(({ segment }) => segment.parameter === 'screenshot');
  return {
    shown: { latest, stored: stored.sort(), report: dayReport(dayFacts(START, records)) },
    kinds: mergeable.map(({ segment, parts }) => canonical([termsOf(segment), levels(parts)])),
    /** Those of which one part is of other levels than another. */
    mixed: all.filter(({ parts }) => new Set(parts.map((part) => levels([part]))).size > 1),
    pictureIds: pictures.map(({ segment }) => segment.segment),
    ids: all.map(({ segment }): SegmentId => segment.segment),
    plainBytes: all.map(({ plainBytes }) => plainBytes),
  };
}

function termsOf({ segment: _segment, sealed: _sealed, ...terms }: SegmentRecord) {
  return terms;
}
