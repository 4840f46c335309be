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
  seen,
  sessionEvent,
  sha256,
  startServer,
  webp,
} from '../../../support/ingestKit.ts';

it('both images of a batch are stored, whatever happens to waiting images while the first is looked up', async () => {
  await using kit = await startServer();
  await kit.publish({ screenshot: { level: 'full' } });
  const { record } = await kit.enrol();
  const observed = [sessionEvent(kit, 'start')];
  const images = createImages(createImageRoom(1e6, 1e6), record.person);
  for (const seed of [1, 2]) {
    kit.clock.advance(6 * MINUTE);
    const [image, bytes] = [ImageId.parse(randomUUID()), webp(4_096, seed)];
    const digest = sha256(bytes);
    images.announce(image, bytes.length, digest, kit.clock.now());
    for (const chunk of chunksOf(image, bytes)) expect(images.chunk(chunk, kit.clock.now())).toBeNull();
    const said = { image, digest, bytes: bytes.length, width: 640, height: 480 };
    observed.push(seen(kit, { parameter: 'screenshot', level: 'full', ...said }));
  }
  const now = kit.clock.now();
  const { store, vault, control, clock } = kit;
  const whileLookedUp: typeof store = {
    ...store,
    blob: (...all) => {
      images.expire(now + limits.imageIdleMs);
      return store.blob(...all);
    },
  };
  const device = await store.device(record.device);
  if (device === null) throw new Error('there is no device');
  const boot = BootId.parse(randomUUID());
  const taken = await takeBatch(
    { store: whileLookedUp, vault, control, clock, random: systemRandom },
    {
      ...{ device, images, committedSeq: 0, sessions: noSessions, density: createDensity() },
      clocks: { boot, at: now, mono: monoAt(now), serverAt: now, serverMono: kit.clock.mono() },
    },
    batch({ boot }, 1, newSession(), observed, 2),
  );
  expect(taken).toMatchObject({ kind: 'acknowledged', ack: { stored: 3, discarded: {} } });
});
