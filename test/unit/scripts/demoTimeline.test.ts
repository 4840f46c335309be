import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createTimeline } from '../../../scripts/demo/timeline.ts';
import { MINUTE, SECOND } from '../../../shared/time.ts';

const START = Date.UTC(2026, 10, 2, 7);

it('looks are exactly as far apart as they are meant to be, whatever happens in the same second', async () => {
  const timeline = createTimeline(START);
  const clock = timeline.clockEvery(30 * SECOND);
  const looks: number[] = [];
  const look = (): void => {
    // As an agent does, it reads the clock only after it has been at its files.
    timeline.at(clock.now(), async () => {
      await Promise.resolve();
      looks.push(clock.now() - START);
    });
    clock.after(5 * SECOND, look);
  };
  clock.after(5 * SECOND, look);
  const press = (left: number): void => {
    if (left > 0) timeline.clock.after(1, () => press(left - 1));
  };
  timeline.clock.after(MINUTE, () => press(40));
  await timeline.runTo(START + 3 * MINUTE);
  expect(looks).toEqual([30, 60, 90, 120, 150, 180].map((seconds) => seconds * SECOND));
});

it('time stands still while files are written', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daylight-timeline-'));
  const timeline = createTimeline(START);
  const written: number[] = [];
  timeline.at(START + MINUTE, async () => {
    for (let file = 0; file < 5; file += 1) await writeFile(join(folder, String(file)), 'x');
    written.push(timeline.clock.now() - START);
  });
  timeline.at(START + 2 * MINUTE, async () => void written.push(timeline.clock.now() - START));
  await timeline.runTo(START + 3 * MINUTE);
  await rm(folder, { recursive: true });
  expect(written).toEqual([MINUTE, 2 * MINUTE]);
});

it('what fails at a moment fails the time that was to pass', async () => {
  const timeline = createTimeline(START);
  timeline.at(START + MINUTE, async () => Promise.reject(new Error('the disk is full')));
  await expect(timeline.runTo(START + 2 * MINUTE)).rejects.toThrow('the disk is full');
});
