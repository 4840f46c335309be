import { createHash } from 'node:crypto';
import { ImageId } from '../../shared/ids.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { IMAGE_CHUNK_HEADER } from '../../shared/protocol/messages.ts';
import type { Digest } from '../../shared/signed.ts';
import { type Size, webpSize } from './webp.ts';

/** Images on their way on one connection: announced, received in chunks, taken by the batch that names them. */
export interface Images {
  /** Null when it may come; otherwise what is wrong, as a sentence for `bye`. */
  announce(image: ImageId, bytes: number, digest: Digest): string | null;
  /** A binary frame. Null when it was in its place, or belonged to an image that is lost already. */
  chunk(frame: Uint8Array): string | null;
  /** The whole image when it is there, is WebP, and fits the announcement and what the observation says. Forgets it. */
  take(image: ImageId, said: SaidOfImage): Uint8Array | null;
  /** Forgets everything that waits. */
  clear(): void;
}

/** What an observation says of its image. */
export interface SaidOfImage extends Size {
  readonly bytes: number;
  readonly digest: Digest;
}

/** Bytes of images that may wait in the whole process, over all connections. */
export interface ImageBudget {
  /** False when there is no room for so many more. */
  reserve(bytes: number): boolean;
  release(bytes: number): void;
}

export function createImageBudget(most: number): ImageBudget {
  let used = 0;
  return {
    reserve(bytes) {
      if (used + bytes > most) return false;
      used += bytes;
      return true;
    },
    release(bytes) {
      used -= bytes;
    },
  };
}

interface Upload {
  readonly bytes: number;
  readonly digest: Digest;
  /** The whole image from the first chunk on, so that many tiny chunks cost no more than a few large ones. */
  whole: Buffer | null;
  received: number;
  nextIndex: number;
  /** A chunk was out of order or too many: whatever follows is ignored, and the observation is `image_missing`. */
  lost: boolean;
}

export function createImages(budget: ImageBudget): Images {
  const uploads = new Map<ImageId, Upload>();

  function forget(image: ImageId, upload: Upload): void {
    uploads.delete(image);
    budget.release(upload.bytes);
  }

  return {
    announce(image, bytes, digest) {
      const again = uploads.get(image);
      if (again !== undefined) forget(image, again); // a resent batch brings its images once more
      if (uploads.size >= limits.imagesInFlight) {
        return `image: at most ${limits.imagesInFlight} images may wait for the batch that names them`;
      }
      // Without room the image is lost, not the connection: its observation is discarded as image_missing.
      const lost = !budget.reserve(bytes);
      uploads.set(image, { bytes: lost ? 0 : bytes, digest, whole: null, received: 0, nextIndex: 0, lost });
      return null;
    },
    chunk(frame) {
      const header = readHeader(frame);
      if (header === null) return `binary frame: expected ${IMAGE_CHUNK_HEADER} bytes of header and some of an image`;
      if (header.bytes.length > limits.imageChunkBytes) {
        return `binary frame: at most ${limits.imageChunkBytes} bytes of image in one frame`;
      }
      const upload = uploads.get(header.image);
      if (upload === undefined) return 'binary frame: its image was not announced';
      if (upload.lost) return null;
      upload.lost = header.index !== upload.nextIndex || upload.received + header.bytes.length > upload.bytes;
      if (upload.lost) {
        upload.whole = null;
        return null;
      }
      upload.whole ??= Buffer.alloc(upload.bytes);
      upload.whole.set(header.bytes, upload.received);
      upload.received += header.bytes.length;
      upload.nextIndex += 1;
      return null;
    },
    take(image, said) {
      const upload = uploads.get(image);
      if (upload === undefined) return null;
      forget(image, upload);
      const agreed = said.bytes === upload.bytes && said.digest === upload.digest && upload.received === upload.bytes;
      if (upload.lost || upload.whole === null || !agreed) return null;
      const digest = createHash('sha256').update(upload.whole).digest('hex');
      const size = digest === upload.digest ? webpSize(upload.whole) : null;
      return size !== null && size.width === said.width && size.height === said.height ? upload.whole : null;
    },
    clear() {
      for (const [image, upload] of uploads) forget(image, upload);
    },
  };
}

function readHeader(frame: Uint8Array): { image: ImageId; index: number; bytes: Uint8Array } | null {
  if (frame.length <= IMAGE_CHUNK_HEADER) return null;
  const buffer = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  const hex = buffer.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  const image = ImageId.safeParse(hex);
  if (!image.success) return null;
  return { image: image.data, index: buffer.readUInt32BE(16), bytes: frame.subarray(IMAGE_CHUNK_HEADER) };
}
