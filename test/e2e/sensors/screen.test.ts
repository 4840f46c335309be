import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createScreenSensor } from '../../../agent/platform/screen.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import { type Desktop, desktopMissing, startDesktop, until } from '../../support/desktop.ts';
import { desktopTests, withEnvironment } from '../../support/desktopTests.ts';

desktopTests('the screen sensor, on a real screen', desktopMissing(), () => {
  let desktop: Desktop;
  let restore: () => void;
  let folder: string;
  /** The system's folder for temporary files: one of our own, into which nobody else writes meanwhile. */
  let systems: string;
  const systemsBefore = process.env.TMPDIR;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daylight-screen-'));
    systems = await mkdtemp(join(tmpdir(), 'daylight-system-'));
    desktop = await startDesktop({ width: 2000, height: 700 });
    restore = withEnvironment(desktop.env);
    process.env.TMPDIR = systems;
  });
  afterAll(async () => {
    restore?.();
    await desktop?.stop();
    if (systemsBefore === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = systemsBefore;
    for (const own of [folder, systems]) await rm(own, { recursive: true, force: true, maxRetries: 5 });
  });

  const sensor = () => createScreenSensor(folder, process.env);

  it('gives no picture of an all-black screen', async () => {
    expect(await sensor().availability()).toEqual({ works: true });
    expect(await sensor().capture('full')).toBeNull();
  });

  it('gives both monitors in one picture: WebP, without metadata, within the limit', async () => {
    const left = await desktop.openWindow('left', { x: 100, y: 100, background: 'red', shows: 'left monitor' });
    const right = await desktop.openWindow('right', { x: 1300, y: 100, background: 'blue', shows: 'right monitor' });
    await desktop.monitors(2);
    const image = await sensor().capture('full');
    if (image === null) throw new Error('no picture');
    const decoded = await sharp(image.bytes).metadata();
    const { exif, icc, xmp, iptc, format, width, height } = decoded;
    expect({ exif, icc, xmp, iptc, format, width, height }).toEqual({ format: 'webp', width: 2000, height: 700 });
    expect({ width: image.width, height: image.height }).toEqual({ width: 2000, height: 700 });
    expect(image.bytes.length).toBeLessThanOrEqual(limits.imageBytes);
    expect(await colourAt(image.bytes, 400, 300)).toEqual('red');
    expect(await colourAt(image.bytes, 1600, 300)).toEqual('blue');
    await desktop.monitors(1);
    for (const window of [left, right]) await window.close();
  });

  it('blurred: two screens that differ only in their text are nearly the same picture; full: they are not', async () => {
    const pictures = async (shows: string) => {
      const window = await desktop.openWindow('letter', { fontSize: 14, columns: 80, rows: 20, x: 200, y: 60, shows });
      await until('the letter to be written', async () =>
        (await isWritten(await sensor().capture('full'))) ? true : null,
      );
      const [full, blurred] = [await sensor().capture('full'), await sensor().capture('blurred')];
      await window.close();
      if (full === null || blurred === null) throw new Error('no picture');
      return { full: full.bytes, blurred: blurred.bytes };
    };
    const one = await pictures('salary 81000 diagnosis F32 anna\n'.repeat(18));
    const two = await pictures('garden 20450 croissant B17 otto\n'.repeat(18));
    expect(await largestDifference(one.full, two.full)).toBeGreaterThan(150);
    expect(await largestDifference(one.blurred, two.blurred)).toBeLessThan(25);
  });

  it('leaves no file behind, in its own folder or in the system’s, also when the capture fails', async () => {
    await sensor().capture('full');
    const broken = createScreenSensor(folder, process.env);
    const display = process.env.DISPLAY;
    process.env.DISPLAY = ':98';
    await expect(broken.capture('full')).rejects.toThrow();
    process.env.DISPLAY = display ?? '';
    expect({ own: await readdir(folder), systems: await readdir(systems) }).toEqual({ own: [], systems: [] });
    expect((await stat(folder)).mode & 0o077).toBe(0);
  });
});

async function colourAt(image: Uint8Array, left: number, top: number): Promise<string> {
  const { data } = await sharp(image)
    .extract({ left, top, width: 1, height: 1 })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const [red = 0, , blue = 0] = data;
  return red > 180 && blue < 80 ? 'red' : blue > 180 && red < 80 ? 'blue' : `neither (${[...data].join(',')})`;
}

/** Whether there is anything in the midst of the letter, which comes all at once. */
async function isWritten(image: { readonly bytes: Uint8Array } | null): Promise<boolean> {
  if (image === null) return false;
  const place = { left: 250, top: 150, width: 300, height: 100 };
  const { channels } = await sharp(await sharp(image.bytes).extract(place).greyscale().png().toBuffer()).stats();
  return (channels[0]?.stdev ?? 0) > 10;
}

/** The largest difference of one pixel's brightness, 0 to 255. */
async function largestDifference(one: Uint8Array, two: Uint8Array): Promise<number> {
  const [a, b] = await Promise.all([one, two].map((image) => sharp(image).greyscale().raw().toBuffer()));
  if (a === undefined || b === undefined || a.length !== b.length) throw new Error('pictures of different size');
  return a.reduce((largest, value, at) => Math.max(largest, Math.abs(value - (b[at] ?? 0))), 0);
}
