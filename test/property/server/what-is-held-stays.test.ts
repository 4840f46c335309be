import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ErasureScope } from '../../../server/control/erasureScope.ts';
import type { Foundation } from '../../../server/foundation.ts';
import { certify } from '../../../server/lifecycle/certificate.ts';
import { eraseRound } from '../../../server/lifecycle/erasure.ts';
import { orderErasures } from '../../../server/lifecycle/erasureOrder.ts';
import { orderHeldBack } from '../../../server/lifecycle/heldBack.ts';
import { systemRandom } from '../../../server/random.ts';
import type { ParameterId } from '../../../shared/catalog.ts';
import { addDays, DAY, type Day, dayOf, HOUR } from '../../../shared/time.ts';
import { holdIn, openHolding, prepareHolding, type Whose, writeHold } from '../../support/holding.ts';
import { keepingTerms } from '../../support/keepingTerms.ts';
import { sweepOnce } from '../../support/retained.ts';
import { storedOf } from '../../support/storedOf.ts';
import { endingsOn } from '../../support/twoPeople.ts';

// PROMISES 30: whatever is approved, released, erased, ended and swept in which order: what a hold in force covers is there and opens, and nothing
// else of what was to go is.

/** A Monday; keys change on Thursdays. */
const FIRST: Day = '2026-03-02';
const DAYS = 8;
const dayAt = (place: number): Day => addDays(FIRST, place);
const days = Array.from({ length: DAYS }, (_, place) => dayAt(place));
const kinds = ['notes', 'screenshot'] as const satisfies readonly ParameterId[];
const START = Date.parse(FIRST) + 10 * DAY + 8 * HOUR;
const kept = { notes: 20, screenshot: 14 } as const;
const terms = keepingTerms([{ at: Date.parse(FIRST) - DAY, days: kept }]);

interface Range {
  readonly parameters: readonly (typeof kinds)[number][];
  readonly from: number;
  readonly to: number;
}
type Step =
  | ({ readonly kind: 'hold'; readonly forDays: number } & Range)
  | ({ readonly kind: 'erase' } & Range)
  | { readonly kind: 'release'; readonly which: number }
  | { readonly kind: 'later'; readonly many: number }
  | { readonly kind: 'sweep' | 'end' | 'restart' };

const range: fc.Arbitrary<Range> = fc
  .tuple(
    fc.constantFrom<readonly (typeof kinds)[number][]>(['notes'], ['screenshot'], kinds),
    fc.nat(DAYS - 1),
    fc.nat(DAYS - 1),
  )
  .map(([parameters, one, other]) => ({ parameters, from: Math.min(one, other), to: Math.max(one, other) }));
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(range, fc.nat(12)).map(([of, forDays]): Step => ({ kind: 'hold', forDays, ...of })),
  },
  { weight: 3, arbitrary: range.map((of): Step => ({ kind: 'erase', ...of })) },
  { weight: 3, arbitrary: fc.nat(5).map((which): Step => ({ kind: 'release', which })) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 9 }).map((many): Step => ({ kind: 'later', many })) },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ kind: 'sweep' }, { kind: 'restart' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'end' }) },
);

/** What is to be there, by the law alone. */
interface Law {
  now: number;
  there: Set<string>;
  readonly erased: Set<string>;
  readonly holds: (Range & { readonly number: number; readonly until: Day; isReleased: boolean })[];
  /** Which holds kept something when the account ended; null: it has not. */
  keepers: Set<number> | null;
}
const nameOf = (parameter: ParameterId, day: Day): string => `${parameter} ${day}`;
const covers = ({ parameters, from, to }: Range, [parameter, day]: readonly [(typeof kinds)[number], Day]): boolean =>
  parameters.includes(parameter) && day >= dayAt(from) && day <= dayAt(to);

function settledBy(law: Law, isSwept: boolean): void {
  const today = dayOf(law.now);
  for (const parameter of kinds)
    for (const day of days) {
      const name = nameOf(parameter, day);
      const holding = law.holds.filter((one) => !one.isReleased && today <= one.until && covers(one, [parameter, day]));
      const isHeld = holding.some(({ number }) => law.keepers?.has(number) !== false);
      const isToGo = law.keepers !== null || law.erased.has(name) || (isSwept && addDays(day, kept[parameter]) < today);
      if (isToGo && !isHeld) law.there.delete(name);
    }
}

let folder: string;
let whose: Whose;
const clockAt = (law: Law) => ({ now: () => law.now, mono: () => law.now });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-holding-'));
  whose = await prepareHolding(join(folder, 'first'), { now: () => START, mono: () => 0 }, days);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('what a hold in force covers is there and opens; of everything else that was to go there is neither row, picture nor key', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 7 }), async (steps) => {
      run += 1;
      const data = join(folder, `run ${run}`);
      await cp(join(folder, 'first'), data, { recursive: true });
      const law: Law = { now: START, there: new Set(), erased: new Set(), holds: [], keepers: null };
      for (const parameter of kinds) for (const day of days) law.there.add(nameOf(parameter, day));
      let foundation = await openHolding(data, clockAt(law));
      try {
        for (const one of steps) {
          if (one.kind === 'restart') {
            await foundation.close();
            foundation = await openHolding(data, clockAt(law));
          } else await take(foundation, law, one);
          settledBy(law, one.kind === 'sweep');
          await settle(foundation, law);
          expect(await thereOf(foundation)).toEqual([...law.there].toSorted());
        }
        await expectNoKeysLeft(foundation, law);
      } finally {
        await foundation.close();
        await rm(data, { recursive: true, force: true });
      }
    }),
    { numRuns: 25 },
  );
}, 60_000);

async function take(foundation: Foundation, law: Law, one: Exclude<Step, { kind: 'restart' }>): Promise<void> {
  const clock = clockAt(law);
  if (one.kind === 'later') law.now += one.many * DAY;
  if (one.kind === 'sweep') await sweepOnce(foundation, { clock, terms });
  if (one.kind === 'hold') {
    const until = addDays(dayOf(law.now), one.forDays);
    const { parameters, from, to } = one;
    const content = { parameters: [...parameters], from: dayAt(from), to: dayAt(to), until };
    const number = await holdIn(foundation, whose, clock, content);
    law.holds.push({ ...one, number, until, isReleased: false });
  }
  if (one.kind === 'release') {
    const inForce = law.holds.filter(({ isReleased, until }) => !isReleased && dayOf(law.now) <= until);
    const hold = inForce[one.which % Math.max(1, inForce.length)];
    if (hold === undefined) return;
    await writeHold(foundation, whose, clock, hold.number, { kind: 'released' });
    hold.isReleased = true;
  }
  if (law.keepers !== null) return;
  if (one.kind === 'erase') {
    await orderErasures({ ...foundation, clock, random: systemRandom }, whose.org, [
      { people: [whose.person], scope: scopeOf(one) },
    ]);
    for (const parameter of kinds)
      for (const day of days) if (covers(one, [parameter, day])) law.erased.add(nameOf(parameter, day));
  }
  if (one.kind === 'end') {
    const today = dayOf(law.now);
    const inForce = law.holds.filter(({ isReleased, until }) => !isReleased && today <= until);
    law.keepers = new Set(inForce.map(({ number }) => number));
    const endings = await endingsOn(foundation, { clock });
    await endings.end({ ...whose, by: 'owner' });
    await endings.close();
  }
}

function scopeOf({ parameters, from, to }: Range): ErasureScope {
  const parts = parameters.map((parameter) => {
    return { parameter, from: Date.parse(dayAt(from)), to: Date.parse(dayAt(to)) + DAY, above: 'off' };
  });
  return { kind: 'own', by: whose.person, parts, image: null, counted: [] };
}

/** What the server does by itself within a minute or an hour. */
async function settle(foundation: Foundation, law: Law): Promise<void> {
  const clock = clockAt(law);
  const failed = (cause: unknown): never => {
    throw cause;
  };
  await orderHeldBack({ ...foundation, clock, random: systemRandom, brake: { check: () => 'free' }, failed });
  expect(await eraseRound({ ...foundation, clock, failed })).toBe('nothing');
  if (law.keepers === null) return;
  let certified = 0;
  const endings = await endingsOn(foundation, {
    clock,
    async certify(ending) {
      await certify({ ...foundation, clock }, ending);
      certified += 1;
    },
  });
  const state = () => endings.of(whose.org)[0]?.state;
  await vi.waitFor(() => expect(state() === 'final' || (state() === 'scrubbed' && certified > 0)).toBe(true), {
    interval: 5,
    timeout: 10_000,
  });
  await endings.close();
}

/** Throws where something is there that does not open, or a day is there in part. */
async function thereOf(foundation: Foundation): Promise<readonly string[]> {
  const stored = await storedOf(foundation, whose);
  for (const { parameter, day, segments, images, opens } of stored)
    expect([parameter, day, segments, images, opens]).toEqual(
      parameter === 'notes' ? [parameter, day, 2, 0, 2] : [parameter, day, 1, 1, 2],
    );
  return stored.map(({ parameter, day }) => nameOf(parameter, day)).toSorted();
}

/** Keys of an account that ended open nothing else than what is kept; of what is erased none is left in any case. */
async function expectNoKeysLeft({ store, keyStore }: Foundation, law: Law): Promise<void> {
  if (law.keepers === null) return;
  const { org, person } = whose;
  let keys = 0;
  for (const parameter of kinds) {
    const epochs = await keyStore.dataKeyEpochs(org, person, parameter);
    expect(epochs).toEqual(await store.storedEpochs(org, person, parameter, '2020-01-01', '2099-12-31'));
    keys += epochs.length;
  }
  expect(await keyStore.countKeys(org, person)).toBe(keys);
}
