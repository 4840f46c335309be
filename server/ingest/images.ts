import { createHash } from 'node:crypto';
import { ImageId, type PersonId } from '../../shared/ids.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { IMAGE_CHUNK_HEADER } from '../../shared/protocol/messages.ts';
import type { Digest } from '../../shared/signed.ts';
import type { MonoMs } from '../../shared/time.ts';
import type { ImagePlace, ImageRoom } from './imageRoom.ts';
import { type Size, webpSize } from './webp.ts';

/** Images on their way on one connection: announced, received in chunks, taken by the batch that names them. */
export interface Images {
  announce(image: ImageId, bytes: number, digest: Digest, now: MonoMs): ImageProblem | null;
  /** A binary frame. Null when it was in its place, or belonged to an image that is lost already. */
  chunk(frame: Uint8Array, now: MonoMs): ImageProblem | null;
  /** Whether it had to give way to others, or waited too long: it must be sent again before its batch can be taken. */
  gaveWay(image: ImageId): boolean;
  /**
   * Of these the images that are there whole, are WebP, and fit the announcement and what the observation says. Forgets them
   * all. Nothing of them gives way any more, and they have their room until it is released.
   */
  take(images: readonly SaidOfImage[]): TakenImages;
  /** Lets go of everything when nothing of any image has come for `limits.imageIdleMs`. */
  expire(now: MonoMs): void;
  /** Forgets everything that waits. */
  clear(): void;
}

/** Why the connection must end, in the words of `bye`. `unavailable` loses nothing: the image can be sent again. */
export interface ImageProblem {
  readonly reason: 'bad_frame' | 'unavailable';
  readonly message: string;
}

export interface TakenImages {
  readonly images: ReadonlyMap<ImageId, Uint8Array>;
  /** To be called once, when the bytes are needed no more. */
  release(): void;
}

/** What an observation says of its image. */
export interface SaidOfImage extends Size {
  readonly image: ImageId;
  readonly bytes: number;
  readonly digest: Digest;
}

export const sendImagesAgain: ImageProblem = {
  reason: 'unavailable',
  message: 'the server has no room for these images just now; nothing of their batch is stored yet, send both again',
};

interface Upload extends ImagePlace {
  readonly bytes: number;
  readonly digest: Digest;
  /**
   * `lost`: a chunk was out of order or too many; whatever follows is ignored, and the observation is `image_missing`.
   * `gave_way`: what had come of it was let go; its batch is not taken until it has been sent again.
   */
  state: 'coming' | 'lost' | 'gave_way';
  /** Grows by doubling: many tiny chunks cost at most twice what they bring, and no more copies than a few large ones. */
  buffer: Buffer;
  received: number;
  nextIndex: number;
}

export function createImages(room: ImageRoom, person: PersonId): Images {
  const uploads = new Map<ImageId, Upload>();
  let touchedAt: MonoMs = 0;

  function uploadOf(bytes: number, digest: Digest): Upload {
    const empty = Buffer.alloc(0);
    const upload: Upload = {
      ...{ person, bytes, digest, state: 'coming', buffer: empty, received: 0, nextIndex: 0 },
      giveWay: () => letGo(upload, 'gave_way'),
    };
    return upload;
  }

  function letGo(upload: Upload, state: 'lost' | 'gave_way'): void {
    room.release(upload);
    upload.state = state;
    upload.buffer = Buffer.alloc(0);
  }

  function forget(image: ImageId, upload: Upload): void {
    uploads.delete(image);
    room.release(upload);
  }

  /** Only as many are remembered as may wait: an agent names what it announced, or has given it up. */
  function forgetOldestThatGaveWay(): void {
    const gone = [...uploads].filter(([, { state }]) => state === 'gave_way');
    for (const [image, upload] of gone.slice(0, Math.max(0, gone.length - limits.imagesInFlight)))
      forget(image, upload);
  }

  /** False when there is no room for so many bytes. */
  function makeRoom(upload: Upload, needed: number): boolean {
    const has = upload.buffer.length;
    if (needed <= has) return true;
    const size = Math.min(upload.bytes, Math.max(needed, 2 * has));
    if (!room.take(upload, size - has)) return false;
    const larger = Buffer.alloc(size);
    larger.set(upload.buffer);
    upload.buffer = larger;
    return true;
  }

  return {
    announce(image, bytes, digest, now) {
      const again = uploads.get(image);
      if (again !== undefined) forget(image, again); // a resent batch brings its images once more
      const waiting = [...uploads.values()].filter(({ state }) => state !== 'gave_way').length;
      if (waiting >= limits.imagesInFlight) {
        return badFrame(`image: at most ${limits.imagesInFlight} images may wait for the batch that names them`);
      }
      touchedAt = now;
      uploads.set(image, uploadOf(bytes, digest));
      forgetOldestThatGaveWay();
      return null;
    },
    chunk(frame, now) {
      const header = readHeader(frame);
      if (header === null) {
        return badFrame(`binary frame: expected ${IMAGE_CHUNK_HEADER} bytes of header and some of an image`);
      }
      const { bytes } = header;
      if (bytes.length > limits.imageChunkBytes) {
        return badFrame(`binary frame: at most ${limits.imageChunkBytes} bytes of image in one frame`);
      }
      const upload = uploads.get(header.image);
      if (upload === undefined) return badFrame('binary frame: its image was not announced');
      if (upload.state === 'gave_way') return sendImagesAgain;
      if (upload.state === 'lost') return null;
      const received = upload.received + bytes.length;
      if (header.index !== upload.nextIndex || received > upload.bytes) {
        letGo(upload, 'lost');
        return null;
      }
      if (!makeRoom(upload, received)) return sendImagesAgain;
      upload.buffer.set(bytes, upload.received);
      upload.received = received;
      upload.nextIndex += 1;
      touchedAt = now;
      return null;
    },
    gaveWay: (image) => uploads.get(image)?.state === 'gave_way',
    take(named) {
      const images = new Map<ImageId, Uint8Array>();
      const held: Upload[] = [];
      for (const said of named) {
        const upload = uploads.get(said.image);
        if (upload === undefined) continue;
        uploads.delete(said.image);
        room.hold(upload);
        held.push(upload);
        if (isAsSaid(upload, said)) images.set(said.image, upload.buffer);
      }
      return {
        images,
        release() {
          for (const upload of held) room.release(upload);
        },
      };
    },
    expire(now) {
      if (uploads.size === 0 || now - touchedAt < limits.imageIdleMs) return;
      for (const upload of uploads.values()) if (upload.state === 'coming') upload.giveWay();
    },
    clear() {
      for (const [image, upload] of uploads) forget(image, upload);
    },
  };
}

function isAsSaid({ state, bytes, digest, received, buffer }: Upload, said: SaidOfImage): boolean {
  const isWhole = state === 'coming' && received === bytes;
  if (!isWhole || said.bytes !== bytes || said.digest !== digest) return false;
  if (createHash('sha256').update(buffer).digest('hex') !== digest) return false;
  const size = webpSize(buffer);
  return size?.width === said.width && size.height === said.height;
}

function badFrame(message: string): ImageProblem {
  return { reason: 'bad_frame', message };
}

function readHeader(frame: Uint8Array): { image: ImageId; index: number; bytes: Uint8Array } | null {
  if (frame.length <= IMAGE_CHUNK_HEADER) return null;
  const buffer = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  const hex = buffer.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  const image = ImageId.safeParse(hex);
  if (!image.success) return null;
  return { image: image.data, index: buffer.readUInt32BE(16), bytes: frame.subarray(IMAGE_CHUNK_HEADER) };
}
