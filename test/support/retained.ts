import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../../server/clock.ts';
import { keepingBy } from '../../server/control/keeping.ts';
import type { Foundation } from '../../server/foundation.ts';
import { epochOfDay, imageScope, segmentScope } from '../../server/ingest/scopes.ts';
import type { ClockBrake } from '../../server/lifecycle/clockBrake.ts';
import { createImports } from '../../server/lifecycle/imports.ts';
import { type Known, type RetentionDeps, retentionRound } from '../../server/lifecycle/retention.ts';
import type { Sweep } from '../../server/lifecycle/sweeps.ts';
import { systemRandom } from '../../server/random.ts';
import type { BlobRecord, SegmentRecord } from '../../server/store/store.ts';
import { catalog, type ParameterId, parameterIds } from '../../shared/catalog.ts';
import { ImageId, type OrgId, SegmentId } from '../../shared/ids.ts';
import { addDays, DAY, type Day } from '../../shared/time.ts';
import { enrolIn } from './enrolIn.ts';
import { keepingTerms } from './keepingTerms.ts';
import { openFoundationIn } from './numberedNotes.ts';
import { batch, device, orgId, personId } from './storeRecords.ts';

// What somebody did on some days, of every parameter, under a policy that keeps each for another number of days.

export const [org, person] = [orgId('acme'), personId('ann')];
const { device: laptop } = device('laptop');

/** A Thursday: keys change on it. */
export const FIRST: Day = '2026-01-01';
export const DAYS = 14;
export const dayAt = (place: number): Day => addDays(FIRST, place);
export const startOf = (day: Day): number => Date.parse(`${day}T00:00:00Z`);

/** 20 days and one more for each parameter after the first. */
export const daysOf = (parameter: ParameterId): number => 20 + parameterIds.indexOf(parameter);
export const policy = keepingTerms([
  { at: startOf(FIRST) - DAY, days: Object.fromEntries(parameterIds.map((id) => [id, daysOf(id)])) },
]);

/** So many days after the first each parameter has lost some of its days, and the first week of most its key. */
export const TAKEN = 31;

export async function prepareRetained(data: string): Promise<void> {
  const foundation = await openFoundationIn(data, true);
  const { store, vault } = foundation;
  await store.createOrganisation({ org, createdAt: Date.now(), profile: vault.fromStore(new Uint8Array()) });
  await enrolIn(store, device('laptop'));
  for (let place = 0; place < DAYS; place += 1) await storeDay(foundation, place, place + 1);
  await foundation.close();
}

/** Each in two segments; of what is in them nobody asks. */
export async function storeDay(foundation: Foundation, place: number, seq: number): Promise<void> {
  const both = [...parameterIds, ...parameterIds];
  const segments = await Promise.all(both.map((parameter) => segmentOf(foundation, parameter, dayAt(place))));
  const shots = segments.filter(({ parameter }) => parameter === 'screenshot');
  const blobs = await Promise.all(
    shots.map(async ({ parameter: _parameter, device: _device, sealed: _sealed, ...head }): Promise<BlobRecord> => {
      const key = { ...head, image: ImageId.parse(randomUUID()) };
      return { ...key, sealed: await foundation.vault.seal(imageScope(key), randomBytes(2_000)) };
    }),
  );
  const result = await foundation.store.appendBatch(batch(seq, { segments, blobs }));
  if (result.kind !== 'committed') throw new Error(`a day was not stored: ${result.kind}`);
}

async function segmentOf({ vault }: Foundation, parameter: ParameterId, day: Day): Promise<SegmentRecord> {
  const terms = { policyVersion: 1, termsVersion: 1, expires: addDays(day, catalog[parameter].retentionDays.ceiling) };
  const place = { org, person, device: laptop, parameter, day, epoch: epochOfDay(day) };
  const key = { ...place, ...terms, segment: SegmentId.parse(randomUUID()) };
  return { ...key, sealed: await vault.seal(segmentScope(key), Buffer.from(`${parameter} of ${day}`)) };
}

export interface Sweeping {
  readonly clock: Clock;
  readonly brake?: Pick<ClockBrake, 'check'>;
  readonly terms?: ReturnType<typeof keepingTerms>;
}

/** One look at what is past its day, with what it deleted; what fails is thrown. */
export async function sweepOnce(
  foundation: Foundation,
  { clock, brake = { check: () => 'free' }, terms = policy }: Sweeping,
  known = new Map<OrgId, Known>(),
): Promise<{ readonly swept: readonly Sweep[]; readonly known: Map<OrgId, Known> }> {
  const swept: Sweep[] = [];
  const imports = createImports({ ...foundation, clock, random: systemRandom });
  const deps: RetentionDeps = {
    ...{ ...foundation, imports, brake, clock },
    control: { keeping: async () => keepingBy(terms, clock.now()) },
    swept: (_, sweep) => void swept.push(sweep),
    failed: (cause) => {
      throw cause;
    },
  };
  await retentionRound(deps, known, async () => true);
  await imports.close();
  return { swept, known };
}

/** The days of a parameter that are there, each whole. */
export async function leftOf({ store }: Foundation, parameter: ParameterId): Promise<readonly Day[]> {
  const ages = (await store.ages(org)).filter((one) => one.parameter === parameter);
  for (const { day, segments, images } of ages)
    if (segments !== 2 || images !== (parameter === 'screenshot' ? 2 : 0)) throw new Error(`${day} is there in part`);
  return ages.map(({ day }) => day);
}

/** The days from this place on. */
export const daysFrom = (place: number): readonly Day[] =>
  Array.from({ length: Math.max(0, DAYS - place) }, (_, more) => dayAt(place + more));
