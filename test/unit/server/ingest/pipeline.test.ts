import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { createDensity } from '../../../../server/ingest/density.ts';
import { createImageRoom } from '../../../../server/ingest/imageRoom.ts';
import { createImages } from '../../../../server/ingest/images.ts';
import { takeBatch } from '../../../../server/ingest/pipeline.ts';
import { noSessions } from '../../../../server/ingest/sessions.ts';
import { systemRandom } from '../../../../server/random.ts';
import { BootId, ImageId } from '../../../../shared/ids.ts';
import { limits } from '../../../../shared/protocol/limits.ts';
import { MINUTE } from '../../../../shared/time.ts';
import {
  batch,
  chunksOf,
  monoAt,
  newSession,
  type ServerKit,
  seen,
  sessionEvent,
  sha256,
  startServer,
  webp,
} from '../../../support/ingestKit.ts';

const IMAGE_BYTES = 4_096;

/** A device with a session to send, and room for as many images as may wait at once. */
async function senderOf(kit: ServerKit) {
  await kit.publish({ screenshot: { level: 'full' } });
  const { record } = await kit.enrol();
  const observed = [sessionEvent(kit, 'start')];
  const most = limits.imagesInFlight * IMAGE_BYTES;
  const images = createImages(createImageRoom(most, most), record.person);
  const device = await kit.store.device(record.device);
  if (device === null) throw new Error('there is no device');
  const boot = BootId.parse(randomUUID());
  const session = newSession();
  return {
    images,
    /** Uploads an image, and observes it. */
    picture(seed: number): void {
      kit.clock.advance(6 * MINUTE);
      const [image, bytes] = [ImageId.parse(randomUUID()), webp(IMAGE_BYTES, seed)];
      const digest = sha256(bytes);
      images.announce(image, bytes.length, digest, kit.clock.mono());
      for (const chunk of chunksOf(image, bytes)) expect(images.chunk(chunk, kit.clock.mono())).toBeNull();
      const said = { image, digest, bytes: bytes.length, width: 640, height: 480 };
      observed.push(seen(kit, { parameter: 'screenshot', level: 'full', ...said }));
    },
    /** Sends what was observed, as the batch after the one that was committed last, or as that one again. */
    take(store = kit.store, { committedSeq = 0 } = {}) {
      const now = kit.clock.now();
      const { vault, control, erased, clock } = kit;
      return takeBatch(
        { store, vault, control, erased, clock, random: systemRandom },
        {
          ...{ device, images, committedSeq, sessions: noSessions, density: createDensity() },
          clocks: { boot, at: now, mono: monoAt(now), serverAt: now, serverMono: clock.mono() },
        },
        batch({ boot }, 1, session, observed, 2),
      );
    },
  };
}

it('both images of a batch are stored, whatever happens to waiting images while the first is looked up', async () => {
  await using kit = await startServer();
  const { store } = kit;
  const sender = await senderOf(kit);
  for (const seed of [1, 2]) sender.picture(seed);
  const whileLookedUp: typeof store = {
    ...store,
    blob: (...all) => {
      sender.images.expire(kit.clock.mono() + limits.imageIdleMs);
      return store.blob(...all);
    },
  };
  expect(await sender.take(whileLookedUp)).toMatchObject({ kind: 'acknowledged', ack: { stored: 3, discarded: {} } });
});

it('a batch whose image had to give way is not taken, so that both can be sent again', async () => {
  await using kit = await startServer();
  const sender = await senderOf(kit);
  sender.picture(1);
  sender.images.expire(kit.clock.mono() + limits.imageIdleMs);
  expect(await sender.take()).toEqual({ kind: 'images_gave_way' });
  expect(await kit.segments('session')).toEqual([]);
});

it('a batch that was committed before gives the room of its images back, and their places', async () => {
  await using kit = await startServer();
  const sender = await senderOf(kit);
  for (let seed = 0; seed < limits.imagesInFlight; seed += 1) sender.picture(seed);
  expect(await sender.take(kit.store, { committedSeq: 1 })).toMatchObject({ ack: { duplicate: true } });
  sender.picture(9);
});
