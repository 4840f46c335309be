import sharp, { type Sharp } from 'sharp';
import type { CapturedImage } from '../core/ports.ts';

/** A picture in memory: three bytes a pixel, no metadata, because there is nowhere to put any. */
export interface Pixels {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

export interface Monitor {
  readonly picture: Pixels;
  /** Where it stands among the others; null where the system does not say. */
  readonly at: { readonly x: number; readonly y: number } | null;
}

/** Decodes an image file; whatever it carries beside its pixels is left behind. */
export async function readPicture(file: Uint8Array): Promise<Pixels> {
  return toPixels(sharp(file));
}

/** Monitors where they stand; in a row, left to right, where the system does not say. */
export async function joinMonitors(monitors: readonly Monitor[]): Promise<Pixels> {
  const [only] = monitors;
  if (only !== undefined && monitors.length === 1) return only.picture;
  const placed = place(monitors);
  const [left, top] = [Math.min(...placed.map(({ x }) => x)), Math.min(...placed.map(({ y }) => y))];
  const width = Math.max(...placed.map(({ x, picture }) => x + picture.width)) - left;
  const height = Math.max(...placed.map(({ y, picture }) => y + picture.height)) - top;
  const canvas = sharp({ create: { width, height, channels: 3, background: 'black' } });
  const pieces = placed.map(({ picture, x, y }) => ({
    input: picture.data,
    raw: { width: picture.width, height: picture.height, channels: 3 as const },
    left: x - left,
    top: y - top,
  }));
  return toPixels(canvas.composite(pieces));
}

function place(monitors: readonly Monitor[]): { picture: Pixels; x: number; y: number }[] {
  if (monitors.every(({ at }) => at !== null))
    return monitors.map(({ picture, at }) => ({ picture, x: at?.x ?? 0, y: at?.y ?? 0 }));
  let x = 0;
  return monitors.map(({ picture }) => {
    const placed = { picture, x, y: 0 };
    x += picture.width;
    return placed;
  });
}

/** A locked or protected screen comes out black, and so does every Wayland session: that is no picture. */
export async function isBlack(picture: Pixels): Promise<boolean> {
  const { channels } = await fromPixels(picture).stats();
  return channels.every(({ max }) => max <= 2);
}

/** Longest side of what is left of a blurred picture. */
const BLURRED_SIDE = 160;

/**
 * Thrown away, not hidden: the picture is reduced to 160 pixels, blurred there, and enlarged to 960 for looking at. A
 * letter of up to about a twentieth of the screen's height is then less than the blur, and no filter brings it back.
 */
export async function blurBeyondReading(picture: Pixels): Promise<Pixels> {
  const small = await toPixels(
    fromPixels(picture).resize({ width: BLURRED_SIDE, height: BLURRED_SIDE, fit: 'inside', withoutEnlargement: true }),
  );
  const blurred = await toPixels(fromPixels(small).blur(2));
  const scale = 960 / Math.max(blurred.width, blurred.height);
  const [width, height] = [blurred.width, blurred.height].map((side) => Math.max(16, Math.round(side * scale)));
  return toPixels(fromPixels(blurred).resize({ width, height, fit: 'fill' }));
}

/** WebP has no side longer than 16383 pixels; beyond 4K by 4K nothing is gained for a person who looks at it. */
const LONGEST_SIDE = 8_192;

/** Lower quality first, then a smaller picture, until it fits. */
export async function fitInto(maxBytes: number, picture: Pixels): Promise<CapturedImage> {
  for (const scale of [1, 0.75, 0.5, 0.35, 0.25, 0.1]) {
    for (const quality of [70, 50, 30]) {
      const side = Math.min(LONGEST_SIDE, Math.round(Math.max(picture.width, picture.height) * scale));
      const { data, info } = await fromPixels(picture)
        .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
        .webp({ quality, effort: 2 })
        .toBuffer({ resolveWithObject: true });
      if (data.length <= maxBytes) return { bytes: new Uint8Array(data), width: info.width, height: info.height };
    }
  }
  throw new Error(`the picture does not fit into ${maxBytes} bytes at any size`);
}

function fromPixels({ data, width, height }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

async function toPixels(image: Sharp): Promise<Pixels> {
  const { data, info } = await image.removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}
