import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Keeping, type KeepingTerms, type KeptRecord, keepingBy } from '../../../server/control/keeping.ts';
import type { BlobRecord, SegmentRecord, Store } from '../../../server/store/store.ts';
import { catalog, type ParameterId } from '../../../shared/catalog.ts';
import { addDays, DAY, type Day, dayOf, HOUR } from '../../../shared/time.ts';
import { enrolIn } from '../../support/enrolIn.ts';
import { keepingTerms } from '../../support/keepingTerms.ts';
import { openStoreIn } from '../../support/openedSqliteStore.ts';
import { createReferenceStore } from '../../support/referenceStore.ts';
import { batch, blob, device, orgId, personId, segment } from '../../support/storeRecords.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const kinds = ['title', 'screenshot', 'notes'] as const satisfies readonly ParameterId[];
const dayAt = (place: number): Day => dayOf(START + place * DAY);

interface World {
  readonly published: readonly KeepingTerms[];
  readonly records: readonly KeptRecord[];
  /** The day of the sweep. */
  readonly today: number;
}

/** Policies of some weeks, what was captured under them, of which some was promised for less long, and a day on which it is swept. */
const world: fc.Arbitrary<World> = fc
  .array(
    fc.record({
      hours: fc.integer({ min: 0, max: 60 * 24 }),
      title: fc.integer({ min: 1, max: 90 }),
      screenshot: fc.integer({ min: 1, max: 60 }),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .chain((versions) => {
    const all = versions.toSorted((a, b) => a.hours - b.hours);
    const published = keepingTerms(
      all.map(({ hours, title, screenshot }, place) => ({
        at: START + (place === 0 ? 0 : hours * HOUR + place),
        days: { title, screenshot },
      })),
    );
    const record = fc
      .record({
        parameter: fc.constantFrom(...kinds),
        hours: fc.integer({ min: 0, max: 80 * 24 }),
        older: fc.integer({ min: 0, max: 5 }),
        less: fc.constantFrom(0, 0, 1, 20),
      })
      .map(({ parameter, hours, older, less }): KeptRecord => {
        const at = START + hours * HOUR;
        const then = published.findLast((one) => one.publishedAt <= at);
        // A person may stay with older terms.
        const termsVersion = Math.max(1, (then?.document.version ?? 1) - (older > 3 ? older - 3 : 0));
        const promised = then?.document.parameters[parameter].retentionDays ?? 1;
        return { parameter, day: dayOf(at), termsVersion, expires: addDays(dayOf(at), Math.max(0, promised - less)) };
      });
    return fc.record({
      published: fc.constant(published),
      records: fc.array(record, { minLength: 1, maxLength: 30 }),
      today: fc.integer({ min: 62, max: 500 }),
    });
  });

/** Said as plainly as it can be: day by day, which policy was in force at any instant of it. */
function lastDay({ published, today }: World, record: KeptRecord): Day {
  const limits = [record.expires, addDays(record.day, catalog[record.parameter].retentionDays.ceiling)];
  for (const { document, publishedAt } of published) {
    const next = published.find((one) => one.document.version === document.version + 1);
    const wasReplacedOn = next === undefined ? dayAt(today + 1) : dayOf(next.publishedAt);
    const isNever = next !== undefined && next.publishedAt <= publishedAt;
    if (document.version >= record.termsVersion && !isNever && wasReplacedOn >= record.day)
      limits.push(addDays(record.day, document.parameters[record.parameter].retentionDays));
  }
  return limits.toSorted()[0] ?? record.expires;
}

const keepingOn = ({ published, today }: World): Keeping => keepingBy(published, START + today * DAY);

test('what is stored is kept until the first of what was promised, what any policy since says, and the most of the register', () => {
  fc.assert(
    fc.property(world, (one) => {
      const keeping = keepingOn(one);
      expect(one.records.map((record) => keeping.until(record))).toEqual(
        one.records.map((record) => lastDay(one, record)),
      );
    }),
    { numRuns: 500 },
  );
});

test('a policy that keeps something for longer makes nothing that is stored stay longer', () => {
  fc.assert(
    fc.property(world, fc.integer({ min: 1, max: 90 }), (one, days) => {
      const at = START + 61 * DAY;
      const then = keepingBy(one.published, at - 1);
      const settled = one.published.map(({ publishedAt, document }) => {
        const { title, screenshot } = document.parameters;
        return { at: publishedAt, days: { title: title.retentionDays, screenshot: screenshot.retentionDays } };
      });
      const now = keepingBy(keepingTerms([...settled, { at, days: { title: days, screenshot: days } }]), at);
      for (const record of one.records.filter(({ day }) => day < dayOf(at)))
        expect(now.until(record) <= then.until(record)).toBe(true);
    }),
  );
});

async function stored(store: Store, records: readonly KeptRecord[]): Promise<void> {
  await enrolIn(store, device('laptop'));
  const segments = records.map((record, place): SegmentRecord => ({ ...segment(`${place}`), ...record }));
  const blobs = segments.flatMap((one, place): BlobRecord[] => {
    const { day, expires, termsVersion } = one;
    return one.parameter === 'screenshot' ? [{ ...blob(`${place}`, 50), day, expires, termsVersion }] : [];
  });
  expect(await store.appendBatch(batch(1, { segments, blobs }))).toEqual({ kind: 'committed' });
}

async function swept(store: Store, one: World): Promise<string[]> {
  const past = keepingOn(one).past(dayAt(one.today));
  while ((await store.expire(orgId('acme'), personId('ann'), past, 7)).length > 0);
  const left: string[] = [];
  for (const kind of kinds)
    for (const { segment: id } of await store.segments(
      orgId('acme'),
      personId('ann'),
      kind,
      '2020-01-01',
      '2099-12-31',
    ))
      left.push(id);
  for (let place = 0; place < 400; place += 1)
    for (const { image } of await store.images(orgId('acme'), personId('ann'), dayAt(place))) left.push(image);
  return left.toSorted();
}

function due(one: World): string[] {
  return one.records
    .flatMap((record, place) => {
      if (lastDay(one, record) < dayAt(one.today)) return [];
      const own = segment(`${place}`).segment;
      return record.parameter === 'screenshot' ? [own, blob(`${place}`).image] : [own];
    })
    .toSorted();
}

test('what is swept is exactly what is past its day, whatever the policies and the times', async () => {
  await fc.assert(
    fc.asyncProperty(world, async (one) => {
      const store = createReferenceStore();
      await stored(store, one.records);
      expect(await swept(store, one)).toEqual(due(one));
    }),
    { numRuns: 60 },
  );
});

test('the store of the server sweeps the same, files included', async () => {
  for (const one of fc.sample(world, 12)) {
    const folder = await mkdtemp(join(tmpdir(), 'daylight-retention-'));
    const store = await openStoreIn(folder);
    try {
      await stored(store, one.records);
      expect(await swept(store, one)).toEqual(due(one));
    } finally {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    }
  }
});
