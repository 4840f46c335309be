import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../../../server/clock.ts';
import { putSetting } from '../../../../server/control/settings.ts';
import { type Foundation, openFoundation } from '../../../../server/foundation.ts';
import { type BrakeState, releaseClock } from '../../../../server/lifecycle/clockBrake.ts';
import { eraseRound } from '../../../../server/lifecycle/erasure.ts';
import { orderHeldBack } from '../../../../server/lifecycle/heldBack.ts';
import { systemRandom } from '../../../../server/random.ts';
import type { HoldStep } from '../../../../shared/protocol/http/holds.ts';
import { addDays, DAY, dayOf } from '../../../../shared/time.ts';
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
} from '../../../support/erasable.ts';
import { type MovableClock, movable } from '../../../support/movableClock.ts';
import { personId } from '../../../support/storeRecords.ts';

// Notes and pictures of the days 4 to 9 are held; of the days 2 to 12 everything is to be erased.

let data: string;
let it_: Foundation;
let clock: MovableClock;
let failures: unknown[];
let revision: number;
let brake: BrakeState;
const [PIA, OLA] = [personId('pia'), personId('ola')];
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'daylight-held-'));
  [failures, revision, clock, brake] = [[], 0, movable(systemClock), 'free'];
  await prepareErasable(data);
  it_ = await openFoundation({ data, clock, random: systemRandom, create: false });
});
afterEach(async () => {
  await it_.close();
  await rm(data, { recursive: true, force: true });
});

const failed = (cause: unknown): void => void failures.push(cause);
const erase = () => eraseRound({ ...it_, clock, failed });
const orderAgain = () => orderHeldBack({ ...it_, brake: { check: () => brake }, clock, random: systemRandom, failed });
const states = async () => (await it_.store.erasures(org, person)).map(({ state }) => state);
const days = (places: readonly number[]) => places.map(dayAt);

async function write(number: number, author: typeof PIA, step: HoldStep): Promise<void> {
  revision += 1;
  const place = { org, name: 'register holds', revision, at: clock.now() };
  await putSetting(it_.store, it_.vault, place, { author, reason: 'for this test', entry: { number, step } });
  it_.erased.changed({ org, person });
}

async function hold(): Promise<number> {
  const number = revision + 1;
  const range = { person, parameters: ['notes' as const, 'screenshot' as const], from: dayAt(4), to: dayAt(9) };
  const why = { why: 'A claim.', authority: 'Case 7', until: addDays(dayOf(clock.now()), 30) };
  await write(number, PIA, { kind: 'proposed', content: { ...range, ...why }, alone: false });
  await write(number, OLA, { kind: 'approved' });
  return number;
}

it('what is held stays when its days are erased, the rest goes, and nobody is shown what stays', async () => {
  await hold();
  await order(it_, rangeOf(['notes', 'title', 'screenshot'], 2, 12));
  expect([await erase(), failures, await states()]).toEqual(['nothing', [], ['verified']]);
  const stays = Array.from({ length: 16 }, (_, place) => place).filter(
    (at) => at < 2 || at > 12 || (at >= 4 && at <= 9),
  );
  expect(await readAll(it_, 'notes')).toEqual(notesOf(...stays));
  expect(await readAll(it_, 'screenshot')).toEqual(days(stays));
  expect(await imageFiles(data)).toBe(stays.length);
  // One title reaches over midnight: that of the day before the first.
  expect(await readAll(it_, 'title')).toEqual(days(allBut(1, 12)));
  const theirs = await it_.erased.of({ org, person });
  expect([4, 9].map((place) => theirs.hides(note(dayAt(place), 1)))).toEqual([true, true]);
  expect([1, 13].map((place) => theirs.hides(note(dayAt(place), 1)))).toEqual([false, false]);
});

it.each(['its release', 'its last day'])('what was held goes by itself at %s, and is ordered once', async (end) => {
  const number = await hold();
  await order(it_, rangeOf(['notes', 'screenshot'], 2, 12));
  await erase();
  expect(await orderAgain()).toBe(0);
  if (end === 'its release') await write(number, PIA, { kind: 'released' });
  else clock.advance(32 * DAY);
  expect([await orderAgain(), await orderAgain()]).toEqual([1, 0]);
  expect([await erase(), failures, await states()]).toEqual(['nothing', [], ['verified', 'verified']]);
  expect(await readAll(it_, 'notes')).toEqual(notesOf(...allBut(2, 12)));
  expect(await readAll(it_, 'screenshot')).toEqual(days(allBut(2, 12)));
  expect(await imageFiles(data)).toBe(allBut(2, 12).length);
  expect([await orderAgain(), await states()]).toEqual([0, ['verified', 'verified']]);
});

it('what ends by its last day waits while the clock is in doubt; what somebody releases does not', async () => {
  const [byDate, released] = [await hold(), await hold()];
  await order(it_, rangeOf(['notes'], 2, 12));
  await erase();
  clock.advance(32 * DAY);
  brake = { pulled: { now: clock.now(), expected: clock.now() - 32 * DAY, way: 'ahead' } };
  expect(await orderAgain()).toBe(0);
  await write(released, PIA, { kind: 'released' });
  expect(await orderAgain()).toBe(1);
  brake = 'free';
  expect([byDate, await orderAgain()]).toEqual([1, 1]);
});

it('one picture that is held stays when it is to be erased, and goes when the hold ends', async () => {
  const [image] = await it_.store.images(org, person, dayAt(5));
  if (image === undefined) throw new Error('there is a picture');
  const number = await hold();
  await order(it_, { ...rangeOf(['screenshot'], 5, 5), image: image.image });
  expect([await erase(), failures, await states()]).toEqual(['nothing', [], ['verified']]);
  expect(await it_.store.blob(org, person, image.image)).not.toBeNull();
  expect((await it_.erased.of({ org, person })).hidesImage(image.image, dayAt(5))).toBe(true);
  await write(number, OLA, { kind: 'released' });
  expect(await orderAgain()).toBe(1);
  await erase();
  expect([failures, await it_.store.blob(org, person, image.image)]).toEqual([[], null]);
});

it('while two holds keep the same, it goes only when both have ended; what was erased before a hold is not ordered again', async () => {
  await order(it_, rangeOf(['notes'], 14, 14));
  await erase();
  clock.advance(3 * DAY);
  const [first, second] = [await hold(), await hold()];
  await order(it_, rangeOf(['notes'], 5, 5));
  await erase();
  await write(first, PIA, { kind: 'released' });
  expect(await orderAgain()).toBe(1);
  await erase();
  expect(await readAll(it_, 'notes')).toEqual(notesOf(...allBut(14, 14)));
  await write(second, PIA, { kind: 'released' });
  expect(await orderAgain()).toBe(1);
  await erase();
  expect([failures, await readAll(it_, 'notes')]).toEqual([[], notesOf(...allBut(5, 5).filter((at) => at !== 14))]);
  expect(await orderAgain()).toBe(0);
});

it('what was ordered again and is held again since goes when that hold has ended, and is shown to nobody until then', async () => {
  const first = await hold();
  await order(it_, rangeOf(['notes'], 2, 12));
  await erase();
  clock.advance(10 * DAY);
  const second = await hold();
  await write(first, PIA, { kind: 'released' });
  expect(await orderAgain()).toBe(1);
  await erase();
  expect(await readAll(it_, 'notes')).toEqual(notesOf(0, 1, 4, 5, 6, 7, 8, 9, 13, 14, 15));
  clock.advance(10 * DAY);
  await write(second, PIA, { kind: 'released' });
  expect((await it_.erased.of({ org, person })).hides(note(dayAt(4), 1))).toBe(true);
  expect([await orderAgain(), await erase(), await orderAgain(), failures]).toEqual([1, 'nothing', 0, []]);
  expect(await readAll(it_, 'notes')).toEqual(notesOf(...allBut(2, 12)));
});

it('an erasure that is ordered while the clock is ahead of the last day of a hold keeps what is held, and takes it when that was confirmed', async () => {
  await hold();
  await it_.keyStore.raiseMark('seen_at', clock.now());
  clock.set(32 * DAY);
  await order(it_, rangeOf(['notes'], 2, 12), { clock });
  expect([await erase(), failures]).toEqual(['nothing', []]);
  expect(await readAll(it_, 'notes')).toEqual(notesOf(0, 1, 4, 5, 6, 7, 8, 9, 13, 14, 15));
  await releaseClock(it_.keyStore, clock.now());
  expect([await orderAgain(), await erase(), failures]).toEqual([1, 'nothing', []]);
  expect(await readAll(it_, 'notes')).toEqual(notesOf(...allBut(2, 12)));
});

it('what is ordered again when a hold is over takes it along, also where the clock is in doubt by then', async () => {
  await hold();
  await order(it_, rangeOf(['notes'], 2, 12), { clock });
  await erase();
  await it_.keyStore.raiseMark('seen_at', clock.now());
  clock.advance(32 * DAY);
  expect([await orderAgain(), await erase(), await orderAgain(), failures]).toEqual([1, 'nothing', 0, []]);
  expect(await readAll(it_, 'notes')).toEqual(notesOf(...allBut(2, 12)));
});
