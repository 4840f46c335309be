import { readdir, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Permitted } from '../../../agent/core/gate/gate.ts';
import { HEADER_BYTES } from '../../../agent/core/spool/batchFile.ts';
import { openSpool } from '../../../agent/core/spool/diskSpool.ts';
import type { OpenReading, Spool } from '../../../agent/core/spool/spool.ts';
import { keyFile } from '../../../agent/core/spool/spoolKey.ts';
import type { ImageId } from '../../../shared/ids.ts';
import {
  app,
  at,
  context,
  permitted,
  scratch,
  screenshot,
  systemRandom,
  type TestClock,
  testClock,
  title,
} from '../../support/agentKit.ts';

type Step =
  | { do: 'append'; titles: number; apps: number }
  | { do: 'keep'; titles: number }
  | { do: 'end' }
  | { do: 'hold' }
  | { do: 'release' }
  | { do: 'drop' }
  | { do: 'flush' }
  | { do: 'minute' }
  | { do: 'session' }
  | { do: 'send'; acknowledge: boolean }
  | { do: 'purge'; parameter: 'title' | 'app' | 'screenshot' }
  | { do: 'crash' }
  | { do: 'crashAndTruncate'; share: number }
  | { do: 'crashAndFlip'; share: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('append'), titles: fc.nat(4), apps: fc.nat(4) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('keep'), titles: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 3, arbitrary: fc.constant<Step>({ do: 'end' }) },
  { weight: 2, arbitrary: fc.constant<Step>({ do: 'hold' }) },
  fc.constant<Step>({ do: 'release' }),
  fc.constant<Step>({ do: 'drop' }),
  { weight: 2, arbitrary: fc.constant<Step>({ do: 'flush' }) },
  fc.constant<Step>({ do: 'minute' }),
  fc.constant<Step>({ do: 'session' }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant('send'), acknowledge: fc.boolean() }) },
  fc.record({ do: fc.constant('purge'), parameter: fc.constantFrom('title', 'app', 'screenshot') }),
  { weight: 2, arbitrary: fc.constant<Step>({ do: 'crash' }) },
  fc.record({ do: fc.constant('crashAndTruncate'), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ do: fc.constant('crashAndFlip'), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
);

const spoolOf = (folder: string, clock: TestClock): Promise<Spool> =>
  openSpool({ folder, key: keyFile(join(folder, '..', 'key'), systemRandom), clock, random: systemRandom });

/** What a server would hold: the last content of each seq, acknowledged or not. */
interface Server {
  batches: Map<number, { titles: string[]; apps: string[]; images: string[]; dropped: number }>;
  committed: number;
}

interface World {
  spool: Spool;
  readonly folder: string;
  readonly clock: TestClock;
  readonly server: Server;
  readonly purged: Set<string>;
  /** Readings that go on: recorded when they end, when they are purged and when the process dies. */
  going: OpenReading[];
  recorded: number;
  session: number;
  n: number;
}

test('every observation is sent once, dropped with a cause, or still waiting, whatever crashes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
      await using place = await scratch();
      const clock = testClock();
      const folder = join(place.folder, 'spool');
      const world: World = {
        spool: await spoolOf(folder, clock),
        folder,
        clock,
        server: { batches: new Map(), committed: 0 },
        purged: new Set(),
        going: [],
        recorded: 0,
        session: 0,
        n: 0,
      };
      for (const one of steps) await run(world, one);
      await settle(world);
      const stored = [...world.server.batches.values()];
      const sent = stored.flatMap(({ titles, apps, images }) => [...titles, ...apps, ...images]);
      expect(new Set(sent).size).toBe(sent.length);
      const dropped = stored.reduce((sum, batch) => sum + batch.dropped, 0);
      const going = world.spool.waiting().observations.title ?? 0;
      expect(going).toBe(world.going.length);
      expect(sent.length + dropped + world.spool.held().length).toBe(world.recorded);
      expect([...world.server.batches.keys()]).toEqual([...world.server.batches.keys()].map((_, i) => i + 1));
      expect(world.spool.waiting().batches).toBe(0);
      await world.spool.close();
    }),
    { numRuns: 120 },
  );
}, 240_000);

async function run(world: World, one: Step): Promise<void> {
  const { spool, clock } = world;
  const here = { ...context, policyVersion: 1 + world.session };
  const name = (): string => `n${(world.n += 1)}`;
  if (one.do === 'append') {
    const observations = [
      ...Array.from({ length: one.titles }, () => title(name())),
      ...Array.from({ length: one.apps }, () => app(name())),
    ];
    await spool.append(here, observations);
    world.recorded += observations.length;
  } else if (one.do === 'keep') {
    world.going = Array.from(
      { length: one.titles },
      (_, i) => world.going[i] ?? { context: here, observation: begun(world) },
    );
    await spool.keep(world.going);
  } else if (one.do === 'end') {
    // Ended, and the next reading is not kept yet: on disk it is still said to go on.
    const [ended, ...others] = world.going;
    if (ended !== undefined) await spool.append(ended.context, [ended.observation]);
    world.recorded += ended === undefined ? 0 : 1;
    world.going = others;
  } else if (one.do === 'hold') {
    const bytes = systemRandom.bytes(100);
    await spool.hold(here, { observation: screenshot(bytes), releaseAt: clock.now() + 30_000 }, bytes);
    world.recorded += 1;
  } else if (one.do === 'release') await spool.release(clock.now());
  else if (one.do === 'drop') {
    const held = spool.held()[0];
    if (held !== undefined) expect(await spool.drop(held.observation.image)).toBe('here');
  } else if (one.do === 'flush') await spool.flush();
  else if (one.do === 'minute') clock.advance(61_000);
  else if (one.do === 'session') world.session += 1;
  else if (one.do === 'send') await send(world, one.acknowledge);
  else if (one.do === 'purge') {
    if (one.parameter === 'title') recordGoing(world);
    await spool.purge(one.parameter, 'purged_by_policy');
    expect(spool.waiting().observations[one.parameter] ?? 0).toBe(0);
  } else {
    if (one.do !== 'crash') {
      // A reading that ended in the last five seconds and whose batch is damaged is rescued, and counted as lost too.
      await spool.keep(world.going);
      await damage(world, one);
    }
    recordGoing(world);
    world.spool = await spoolOf(world.folder, clock);
  }
}

function begun(world: World): Permitted {
  world.n += 1;
  return permitted({ parameter: 'title', level: 'full', at, mono: 1_000 + world.n, span: 0, title: `n${world.n}` });
}

function recordGoing(world: World): void {
  world.recorded += world.going.length;
  world.going = [];
}

/** A reconnection: hello, rebase, one batch sent, and perhaps acknowledged. */
async function send({ spool, server }: World, acknowledge: boolean): Promise<void> {
  await spool.rebase(server.committed);
  const batch = await spool.next(server.committed);
  if (batch === null) return;
  expect(batch.frame.seq).toBe(server.committed + 1);
  const named = new Map(batch.images.map(({ image, bytes }) => [image, bytes]));
  const kept = { titles: [] as string[], apps: [] as string[], images: [] as string[], dropped: 0 };
  for (const observation of batch.frame.observations as { title?: string; name?: string; image?: ImageId }[]) {
    if (observation.title !== undefined) kept.titles.push(observation.title);
    if (observation.name !== undefined) kept.apps.push(observation.name);
    if (observation.image === undefined) continue;
    expect(named.get(observation.image)?.length).toBe(100);
    kept.images.push(observation.image);
  }
  kept.dropped = batch.frame.dropped.reduce((sum, { count }) => sum + count, 0);
  server.batches.set(batch.frame.seq, kept);
  server.committed = batch.frame.seq;
  if (acknowledge) await spool.acknowledged(batch.frame.seq);
}

async function settle(world: World): Promise<void> {
  await world.spool.flush();
  for (;;) {
    const before = world.server.committed;
    await send(world, true);
    if (world.server.committed === before) break;
  }
  await world.spool.rebase(world.server.committed);
}

/** Cuts or changes a random byte of a random file, past the header of a batch. */
async function damage(world: World, one: { do: string; share: number }): Promise<void> {
  const names = (await readdir(world.folder)).filter((name) => name.endsWith('.spool') && name !== 'kept.spool');
  const name = names[Math.floor(one.share * names.length)];
  if (name === undefined) return;
  const path = join(world.folder, name);
  const { size } = await stat(path);
  const from = name.startsWith('batch') ? HEADER_BYTES : 0;
  const at = from + Math.floor(((one.share * 7919) % 1) * (size - from));
  if (one.do === 'crashAndTruncate') return truncate(path, at);
  const bytes = await readFile(path);
  if (at >= bytes.length) return;
  bytes[at] = (bytes[at] ?? 0) ^ 0x41;
  const { writeFile } = await import('node:fs/promises');
  await writeFile(path, bytes);
}
