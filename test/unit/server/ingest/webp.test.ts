import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { webpSize } from '../../../../server/ingest/webp.ts';
import { webp } from '../../../support/ingestKit.ts';

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 4, background: { r: 20, g: 90, b: 200, alpha: 0.5 } } });

describe('the size of a WebP file', () => {
  it('is read from what a real encoder makes: lossy, lossless, with transparency', async () => {
    const made = [
      await picture(641, 479).removeAlpha().webp({ quality: 40 }).toBuffer(),
      await picture(641, 479).webp({ lossless: true }).toBuffer(),
      await picture(641, 479).webp({ quality: 40 }).toBuffer(),
    ];
    expect(made.map((file) => file.toString('latin1', 12, 16))).toEqual(['VP8 ', 'VP8L', 'VP8X']);
    expect(made.map(webpSize)).toEqual(Array(3).fill({ width: 641, height: 479 }));
  });

  it('is unknown when it is cut, longer than it says, moving, or carries Exif', async () => {
    const plain = await picture(64, 64).removeAlpha().webp().toBuffer();
    const exif = await picture(64, 64)
      .webp()
      .withExif({ IFD0: { Artist: 'someone' } })
      .toBuffer();
    const frames = await sharp(
      [await picture(64, 64).png().toBuffer(), await picture(64, 64).negate().png().toBuffer()],
      {
        join: { animated: true },
      },
    )
      .webp({ loop: 0 })
      .toBuffer();
    const bad = [plain.subarray(0, -2), Buffer.concat([plain, Buffer.of(0, 0)]), exif, frames, Buffer.alloc(0)];
    expect(bad.map(webpSize)).toEqual(bad.map(() => null));
    for (let end = 0; end < plain.length; end += 1) expect(webpSize(plain.subarray(0, end))).toBeNull();
    expect(webpSize(webp(4_096, 7, { width: 640, height: 480 }))).toEqual({ width: 640, height: 480 });
  });
});
