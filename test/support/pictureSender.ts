import { createHash, randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { chunksOf, dial, monoAt, type TestDevice, webp } from './ingestKit.ts';

export interface Picture {
  readonly device: TestDevice;
  readonly image: string;
  readonly bytes: Buffer;
  readonly session: string;
}

/** A file that passes for WebP, with `content` in it. */
export function pictureOf(device: TestDevice, content: Uint8Array): Picture {
  const bytes = webp(content.length + 64);
  bytes.set(content, 64);
  return { device, image: randomUUID(), bytes, session: randomUUID() };
}

/** Sends a session with one picture until the server acknowledges it, over as many connections as that takes. */
export async function sendPicture(port: number, picture: Picture, policyVersion: number): Promise<void> {
  let frame: string | null = null;
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      await using agent = await dial(port);
      await agent.hello(picture.device);
      const { welcome } = await agent.take('welcome');
      if (JSON.parse(welcome.payload).committedSeq >= 1) return;
      const digest = createHash('sha256').update(picture.bytes).digest('hex');
      agent.send({ type: 'image', image: picture.image, bytes: picture.bytes.length, digest });
      for (const chunk of chunksOf(picture.image, picture.bytes)) agent.send(chunk);
      frame ??= batchOf(picture, digest, agent.boot, policyVersion);
      agent.send(frame);
      const ack = await agent.take('ack');
      if (ack.stored !== 3 && !ack.duplicate) throw new Wrong(`not all was stored: ${JSON.stringify(ack)}`);
      return;
    } catch (error) {
      if (error instanceof Wrong || Date.now() > deadline) throw error;
      await setTimeout(50);
    }
  }
}

class Wrong extends Error {}

function batchOf({ image, bytes, session }: Picture, digest: string, boot: string, policyVersion: number): string {
  const now = Date.now();
  const at = (before: number) => ({ at: now - before, mono: monoAt(now - before), span: 0 });
  const size = { image, digest, bytes: bytes.length, width: 640, height: 480 };
  const observations = [
    { parameter: 'session', level: 'on', ...at(20), event: 'start', cause: 'employee' },
    { parameter: 'screenshot', level: 'full', ...at(10), ...size },
    { parameter: 'session', level: 'on', ...at(0), event: 'stop', cause: 'employee' },
  ];
  return JSON.stringify({ type: 'batch', seq: 1, boot, session, policyVersion, observations, dropped: [] });
}
