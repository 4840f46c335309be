import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFrame } from '../../server/ingest/frame.ts';
import { parameterIds } from '../../shared/catalog.ts';
import { batch, connect, dial, newSession, sessionEvent, startServer } from '../support/ingestKit.ts';

const FRAMES = 100_000;
const CONNECTIONS = 150;

/** The same sequence in every run (mulberry32), so that a failure can be repeated. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const seeds = [
  '{"type":"batch","seq":1,"boot":"11111111-1111-4111-8111-111111111111","session":null,"policyVersion":1,"observations":[],"dropped":[]}',
  '{"type":"receipt","receipt":{"payload":"{}","keyId":"00","signature":"00"}}',
  '{"type":"hello","hello":{"payload":"{}","keyId":"00","signature":"00"}}',
  '{"type":"image","image":"11111111-1111-4111-8111-111111111111","bytes":100,"digest":"00"}',
  '{"__proto__":{"type":"retire"},"constructor":{"prototype":{}}}',
  `${'['.repeat(2_000)}${']'.repeat(2_000)}`,
  `{"type":"batch","seq":${'9'.repeat(400)}}`,
  '{"type":"acknowledge","acknowledgement":null}',
];

/** One damaged frame: truncated, a byte changed, doubled, or plain noise. */
function damaged(next: () => number): Buffer {
  const base = Buffer.from(seeds[Math.floor(next() * seeds.length)] ?? '');
  const at = Math.floor(next() * base.length);
  const kind = next();
  if (kind < 0.3) return base.subarray(0, at);
  if (kind < 0.8) {
    base[at] = Math.floor(next() * 256);
    return base;
  }
  if (kind < 0.9) return Buffer.concat([base, base.subarray(at)]);
  return Buffer.from(Array.from({ length: Math.floor(next() * 60) }, () => Math.floor(next() * 256)));
}

describe('fuzzed frames', () => {
  it(`${FRAMES} of them are read to a frame or to one sentence, and never throw`, () => {
    const next = sequence(14);
    let refused = 0;
    for (let n = 0; n < FRAMES; n += 1) {
      const read = readFrame(damaged(next).toString('utf8'));
      if (read.ok) continue;
      refused += 1;
      if (read.problem.length === 0 || read.problem.includes('\n')) throw new Error(`not a sentence: ${read.problem}`);
    }
    expect(refused).toBeGreaterThan(FRAMES * 0.8);
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => !readFrame(text).ok),
      { numRuns: 2_000 },
    );
  });

  it('do not crash the server, store nothing and leave its memory bounded', async () => {
    await using kit = await startServer();
    const victim = await kit.enrol();
    const next = sequence(41);
    await using honest = await connect(kit, victim);
    const attacker = await kit.enrol();
    const before = process.memoryUsage().rss;
    for (let n = 0; n < CONNECTIONS; n += 1) {
      const agent = n % 2 === 0 ? await dial(kit.port) : await connect(kit, attacker);
      for (let m = 0; m < 200 && agent.ws.readyState === agent.ws.OPEN; m += 1) {
        agent.ws.send(damaged(next), { binary: next() < 0.2 });
      }
      await agent.closed();
      expect(agent.frames.at(-1)).toMatchObject({ type: 'bye', retry: expect.any(Boolean) });
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
    for (const parameter of parameterIds) expect(await kit.segments(parameter)).toHaveLength(0);

    honest.send(batch(honest, 1, newSession(), [sessionEvent(kit, 'start')]));
    expect(await honest.take('ack')).toMatchObject({ stored: 1 });
    expect(kit.events.filter((event) => event.kind === 'failed')).toEqual([]);
  }, 120_000);
});
