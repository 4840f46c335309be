import { expect, test } from 'vitest';
import { createScriptedPlatform } from '../../agent/platform/scripted.ts';
import { BootId } from '../../shared/ids.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../shared/time.ts';
import { app, at, context, scratch, screenshot, testClock } from '../support/agentKit.ts';
import { atTheEditor, script, typing } from '../support/days/moments.ts';
import { batchesGivenOut } from '../support/givenOut.ts';
import { openSpoolIn } from '../support/openedSpool.ts';
import { createRig, EVERYTHING, type Rig } from '../support/recording.ts';

const NEXT_BOOT = BootId.parse('0b9f6a52-3a0f-4c0e-8f61-3a7b6f0f5b02');
const platform: Parameters<typeof createRig>[0]['platform'] = (clock) =>
  createScriptedPlatform(script([...atTheEditor, typing]), clock);

async function withPicture() {
  const rig = await createRig({ platform, levels: EVERYTHING });
  await rig.recorder.start();
  while (rig.spool.held().length === 0) await rig.clock.advance(5 * SECOND);
  const { image } = rig.spool.held()[0]!.observation;
  await rig.clock.advance(MINUTE);
  return { rig, image };
}

function isHeld({ spool }: Rig, image: string): boolean {
  return spool.held().some(({ observation }) => observation.image === image);
}

test.each([
  ['a sleep', (rig: Rig) => rig.clock.suspend(10 * HOUR)],
  ['a process that stood still', (rig: Rig) => rig.clock.freeze(10 * HOUR)],
  ['a clock that jumps a year ahead', (rig: Rig) => rig.clock.jump(365 * DAY)],
  ['a clock that jumps an hour back', (rig: Rig) => rig.clock.jump(-HOUR)],
])('after %s the whole time is given again to review a picture, and not more', async (_name, interrupt) => {
  const { rig, image } = await withPicture();
  interrupt(rig);
  await rig.clock.advance(5 * MINUTE - 5 * SECOND);
  const shown = rig.spool.held().find(({ observation }) => observation.image === image)?.releaseAt ?? 0;
  expect([isHeld(rig, image), shown - rig.clock.now() <= 15 * SECOND]).toEqual([true, true]);
  await rig.clock.advance(20 * SECOND);
  expect(isHeld(rig, image)).toBe(false);
});

test('a picture whose time of review is over goes out with the stop, one under review after its time and no later', async () => {
  const { rig, image } = await withPicture();
  const { clock, recorder, spool } = rig;
  const due = spool.held()[0]?.releaseAt ?? 0;
  await clock.advance(due - clock.now() - 2 * SECOND);
  await recorder.stop();
  await spool.flush();
  expect(isHeld(rig, image)).toBe(true);
  await clock.advance(10 * SECOND);
  const sent = async () => (await batchesGivenOut(spool)).flatMap(({ images }) => images.map((one) => one.image));
  expect(await sent()).toContain(image);

  // The time passes between two ticks, and the stop comes before the next one.
  const again = await withPicture();
  const last = again.rig.spool.held()[0]?.releaseAt ?? 0;
  await again.rig.clock.advance(last - again.rig.clock.now() - 1);
  expect(isHeld(again.rig, again.image)).toBe(true);
  again.rig.clock.freeze(1);
  await again.rig.recorder.stop();
  expect(isHeld(again.rig, again.image)).toBe(false);
});

test('after a restart the whole time is given again', async () => {
  const { rig, image } = await withPicture();
  const { clock, publisher, spool, folder } = rig;
  await rig.recorder.close('shutdown');
  clock.suspend(HOUR);
  const again = await createRig({ platform, clock, publisher, spool, folder, boot: NEXT_BOOT });
  await clock.advance(5 * MINUTE - 5 * SECOND);
  expect(isHeld(again, image)).toBe(true);
  await clock.advance(20 * SECOND);
  expect(isHeld(again, image)).toBe(false);
});

test('a picture that was reviewed and not yet sent can still be dropped; one that is gone is not there, and it says so', async () => {
  const { rig, image } = await withPicture();
  await rig.clock.advance(6 * MINUTE);
  const waiting = () => rig.recorded('screenshot').filter((one) => one.image === image).length;
  const before = waiting();
  const dropped = await rig.recorder.dropScreenshot(image);
  expect([before, dropped.ok, waiting()]).toEqual([1, true, 0]);
  expect(await rig.recorder.dropScreenshot(image)).toMatchObject({ ok: false });
});

test('on disk: a dropped picture leaves its unsent batch and a count; one that was given out is said to be perhaps sent', async () => {
  await using place = await scratch();
  const clock = testClock(at);
  let spool = await openSpoolIn(place.folder, clock);
  const pictures = [1, 2, 3].map((n) => ({
    bytes: Buffer.alloc(100, n),
    observation: screenshot(Buffer.alloc(100, n)),
  }));
  const release = async ({ bytes, observation }: (typeof pictures)[number]) => {
    await spool.append(context, [app('Code')]);
    await spool.hold(context, { observation, releaseAt: at }, bytes);
    await spool.release(clock.now());
    await spool.flush();
  };
  const [unsent, sent, later] = pictures as [(typeof pictures)[0], (typeof pictures)[0], (typeof pictures)[0]];
  await spool.rebase(0);
  await release(unsent);
  expect(await spool.drop(unsent.observation.image)).toBe('here');
  const first = await spool.next(0);
  expect([first?.images, first?.frame.observations.length, first?.frame.dropped]).toEqual([
    [],
    1,
    [{ parameter: 'screenshot', cause: 'dropped_by_employee', count: 1 }],
  ]);
  await release(sent);
  await spool.next(1);
  expect(await spool.drop(sent.observation.image)).toBe('perhaps_sent');
  expect((await spool.next(1))?.images).toEqual([]);
  await release(later);
  await spool.close();
  spool = await openSpoolIn(place.folder, clock);
  expect(await spool.drop(later.observation.image)).toBe('perhaps_sent');
  expect(await spool.drop(later.observation.image)).toBe('not_here');
  await spool.close();
});
