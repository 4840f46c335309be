import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemClock } from '../../server/clock.ts';
import { segmentScope } from '../../server/ingest/scopes.ts';
import { decodeSegment } from '../../server/ingest/segment.ts';
import { isExcluded } from '../../server/ingest/truth.ts';
import { eraseRound } from '../../server/lifecycle/erasure.ts';
import { partsOf, privateEntries } from '../../server/lifecycle/privateEntries.ts';
import type { Observation } from '../../shared/events/observation.ts';
import { excludable } from '../../shared/policy/exclusions.ts';
import { addDays, DAY, dayOf, MINUTE } from '../../shared/time.ts';
import { order, org, person, prepareErasable, segmentOf } from '../support/erasable.ts';
import { openFoundationIn } from '../support/numberedNotes.ts';
import { batch } from '../support/storeRecords.ts';

// Promise 6: whatever a person did on three days, what stays is exactly what was not private, as it was, and in its order.

const RUNS = 40;
const DAYS = 3;
const named = { apps: ['secret*'], sites: ['secret.example'] };
const stays = { apps: 'Editor', sites: 'work.example' };

const entry = fc.record({
  parameter: fc.constantFrom(...excludable),
  // In the three hours around a midnight, so that much is at the same time, and reaches into another day.
  minute: fc.integer({ min: 24 * 60 - 90, max: 24 * 60 + 90 }),
  minutes: fc.constantFrom(0, 1, 20, 90),
  isPrivate: fc.boolean(),
  piece: fc.nat({ max: 1 }),
});
type Entry = typeof entry extends fc.Arbitrary<infer T> ? T : never;

function observationOf({ parameter, minute, minutes, isPrivate }: Entry, from: number, image: string): Observation {
  const when = { at: from + minute * MINUTE, mono: minute, span: minutes * MINUTE };
  switch (parameter) {
    case 'app':
      return { parameter, level: 'name', ...when, name: isPrivate ? 'Secret Diary' : stays.apps };
    case 'url': {
      const host = isPrivate ? 'www.secret.example' : stays.sites;
      return { parameter, level: 'host_path', ...when, host, path: '/' };
    }
    case 'title':
      return { parameter, level: 'full', ...when, title: `title ${minute}` };
    case 'screenshot': {
      const size = { bytes: 2_000, width: 640, height: 480, digest: '0'.repeat(64) };
      return { parameter, level: 'full', ...when, span: 0, image, ...size } as Observation;
    }
  }
}

/** Written again here, one with all the others. */
function isToGo(one: Observation, all: readonly Observation[]): boolean {
  const isNamed = (each: Observation) => isExcluded(each, () => [named]);
  if (one.parameter === 'app' || one.parameter === 'url') return isNamed(one);
  const end = one.at + one.span;
  return all.filter(isNamed).some((other) => {
    const otherEnd = Math.max(other.at + other.span, other.at + 1);
    return one.at < otherEnd && (end > other.at || one.at >= other.at);
  });
}

test('what is private goes with the titles and pictures of its time, and exactly the rest stays', async () => {
  const data = await mkdtemp(join(tmpdir(), 'daylight-private-'));
  await prepareErasable(data);
  const foundation = await openFoundationIn(data);
  const failures: unknown[] = [];
  let [run, seq] = [0, 16];
  try {
    const days = fc.uniqueArray(entry, {
      minLength: 1,
      maxLength: 40,
      selector: ({ parameter, minute }) => `${parameter} ${minute}`,
    });
    await fc.assert(
      fc.asyncProperty(days, async (entries) => {
        // Each has weeks of its own.
        const from = Date.parse('2027-01-04T00:00:00Z') + 14 * DAY * (run += 1);
        const observations = entries.map((one) => observationOf(one, from, crypto.randomUUID()));
        const pieces = new Map<string, Observation[]>();
        for (const [place, one] of observations.entries()) {
          const key = `${one.parameter} ${dayOf(one.at)} ${entries[place]?.piece}`;
          pieces.set(key, [...(pieces.get(key) ?? []), one]);
        }
        const segments = [...pieces.values()].flatMap((own) =>
          own[0] === undefined ? [] : [segmentOf(foundation, dayOf(own[0].at), own[0].parameter, own)],
        );
        const stored = await foundation.store.appendBatch(batch((seq += 1), { segments: await Promise.all(segments) }));
        expect(stored.kind).toBe('committed');
        const read = async () => {
          const found: Observation[] = [];
          for (const parameter of excludable) {
            const last = addDays(dayOf(from), DAYS);
            for (const segment of await foundation.store.segments(org, person, parameter, dayOf(from), last)) {
              const bytes = await foundation.vault.open(segmentScope(segment), segment.sealed);
              found.push(...decodeSegment(bytes).parts.flatMap((part) => part.observations));
            }
          }
          return found;
        };
        const before = await read();
        const isPrivate = (one: Observation) => isExcluded(one, () => [named]);
        const search = { isPrivate, isGone: () => false, parameters: new Set(excludable) };
        const parts = partsOf(await privateEntries(foundation, { org, person }, search));
        if (parts.length > 0) {
          await order(foundation, { kind: 'reported', by: person, parts: [...parts], image: null, counted: [] });
          const failed = (cause: unknown) => void failures.push(cause);
          expect(await eraseRound({ ...foundation, clock: systemClock, failed })).toBe('nothing');
        }
        expect(await read()).toEqual(before.filter((one) => !isToGo(one, observations)));
      }),
      { numRuns: RUNS },
    );
    expect(failures).toEqual([]);
  } finally {
    await foundation.close();
    await rm(data, { recursive: true, force: true, maxRetries: 5 });
  }
}, 120_000);
