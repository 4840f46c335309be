import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createImageRoom, type ImageRoom } from '../../../../server/ingest/imageRoom.ts';
import { createImages } from '../../../../server/ingest/images.ts';
import { ImageId } from '../../../../shared/ids.ts';
import { limits } from '../../../../shared/protocol/limits.ts';
import { chunksOf, sha256, webp } from '../../../support/ingestKit.ts';
import { personId } from '../../../support/storeRecords.ts';

const KIB = 1024;
const NOW = 1_000_000;
const size = { width: 640, height: 480 };
const newImage = (): ImageId => ImageId.parse(randomUUID());

/** A room that also says how much of it is taken. */
function measured(most: number, share = most): ImageRoom & { used(): number } {
  const room = createImageRoom(most, share);
  const taken = new Map<object, number>();
  return {
    take(upload, bytes) {
      if (!room.take(upload, bytes)) return false;
      taken.set(upload, (taken.get(upload) ?? 0) + bytes);
      return true;
    },
    hold: (upload) => room.hold(upload),
    release(upload) {
      taken.delete(upload);
      room.release(upload);
    },
    used: () => [...taken.values()].reduce((sum, bytes) => sum + bytes, 0),
  };
}

function uploader(room: ImageRoom, name: string) {
  const images = createImages(room, personId(name));
  return {
    images,
    announce: (image: ImageId, bytes: Uint8Array, now = NOW) =>
      images.announce(image, bytes.length, sha256(bytes), now),
    send: (
      image: ImageId,
      bytes: Uint8Array,
      { now = NOW, chunk = 48 * KIB, most = Number.POSITIVE_INFINITY } = {},
    ) => {
      for (const frame of chunksOf(image, bytes, chunk).slice(0, most)) {
        const problem = images.chunk(frame, now);
        if (problem !== null) return problem.reason;
      }
      return null;
    },
    /** Whether the batch gets exactly what was sent. */
    isTaken: (image: ImageId, bytes: Uint8Array) => {
      const taken = images.take([{ ...size, image, bytes: bytes.length, digest: sha256(bytes) }]);
      taken.release();
      return Buffer.from(taken.images.get(image) ?? []).equals(bytes);
    },
  };
}

describe('memory for images', () => {
  it('is counted until what was taken is stored, and nothing of that gives way meanwhile', () => {
    const room = measured(8 * KIB, 4 * KIB);
    const [heavy, light] = [uploader(room, 'heavy'), uploader(room, 'light')];
    const sent = [newImage(), newImage()].map((image, index) => ({ image, bytes: webp(4 * KIB, index) }));
    for (const { image, bytes } of sent) {
      heavy.announce(image, bytes);
      expect(heavy.send(image, bytes)).toBeNull();
    }
    const said = sent.map(({ image, bytes }) => ({ ...size, image, bytes: bytes.length, digest: sha256(bytes) }));
    const taken = heavy.images.take(said);
    expect(taken.images.size).toBe(2);
    const [mine, bytes] = [newImage(), webp(4 * KIB, 9)];
    light.announce(mine, bytes);
    expect(light.send(mine, bytes)).toBe('unavailable');
    heavy.images.expire(NOW + limits.imageIdleMs);
    expect([...taken.images.values()].map((one) => Buffer.from(one))).toEqual(
      sent.map((one) => Buffer.from(one.bytes)),
    );
    taken.release();
    expect(room.used()).toBe(0);
    light.announce(mine, bytes);
    expect([light.send(mine, bytes), light.isTaken(mine, bytes)]).toEqual([null, true]);
  });

  it('is not taken by what is announced and never sent', () => {
    const room = measured(256 * KIB);
    for (let n = 0; n < 1_000; n += 1) {
      const hostile = uploader(room, `hostile ${n}`);
      for (let i = 0; i < limits.imagesInFlight; i += 1)
        expect(hostile.images.announce(newImage(), limits.imageBytes, sha256(webp()), NOW)).toBeNull();
    }
    expect(room.used()).toBe(0);
    const [honest, image, bytes] = [uploader(room, 'honest'), newImage(), webp(200 * KIB)];
    honest.announce(image, bytes);
    expect([honest.send(image, bytes), honest.isTaken(image, bytes)]).toEqual([null, true]);
    expect(room.used()).toBe(0);
  });

  it('costs at most twice what has arrived, also in chunks of a single byte, and exactly the image when it is whole', () => {
    const room = measured(limits.imageBytes);
    const [it, image, bytes] = [uploader(room, 'tiny'), newImage(), webp(10_000)];
    it.announce(image, bytes);
    for (const [index, frame] of chunksOf(image, bytes, 1).entries()) {
      expect(it.images.chunk(frame, NOW)).toBeNull();
      expect(room.used()).toBeLessThanOrEqual(2 * (index + 1));
    }
    expect(room.used()).toBe(bytes.length);
    expect(it.isTaken(image, bytes)).toBe(true);
  });

  it('is given back by an image that is lost, taken, announced again or forgotten', () => {
    const room = measured(limits.imageBytes);
    const [it, image, bytes] = [uploader(room, 'ann'), newImage(), webp(100 * KIB)];
    const begin = () => {
      it.announce(image, bytes);
      it.send(image, bytes, { most: 1 });
      expect(room.used()).toBe(48 * KIB);
    };
    begin();
    it.images.chunk(chunksOf(image, bytes)[0] ?? Buffer.alloc(0), NOW); // not the next one
    expect(room.used()).toBe(0);
    begin();
    begin();
    expect(it.isTaken(image, bytes)).toBe(false); // it is not whole
    expect(room.used()).toBe(0);
    begin();
    it.images.clear();
    expect(room.used()).toBe(0);
  });

  it('that is full is answered so that the image is sent again, and never with a loss', () => {
    const room = measured(100 * KIB, 60 * KIB);
    const [first, second, bytes] = [uploader(room, 'ann'), uploader(room, 'bob'), webp(60 * KIB)];
    const [a, b] = [newImage(), newImage()];
    first.announce(a, bytes);
    second.announce(b, bytes);
    expect([first.send(a, bytes), second.send(b, bytes)]).toEqual([null, 'unavailable']);
    expect(first.isTaken(a, bytes)).toBe(true);
    second.images.clear(); // the connection ends, and a new one begins
    second.announce(b, bytes);
    expect([second.send(b, bytes), second.isTaken(b, bytes)]).toEqual([null, true]);
  });

  it('goes from whoever holds more than a share to a person who stays within one, whose image is kept', () => {
    const room = measured(200 * KIB, 60 * KIB);
    const [greedy, modest, bytes] = [uploader(room, 'greedy'), uploader(room, 'modest'), webp(50 * KIB)];
    const held = [newImage(), newImage(), newImage(), newImage()];
    for (const image of held) {
      greedy.announce(image, bytes);
      expect(greedy.send(image, bytes)).toBeNull();
    }
    const image = newImage();
    modest.announce(image, bytes);
    expect([modest.send(image, bytes), modest.isTaken(image, bytes)]).toEqual([null, true]);
    // The oldest, and it alone: its batch must not be taken without it.
    expect(held.map((one) => greedy.images.gaveWay(one))).toEqual([true, false, false, false]);
    expect(greedy.send(held[0] ?? newImage(), bytes)).toBe('unavailable');
  });

  it('counts all devices of a person as one', () => {
    const room = measured(100 * KIB, 60 * KIB);
    const [phone, desk, other] = [uploader(room, 'ann'), uploader(room, 'ann'), uploader(room, 'bob')];
    const bytes = webp(50 * KIB);
    const [a, b, c] = [newImage(), newImage(), newImage()];
    for (const [it, image] of [
      [phone, a],
      [desk, b],
    ] as const) {
      it.announce(image, bytes);
      expect(it.send(image, bytes)).toBeNull();
    }
    other.announce(c, bytes);
    expect([other.send(c, bytes), phone.images.gaveWay(a)]).toEqual([null, true]);
  });
});

describe('an upload of which nothing comes', () => {
  it('is let go after a minute, and must be sent again before its batch is taken', () => {
    const room = measured(limits.imageBytes);
    const [it, image, bytes] = [uploader(room, 'slow'), newImage(), webp(100 * KIB)];
    it.announce(image, bytes, NOW);
    it.send(image, bytes, { now: NOW + 30_000, most: 2 });
    it.images.expire(NOW + 30_000 + limits.imageIdleMs - 1);
    expect([it.images.gaveWay(image), room.used()]).toEqual([false, 96 * KIB]);
    it.images.expire(NOW + 30_000 + limits.imageIdleMs);
    expect([it.images.gaveWay(image), room.used()]).toEqual([true, 0]);
    it.announce(image, bytes, NOW + 200_000);
    expect([it.send(image, bytes), it.isTaken(image, bytes)]).toEqual([null, true]);
  });

  it('does not stand in the way of four others, however many were given up', () => {
    const [it, bytes] = [uploader(measured(limits.imageBytes), 'ann'), webp()];
    for (let round = 0; round < 20; round += 1) {
      const now = NOW + round * limits.imageIdleMs;
      it.images.expire(now);
      for (let n = 0; n < limits.imagesInFlight; n += 1) expect(it.announce(newImage(), bytes, now)).toBeNull();
      expect(it.announce(newImage(), bytes, now)).toMatchObject({ reason: 'bad_frame' });
    }
  });

  it('is forgotten when four others were let go after it', () => {
    const [it, bytes] = [uploader(measured(limits.imageBytes), 'ann'), webp()];
    const images = Array.from({ length: 3 * limits.imagesInFlight }, newImage);
    for (const [round, image] of images.entries()) {
      it.announce(image, bytes, NOW + round * limits.imageIdleMs);
      it.images.expire(NOW + (round + 1) * limits.imageIdleMs);
    }
    it.announce(newImage(), bytes);
    const remembered = images.filter((image) => it.images.gaveWay(image));
    expect(remembered).toEqual(images.slice(-limits.imagesInFlight));
  });
});
